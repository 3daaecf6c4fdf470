"""The desk for marking, in a browser: a class that was graded is marked, and marking.csv holds it."""

import base64
import http.client
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from grader import assignment as model
from grader.classroom import file_name
from grader.desk import about
from grader.grading import Outcome, Result
from grader.marking import Mark, key_of, opened, read_marks
from tests.browser.conftest import Watched
from tests.grader.students import handed_in, put
from tools.command import ROOT

SHOTS = ROOT / "build" / "screenshots"
TAKEN = "document.title = 'taken'"
HOSTILE = f'<script>{TAKEN}</script><img src=x onerror="{TAKEN}"> [x](javascript:{TAKEN}) \u202elive'
SAME = ["I would keep the last words.", "I  would keep\nthe last\u00a0words. "]
ANSWERS = {
    "ana": "",
    "bo": SAME[0],
    "cy": HOSTILE,
    "di": SAME[1],
    "eve": "word " * 200_000,
    "=fay": "The first.",
}
ASSIGNMENT = model.load(model.SOURCE)
QUESTION = about(ASSIGNMENT, "10")
expect.set_options(timeout=120_000)  # milliseconds; a busy machine is no fault
NAMES = [one["name"] for one in QUESTION["criteria"]]


@dataclass
class Class:
    """A class, graded but for question 10, and a desk for it."""

    folder: Path
    desk: subprocess.Popen[str] | None = None
    address: str = ""

    @property
    def out(self) -> Path:
        return self.folder.with_name("class-graded")

    @property
    def marking(self) -> Path:
        return self.out / "marking.csv"

    def start(self) -> str:
        command = [sys.executable, "-m", "grader", "mark", f"SUBMISSIONS={self.folder}"]
        self.desk = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.address = next(word for word in self.desk.stdout.readline().split() if word.startswith("http"))
        return self.address

    def stop(self) -> None:
        self.desk.kill()  # the worst that can happen to it
        self.desk.communicate()

    def mark(self, student: str) -> Mark:
        return read_marks(self.marking, ASSIGNMENT, ANSWERS).get((key_of(student), "10"), Mark())

    def change(self, student: str, mark: Mark) -> None:
        with opened(self.marking, ASSIGNMENT, ANSWERS) as marks:
            marks[key_of(student), "10"] = mark


def make(there: Class, texts: dict[str, str]) -> None:
    """Write a class's notebooks, and results as grading stores them."""
    for name, text in texts.items():
        notebook = handed_in(
            {"9a": f'def hypothesis():\n    return "last", "{name} thinks so {HOSTILE[:9]}"'}
        )
        for cell in notebook.cells:
            if model.tag(cell).get("grade_id") == "written_10":
                cell.source = text
            if "l9.plots.lines(" in cell.source:
                cell.outputs = [output("image/png", figure("=" in name)), output("text/html", HOSTILE)]
                cell.outputs += [
                    output("image/svg+xml", "<svg/>"),
                    output("image/png", "bm90IGEgcGljdHVyZQ=="),
                ]
        notebook.cells.append(nbformat.v4.new_raw_cell(f"A remark of {name}'s at the end."))
        put(there.folder / name / "lecture9.ipynb", notebook)
        result = Result(
            {key: Outcome(part.points) for key, part in ASSIGNMENT.parts.items()}, {"10": text}, []
        )
        stored = there.out / "results" / f"{file_name(name)}.json"
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(json.dumps({"state": "", "result": asdict(result)}), "utf-8")


def output(kind: str, data: str):
    return nbformat.v4.new_output("display_data", {kind: data, "text/plain": f"text beside {kind}"})


def figure(giant: bool) -> str:
    """Return a picture; the giant is small as a file."""
    file = io.BytesIO()
    Image.new("1", (9000, 9000) if giant else (60, 40)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Class]:
    there = Class(tmp_path_factory.mktemp("desk") / "class")
    make(there, ANSWERS)
    there.start()
    yield there
    there.stop()


@pytest.fixture
def the_class(running) -> Class:
    """Return the class without a mark."""
    running.marking.unlink(missing_ok=True)
    return running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context, the_class) -> Iterator[Page]:
    watched = Watched(context, the_class.address)
    visit(watched.page, the_class.address)
    yield watched.page
    assert (watched.outside, watched.errors) == ([], [])


def visit(page: Page, address: str, student: str = "bo") -> Page:
    """Open the desk, and an answer."""
    page.goto(address)
    page.locator("#list button", has_text=student).click()
    expect(page.locator("#who")).to_contain_text(student)
    expect(page.locator("#work")).not_to_be_empty()
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys, and wait until what they changed is saved."""
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#status")).to_have_text("saved")


def comment(page: Page, text: str) -> None:
    page.keyboard.press("c")
    page.keyboard.type(text)
    press(page, "Escape")


def test_an_answer_is_marked_with_four_keys_and_its_equals_with_it(page, the_class):
    expect(page.locator("#who")).to_have_text("bo, di · 2 students, the same answer")
    expect(page.locator("#words")).to_contain_text("6 words (")
    press(page, "3", "2", "1")
    expect(page.locator("#points")).to_have_value("6")
    marks = [the_class.mark(name) for name in ("bo", "di")]
    assert {(mark.points, mark.rubric) for mark in marks} == {
        (6.0, f"{NAMES[0]} 3, {NAMES[1]} 2, {NAMES[2]} 1")
    }
    assert the_class.mark("cy") == Mark()
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_have_text("cy")
    expect(page.locator("#progress")).to_have_text("1 of 4 marked")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#who")).to_contain_text("bo, di")
    press(page, "ArrowUp", "0")
    assert (the_class.mark("di").points, the_class.mark("di").rubric[-1]) == (5.0, "0")
    press(page, "Backspace")
    assert (the_class.mark("di").points, the_class.mark("di").rubric) == (None, f"{NAMES[0]} 3, {NAMES[1]} 2")
    page.locator("#points").fill("4.5")
    press(page)
    assert the_class.mark("di").points == 4.5


def test_the_rubric_is_that_of_the_assignment(page):
    text = next(text for text in ASSIGNMENT.prose if text.startswith("## 10 ·"))
    levels = re.findall(r"(?<=\| )[a-z][^|]+(?= \|)", text)
    assert len(levels) > 8
    assert [words for words in levels if words not in page.locator("#rubric").inner_text()] == []
    expect(page.locator("#question")).to_contain_text(text.split("\n\n")[1][:60])


def test_the_students_own_work_and_figure_stand_beside_the_answer(page):
    work = page.locator("#work")
    expect(work).to_contain_text("bo thinks so <script>")
    expect(work).to_contain_text("def accuracies(")
    expect(work).not_to_contain_text("def one_hot")
    expect(work).not_to_contain_text("l9.check(")
    expect(page.locator("#earned")).to_contain_text("9b: ")
    expect(work.locator("img")).to_have_count(1)
    assert work.locator("img").evaluate("image => image.naturalWidth") == 60
    expect(work).to_contain_text("A picture is stored here that cannot be read.")
    page.locator("#whose button", has_text="di").click()
    expect(work).to_contain_text("di thinks so <script>")
    visit(page, page.url, "=fay")
    expect(work).to_contain_text("A picture of 9000 × 9000 is not shown.")


def test_where_no_answer_was_found_all_that_the_student_wrote_is_shown(page, the_class):
    visit(page, page.url, "ana")
    expect(page.locator("#text")).to_contain_text("Nothing was found for this question.")
    expect(page.locator("#work")).to_contain_text("A remark of ana's at the end.")
    expect(page.locator("#work")).to_contain_text("def one_hot")
    press(page, "2", "2", "2")
    assert the_class.mark("ana").points == 6


def test_what_a_student_writes_is_only_text(page):
    visit(page, page.url, "cy")
    expect(page.locator("#text")).to_have_text(HOSTILE.replace("\u202e", "�"))
    visit(page, page.url, "eve")
    expect(page.locator("#text")).to_contain_text("[… and 900,000 characters more]")
    expect(page.locator("#words")).to_contain_text("200000 words")
    assert page.title() == QUESTION["title"]
    assert page.locator("script, iframe, object, svg").count() == 1  # the page's own


def test_a_comment_once_written_is_chosen_with_a_letter(page, the_class):
    comment(page, "No numbers of 9b.\nWhy this end?")
    expect(page.locator("#comments button")).to_have_text(["a No numbers of 9b.", "b Why this end?"])
    visit(page, page.url, "cy")
    press(page, "b")
    assert (the_class.mark("cy").comment, the_class.mark("di").comment.count("\n")) == ("Why this end?", 1)
    press(page, "b")
    assert the_class.mark("cy").comment == ""


def test_earlier_marks_are_seen_and_changed(page, the_class):
    the_class.change("cy", Mark(7.5, "from a spreadsheet", answer="another", more=(("hour", "Monday"),)))
    visit(page, page.url, "cy")
    expect(page.locator("#points")).to_have_value("7.5")
    expect(page.locator("#comment")).to_have_value("from a spreadsheet")
    expect(page.locator("#notes")).to_contain_text("The answer was changed after it was marked.")
    press(page, "1", "1", "1")
    assert (the_class.mark("cy").points, the_class.mark("cy").more) == (3.0, (("hour", "Monday"),))
    expect(page.locator("#notes")).not_to_contain_text("changed")
    the_class.change("di", Mark(1))
    visit(page, page.url, "bo")
    expect(page.locator("#notes")).to_contain_text("These students have different marks")


def test_nothing_is_lost_when_the_browser_or_the_desk_ends(page, context, the_class):
    press(page, "2")
    page.keyboard.press("c")
    page.keyboard.type("Half a sent")
    press(page)
    page.close()
    the_class.stop()
    again = visit(context.browser.new_page(), the_class.start())
    expect(again.locator("#comment")).to_have_value("Half a sent")
    press(again, "3", "3")  # it goes on with the second criterion
    assert the_class.mark("di").points == 8
    again.close()


def test_a_mark_that_cannot_be_saved_is_not_called_saved(page, the_class):
    press(page, "3")
    before = the_class.marking.read_bytes()
    the_class.marking.write_bytes(before + b",bo,10,99,,,,\n")
    page.keyboard.press("2")
    expect(page.locator("#status")).to_contain_text("Not saved: marking.csv, line")
    the_class.marking.write_bytes(before)
    press(page, "1")
    assert the_class.mark("bo").points == 6


def test_two_tabs_do_not_overwrite_each_other_silently(page, context, the_class):
    other = visit(context.new_page(), the_class.address)
    press(page, "3", "3", "3")
    other.keyboard.press("1")
    expect(other.locator("#theirs")).to_contain_text("marked elsewhere meanwhile, with 9 points")
    assert the_class.mark("bo").points == 9
    other.locator("#take").click()
    expect(other.locator("#points")).to_have_value("9")
    press(other, "2")
    page.keyboard.press("0")
    expect(page.locator("#theirs")).to_contain_text("with 8 points")
    page.locator("#keep").click()
    expect(page.locator("#status")).to_have_text("saved")
    assert the_class.mark("di").rubric == f"{NAMES[0]} 3, {NAMES[1]} 3, {NAMES[2]} 0"


REFUSED = {
    "no token": ("/", {}),
    "a wrong token": ("/x{path}", {}),
    "another host": ("{path}", {"Host": "evil.example"}),
    "another origin": ("{path}", {"Origin": "http://evil.example"}),
    "another site": ("{path}", {"Sec-Fetch-Site": "cross-site"}),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_from_elsewhere_is_refused(the_class, what, method):
    server = urlsplit(the_class.address)
    path, headers = REFUSED[what]
    for rest in ("", "answers", "answer/x"):
        connection = http.client.HTTPConnection(server.netloc, timeout=60)
        connection.request(method, path.format(path=server.path) + rest, "{}", headers)
        reply = connection.getresponse()
        assert (reply.status, b"bo" in reply.read().replace(b"body", b"")) == (403, False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 1920])
def test_the_page_can_be_read(browser, the_class, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = visit(context.new_page(), the_class.address)
    comment(page, "Which numbers?")
    press(page, "3", "2")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"desk_{scheme}_{width}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    problems = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in problems] == []
    context.close()
