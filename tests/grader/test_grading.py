"""The commands around the assignment: grade a class, make the students' version, validate a notebook."""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread, main_thread
from typing import Any

import nbformat
import psutil
import pytest

from grader import assignment as model
from grader import classroom, judge, output, release
from grader.__main__ import main
from grader.grading import ungraded
from grader.sandbox import Limits, Place
from grader.submissions import Submission, arrange, choose, find
from tests.cluster import on_loopback
from tests.grader.students import (
    LIBRARY,
    WRONG,
    answer,
    entry,
    handed_in,
    put,
    short_source,
)
from tools.command import ROOT, RefusedError

HIDDEN_FAILS = answer(entry("wrong", "the marks of string.punctuation only"))
EXITS = {"1b": answer(entry("hostile", "os._exit"))["1a"].replace("tokens", "ngrams")}


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Path:
    """Write a source of one question and the reflection."""
    return short_source(tmp_path_factory.mktemp("source") / "lecture9.ipynb", "1")


@dataclass
class Graded:
    """A class, the folder of its results, and what grading it last printed and returned."""

    folder: Path
    source: Path
    code: int = 0
    printed: str = ""

    @property
    def out(self) -> Path:
        return self.folder.with_name("class-graded")

    def grade(self, jobs: int = 2, cluster: str = "") -> str:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            words = [f"SUBMISSIONS={self.folder}", f"JOBS={jobs}", f"CLUSTER={cluster}"]
            self.code = classroom.main(words, self.source, Limits(cell=600, call=600, total=6000))
        self.printed = printed.getvalue()
        return self.printed

    def lines(self) -> dict[str, str]:
        """Return the lines of grades.csv by student."""
        lines = (self.out / "grades.csv").read_text("utf-8").splitlines()
        return dict(line.split(",", 1) for line in lines)

    def page(self, student: str) -> str:
        """Return the feedback of a student."""
        [path] = (self.out / "feedback").glob(f"{student}-*.html")
        return path.read_text("utf-8")

    def put(self, name: str, answers: dict[str, str] | None = None) -> None:
        put(self.folder / name, handed_in(answers, self.source))


@pytest.fixture(scope="module")
def the_class(tmp_path_factory, few) -> Graded:
    """Grade a class in which everything happens."""
    graded = Graded(tmp_path_factory.mktemp("graded") / "class", few)
    graded.put("ana/lecture9/lecture9.ipynb")
    graded.put("bo.ipynb", WRONG)
    graded.put("=cy/GRADER.ipynb", EXITS)
    graded.put("gus.ipynb", HIDDEN_FAILS)
    (graded.folder / "di").mkdir()
    (graded.folder / "eve.ipynb").write_bytes(b"")
    (graded.folder / "fay.ipynb").write_text("not JSON")
    before = everything(graded.folder)
    graded.grade()
    assert everything(graded.folder) == before
    return graded


@pytest.fixture
def again(the_class, tmp_path) -> Graded:
    """Copy the class with its results, to be changed and graded again."""
    shutil.copytree(the_class.folder.parent, tmp_path / "copy")
    return Graded(tmp_path / "copy" / "class", the_class.source)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_class_is_graded_whatever_one_does(the_class):
    lines = the_class.lines()
    assert the_class.code == 0
    assert list(lines) == ["student", "'=cy", "ana", "bo", "di", "eve", "fay", "gus"]
    assert lines["student"] == "question 1,question 10,total,flags"
    assert (lines["ana"], lines["bo"], lines["gus"]) == ("8,,8,", "4,,4,", "6,,6,")
    assert lines["'=cy"].startswith("4,,4,")
    assert "renamed: GRADER.ipynb; " in lines["'=cy"]
    assert "0,0,0,nothing was handed in" in lines["di"]
    assert "0,0,0,the file is empty" in lines["eve"]
    assert "0,0,0,the file is not a notebook" in lines["fay"]
    assert "To mark by hand: 4 answers" in the_class.printed
    assert "ended its own program" in the_class.printed


def test_feedback_names_the_case_but_shows_no_hidden_test(the_class, few):
    assert "tokens(&#x27;Data science" in the_class.page("bo")
    page = the_class.page("gus")
    assert "a hidden test fails: other marks and other blanks" in page
    assert "To try next: do not list the marks" in page
    parts = model.load(few).parts.values()
    hidden = re.sub(r'(about|hint)="[^"]*"', "", "".join(part.hidden for part in parts))
    strings = re.findall(r'"([^"]{6,})"', hidden)
    assert len(strings) > 3
    assert not [string for string in strings if string in page]


def test_the_results_are_in_nbgraders_gradebook(the_class):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{the_class.out / 'gradebook.db'}", "lecture9") as book:
        handed = book.assignment_submissions("lecture9")
        found = {s.student.id: (s.score, s.max_score, s.needs_manual_grade) for s in handed}
    assert (found["ana"], found["bo"], found["di"]) == ((8, 20, True), (4, 20, True), (0, 20, False))


def test_marks_by_hand_count_and_are_never_lost(again):
    marks = again.out / "marking.csv"
    marks.write_text(marks.read_text().replace("ana,10,,12,,,", 'ana,10,7.5,12,,"well, argued",'))
    again.put("bo.ipynb")
    (again.folder / "gus.ipynb").unlink()
    assert "To mark by hand: 2 answers" in again.grade()
    assert sorted(re.findall(r"(.+): as before", again.printed)) == ["=cy", "ana"]
    assert (again.lines()["ana"], again.lines()["bo"]) == ("8,7.5,15.5,", "8,,8,")
    assert "well, argued" in again.page("ana")
    assert ",gus,10,," in marks.read_text()
    assert "rows of nobody in this class; they are kept: 'gus' (question 10)." in again.printed
    changed = handed_in(source=again.source)
    changed.cells[-2].source += "\nAnd one thing more."
    put(again.folder / "ana" / "lecture9" / "lecture9.ipynb", changed)
    assert "question 10 was changed after it was marked" in again.grade()
    marks.write_text(marks.read_text().replace("7.5", "70"))
    before = everything(again.out)
    with pytest.raises(RefusedError, match=r"marking\.csv, line 3: points must be from 0 to 12, got '70'"):
        again.grade()
    assert everything(again.out) == before


def test_a_fault_of_the_grader_does_not_stop_the_class(again):
    [stored] = (again.out / "results").glob("ana-*.json")
    stored.unlink()
    stored.mkdir()
    assert "THE GRADER FAILED, mark by hand: " in again.grade()
    assert (again.code, again.lines()["bo"]) == (1, "4,,4,")
    stored.rmdir()
    assert "ana: 8 points" in again.grade()
    assert again.code == 0


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, few):
    graded = Graded(tmp_path / "class", few)
    graded.put("ana.ipynb")
    graded.put("bo.ipynb", answer(entry("hostile", "endless loop in a function")))

    def interrupt() -> None:
        while not any((graded.out / "results").glob("ana-*.json")):
            time.sleep(0.1)
        signal.pthread_kill(main_thread().ident, signal.SIGINT)  # as Ctrl-C does

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        graded.grade(jobs=1)
    signal.signal(signal.SIGINT, before)
    graded.put("bo.ipynb")
    assert re.findall(r"(\w+): as before", graded.grade()) == ["ana"]
    assert graded.lines()["bo"] == "8,,8,"


REFUSED: list[tuple[list[str], str]] = [
    ([], "'' is no command of the grader; there is grade, mark, release, students, validate"),
    (["grade"], "Nothing was graded: name the folder with the submissions"),
    (["grade", "SUBMISSIONS=nowhere"], "there is no folder"),
    (["grade", "SUBMISSIONS=."], "there is nothing in"),
    (["grade", "SUBMISSIONS=.", "OUT=./inside"], "OUT must not be in the folder of the submissions"),
    (["grade", "SUBMISSIONS=.", "JOBS=none"], "JOBS must be a whole number from 1, got 'none'"),
    (["grade", "folder"], "'folder' is no option of this command; there is SUBMISSIONS=…, JOBS=…, OUT=…"),
    (["mark", "SUBMISSIONS=."], "Nothing was marked: there are no results in"),
    (["release", "TO=x"], "Nothing was released: 'TO=x' is no option"),
    (["validate"], "Nothing was checked: name your notebook"),
    (["validate", "NOTEBOOK=nowhere.ipynb"], "there is no file nowhere.ipynb"),
    (["validate", f"NOTEBOOK={ROOT / 'README.md'}"], "the file is not a notebook"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_cannot_be_done_is_refused_in_one_sentence(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# Folders and files as they come.


def test_layouts_of_canvas_moodle_nbgrader_and_plain_files(tmp_path):
    for name in (
        "Ana Silva_1234567_assignsubmission_file_/lecture9.ipynb",
        "Bo Lee_7654321_assignsubmission_file_lecture9.ipynb",
        "cy/lecture9/lecture9.ipynb",
        "cy/.ipynb_checkpoints/lecture9-checkpoint.ipynb",
        "dixon_11_22_lecture9-1.ipynb",
        "evans_LATE_33_44_homework.ipynb",
        "fay.ipynb",
        "__MACOSX/x.ipynb",
        ".DS_Store",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {student: [file.name for file in files] for student, files in find(tmp_path).items()} == {
        "Ana Silva_1234567": ["lecture9.ipynb"],
        "Bo Lee_7654321": ["lecture9.ipynb"],
        "cy": ["lecture9.ipynb"],
        "dixon_11": ["lecture9.ipynb"],
        "evans_33": ["homework.ipynb"],
        "fay": [""],
    }


HEAD = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
UNREADABLE = ["# Title", "[1, 2]", HEAD + "3}", HEAD + '[{"cell_type": 3}]}', HEAD + 5000 * "[" + 5000 * "]"]


@pytest.mark.parametrize("text", ["", HEAD + "[]}", *UNREADABLE], ids=range(7))
def test_a_file_that_is_no_notebook_has_a_reason(tmp_path, text):
    path = tmp_path / "lecture9.ipynb"
    path.write_text(text)
    with pytest.raises(model.UnreadableError, match=r"the file is (empty|not a notebook)"):
        model.read(path)


def test_of_several_notebooks_the_one_with_the_right_name_counts(few, tmp_path):
    put(tmp_path / "ana" / "lecture9-old.ipynb", handed_in(WRONG, few))
    put(tmp_path / "ana" / "lecture9.ipynb", handed_in(source=few))
    (tmp_path / "ana" / "notes.txt").write_text("a")
    notebook, flags = choose(model.load(few), find(tmp_path)["ana"])
    assert (flags, WRONG["1a"] in str(notebook)) == (["several notebooks: graded lecture9.ipynb"], False)


def test_other_files_and_links_are_not_read(few, tmp_path):
    for name in ("bo", "cy", "di"):
        (tmp_path / name).mkdir()
    (tmp_path / "bo" / "report.docx").touch()
    (tmp_path / "cy" / "lecture9.ipynb").symlink_to(model.SOURCE)
    (tmp_path / "di" / "work.zip").touch()
    put(tmp_path / "eve" / "lecture9.ipynb", handed_in(source=few))
    (tmp_path / "eve" / "old.ipynb").symlink_to(model.SOURCE)
    found, assignment = find(tmp_path), model.load(few)
    with pytest.raises(
        model.UnreadableError, match=r"no notebook, only report\.docx: lecture9.ipynb is needed"
    ):
        choose(assignment, found["bo"])
    with pytest.raises(model.UnreadableError, match="is a link to another file"):
        choose(assignment, found["cy"])
    with pytest.raises(model.UnreadableError, match=r"unpack work\.zip in its place, and grade again"):
        choose(assignment, found["di"])
    assert choose(assignment, found["eve"])[1] == []


def test_a_folder_may_hold_what_is_no_submission(few, tmp_path):
    for name in ("roster.csv", "index.html", "ana.ipynb.txt", "11_22_33_notes.docx"):
        put(tmp_path / name, handed_in(source=few))
    said: list[str] = []
    found = find(tmp_path, said.append)
    assert list(found) == ["11_22", "ana"]
    assert choose(model.load(few), found["ana"])[1] == []
    assert said == [f"{name} is no submission: left out" for name in ("index.html", "roster.csv")]


def test_of_two_files_from_canvas_the_later_counts_and_late_is_said(few, tmp_path):
    put(tmp_path / "ana_11_99_lecture9.ipynb", handed_in(WRONG, few))
    put(tmp_path / "ana_LATE_11_100_lecture9-1.ipynb", handed_in(source=few))
    notebook, flags = choose(model.load(few), find(tmp_path)["ana_11"])
    assert WRONG["1a"] not in str(notebook)
    graded = "several notebooks: graded ana_LATE_11_100_lecture9-1.ipynb"
    assert flags == [graded, "handed in late, as Canvas says"]


def test_no_name_stops_the_others(tmp_path):
    deep = tmp_path / "deep"
    deep.mkdir()
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    for name in (b"Jos\xe9", "Jos\xe9".encode(), "\N{CUNEIFORM SIGN A}".encode() * 62, b"a\nb"):
        (tmp_path / os.fsdecode(name)).mkdir()
    found = find(tmp_path)
    assert sorted(found) == sorted(["deep", "Jos\xe9", "Jos\xe9'", "\N{CUNEIFORM SIGN A}" * 62, "a\nb"])
    assert [file.path.name for file in found.pop("deep")] == ["d"]
    assert all(files == [] for files in found.values())
    subprocess.run(["rm", "-rf", deep], check=True)  # which pytest cannot


ODD_CELLS = """[{"cell_type": "code", "source": ["a = 1\\n", "b"], "outputs": null},
    {"cell_type": "raw", "metadata": null}, {"source": "c", "execution_count": 3, "outputs": [OUTPUT]}]"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_may_lack_what_the_format_asks_for(tmp_path, encoding):
    output = '{"output_type": "stream", "text": "' + "x" * 21 * 2**20 + '"}'
    path = tmp_path / "lecture9.ipynb"
    path.write_text('{"cells": ' + ODD_CELLS.replace("OUTPUT", output) + "}", encoding)
    notebook = model.read(path)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("code", "a = 1\nb"),
        ("raw", ""),
        ("code", "c"),
    ]
    assert all(cell.metadata == {} and not cell.get("outputs") for cell in notebook.cells)


# Prose.

ESSAY = "I expected the last words to be worth more, and they were, at each length that I tried with it."


def turned(kind: str, source: str) -> Any:
    """Turn the answer to question 10 of a notebook into a cell of another kind, without a mark."""

    def change(notebook: Any) -> None:
        cell = next(c for c in notebook.cells if model.tag(c).get("grade_id") == "written_10")
        cell.update(cell_type=kind, source=source, metadata={})

    return change


def pasted(notebook: Any) -> None:
    turned("markdown", ESSAY)(notebook)
    text = "\n\n".join(cell.source for cell in notebook.cells)
    notebook.cells = [nbformat.v4.new_code_cell(text)]


def moved_up(notebook: Any) -> None:
    turned("markdown", "")(notebook)
    notebook.cells.insert(1, nbformat.v4.new_raw_cell(f"{ESSAY} {ESSAY}"))


@pytest.mark.parametrize(
    "change",
    [
        turned("raw", ESSAY),
        turned("markdown", f"![](data:image/png;base64,{'iVBOR/' * 10**5}=)\n\n{ESSAY}"),
        turned("code", ESSAY),
        turned("code", f"# {ESSAY}"),
        turned("code", f'answer = """{ESSAY} {ESSAY}"""'),
        pasted,
        moved_up,
    ],
    ids=["raw", "picture", "code", "comment", "text", "pasted", "moved up"],
)
def test_prose_reaches_a_person_wherever_it_stands(few, change):
    assignment, notebook = model.load(few), handed_in(source=few)
    change(notebook)
    assert ESSAY in arrange(assignment, notebook).written["10"]


def test_what_was_handed_out_is_no_prose(few):
    notebook = handed_in(source=few)
    turned("markdown", model.TEXT_STUB)(notebook)
    assert arrange(model.load(few), notebook).written["10"] == ""


def test_a_solution_gets_no_flag_and_who_replaces_a_locked_function_does():
    assignment, replaces = model.load(model.SOURCE), "look: replaces a function that is locked"
    assert arrange(assignment, handed_in()).flags == []
    for cell in ("score = len", "score: object = len", "score, more = len, 1", "a = score = len"):
        assert arrange(assignment, handed_in(cell=cell)).flags == [replaces]


def test_patterns_see_lines_of_limited_length(few):
    notebook = handed_in(source=few, cell="# " + 40_000 * "open(" + "\n" * 10**6)
    notebook.cells.append(nbformat.v4.new_code_cell(40_000 * "### BEGIN HIDDEN TESTS\n"))
    flags = arrange(model.load(few), notebook).flags
    assert "look: has more than 20000 lines, or one of more than 400 characters" in flags


# The judge: a process of the grader's own for each student.


def test_what_a_judge_cannot_read_or_compare_is_a_persons(few, tmp_path, monkeypatch):
    put(tmp_path / "ana" / "lecture9.ipynb", handed_in(source=few))
    monkeypatch.setattr(judge, "LARGEST_RESULT", 10)
    work = classroom.Work(model.load(few), Submission([], {}, []), tmp_path / "out", fails, True, True)
    result = classroom.grade_one(work, ("ana", find(tmp_path)["ana"]), Place())
    assert result.failed
    assert "THE GRADER FAILED, mark by hand: JudgeError: reading or comparing came to" in result.flags[0]


def test_a_judge_leaves_no_file_open(few, tmp_path):
    put(tmp_path / "ana" / "lecture9.ipynb", handed_in(source=few))
    opened = []
    for _ in range(3):
        judge.read(model.load(few), find(tmp_path)["ana"], Place())
        opened.append(psutil.Process().num_fds())
    assert opened[0] == opened[-1]


def fails(*_: Any) -> None:
    raise AssertionError("this must not be reached")


def test_who_ran_out_of_time_beside_others_is_graded_once_more_alone(few, tmp_path):
    for name in ("ana", "bo"):
        put(tmp_path / "class" / name / "lecture9.ipynb", handed_in(source=few))
    assignment, calls = model.load(few), []

    def call(_: Any, *arguments: Any) -> Any:
        calls.append(arguments[2][0].path.parent.name)
        return replace(ungraded(assignment, [], "late"), late=len(calls) == 1)

    work = classroom.Work(assignment, Submission([], {}, []), tmp_path / "out", call, False, False)
    with ThreadPoolExecutor(1) as pool:
        results = classroom.graded(work, find(tmp_path / "class"), pool, Limits())
    assert calls == ["ana", "bo", "ana"]
    assert not any(result.late for result in results)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_no_class_is_graded_where_the_solution_loses_points(few, tmp_path):
    source = model.read(few)
    for cell in source.cells:
        cell.source = cell.source.replace("text.lower()", "text")
    graded = Graded(tmp_path / "class", put(tmp_path / "lecture9.ipynb", source))
    graded.put("ana.ipynb")
    with pytest.raises(RefusedError, match=r"the solution itself loses points on .*: .*tokens"):
        graded.grade()
    assert not graded.out.exists()


def test_names_make_safe_files_and_cells():
    names = [
        "ana",
        "Ana",
        "ANA",
        "../ana",
        "=1+1",
        "a\nb",
        "A" * 300,
        "ä/ö",
        "CON ",
        "\N{CUNEIFORM SIGN A}" * 62,
    ]
    files = [classroom.file_name(name) for name in names]
    assert len({name.casefold() for name in files}) == len(names)
    assert all(re.fullmatch(r"[\w-]+", name) and len(name.encode()) < 70 for name in files)
    assert [output.cell(text) for text in ("=1+1", "@x", "ana", "a\x1bb")] == ["'=1+1", "'@x", "ana", "a�b"]
    assert output.from_cell("'=1+1") == "=1+1"


# The instructor's and the student's commands.


def test_nothing_is_released_that_holds_a_secret():
    source = model.read(model.SOURCE)
    with pytest.raises(release.SourceError, match="still holds"):
        release.check_nothing_left(model.SOURCE, source)
    released = release.generate(model.SOURCE)
    release.check_nothing_left(model.SOURCE, released)
    released.cells[0].source += '\n    return zlib.crc32(word.encode("utf-8")) % buckets'
    with pytest.raises(release.SourceError, match="still holds 'return zlib"):
        release.check_nothing_left(model.SOURCE, released)
    del released.cells[0]
    with pytest.raises(release.SourceError, match="does not have the cells"):
        release.check_nothing_left(model.SOURCE, released)


def test_validate_says_which_checks_fail_and_knows_no_hidden_test(few, tmp_path, capsys):
    good = put(tmp_path / "good.ipynb", handed_in(HIDDEN_FAILS, few))
    assert main(["validate", f"NOTEBOOK={good}"], few) == 0
    assert "All checks pass. They are not exhaustive." in capsys.readouterr().out
    notebook = handed_in(WRONG, few)
    notebook.cells = [cell for cell in notebook.cells if model.tag(cell).get("grade_id") != "test_1a"]
    bad = put(tmp_path / "bad.ipynb", notebook)
    assert main(["validate", f"NOTEBOOK={bad}"], few) == 1
    printed = capsys.readouterr().out
    says = ("Note: missing, put back: test_1a", "✗ check 1a", "✓ check 1b", "These checks fail: 1a.")
    assert all(words in printed for words in says)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["answer_1a", "answer_9d"])
def test_a_source_whose_solution_fails_is_not_released(tmp_path, capsys, key):
    source = model.read(model.SOURCE)
    for cell in source.cells:
        if model.tag(cell).get("grade_id") == key:
            cell.source = cell.source.replace("text.lower()", "text").replace('else "none"', 'else "last"')
    broken = put(tmp_path / "lecture9.ipynb", source)
    assert main(["release", f"OUT={tmp_path / 'dist'}"], broken) == 1
    assert "Nothing was released: the solution fails test_" in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


@pytest.mark.slow
def test_a_cluster_grades_as_one_machine_does(the_class, again):
    shutil.rmtree(again.out)
    with on_loopback() as (address, _):
        again.grade(cluster=address)
    assert f"7 submissions, on {address}. Each is alone: " in again.printed

    def points(graded: Graded) -> list[str]:
        return sorted((graded.out / "grades.csv").read_text("utf-8").splitlines())

    assert (again.code, points(again)) == (0, points(the_class))
    again.grade()
    assert again.printed.count(": as before") == 4  # the results are here


@pytest.mark.slow
def test_a_whole_class(tmp_path):
    """Grade the solution, the release, and students who are all wrong, or all right in other ways."""
    graded, dist = Graded(tmp_path / "class", model.SOURCE), tmp_path / "dist"
    assert main(["release", f"OUT={dist}"]) == 0
    with zipfile.ZipFile(dist / "lecture9.zip") as archive:
        assert archive.namelist() == ["lecture9/README.md", "lecture9/lecture9.ipynb"]
    put(graded.folder / "solution.ipynb", nbformat.read(model.SOURCE, as_version=4))
    shutil.copy(dist / "lecture9" / "lecture9.ipynb", graded.folder / "release.ipynb")
    expected = {"solution": 88.0, "release": 0.0}
    points = {part.name: part.points for part in model.load(model.SOURCE).parts.values()}
    for kind in ("wrong", "right"):
        for number, entries in enumerate(rounds_of(LIBRARY[kind])):
            answers = {key: code for entry in entries for key, code in answer(entry).items()}
            graded.put(f"{kind}{number}.ipynb", answers)
            gone = {part for entry in entries for part in entry.get("loses", [])}
            expected[f"{kind}{number}"] = 88 - sum(points[part] for part in gone)
    printed = graded.grade()
    found = re.findall(r"^(\w+): ([\d.]+) points in", printed, re.MULTILINE)
    assert (graded.code, {name: float(earned) for name, earned in found}) == (0, expected)


def rounds_of(entries: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Deal the entries out to students, each with at most one entry for an answer."""
    rounds: list[list[dict[str, Any]]] = []
    for one in entries:
        free = [dealt for dealt in rounds if one["answer"] not in {other["answer"] for other in dealt}]
        if free:
            free[0].append(one)
        else:
            rounds.append([one])
    return rounds
