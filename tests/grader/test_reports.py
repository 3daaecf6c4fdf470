"""What is read after grading: the report of the class, feedback, import files; and safe cells."""

import csv
import os
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader import class_report, gradebooks, output, own_code, reports
from grader.assignment import SOURCE, Assignment, load, tag
from grader.assignment import read as read_notebook
from grader.classroom import file_name
from grader.grading import Outcome, Result, ungraded
from grader.marking import Mark, Row, together
from grader.submissions import Handed, arrange, find
from tests.grader.students import handed_in, put

ASSIGNMENT: Assignment = load(SOURCE)
CALL = "one_hot([1, 3], 4)\n  expected: shape (2, 4)\n  received: {}\n  To try next: begin with np.zeros"


def student(
    name: str,
    failing: dict[str, str] | None = None,
    code: Sequence[str] = (),
    written: str = "I expected the last.",
    mark: float | None = 6.0,
    seconds: float = 5.0,
) -> Row:
    """Make the row of a student who has all points but where there is a message."""
    messages = {f"test_{part}": message for part, message in (failing or {}).items()}
    outcomes = {
        key: Outcome(0 if key in messages else part.points, messages.get(key, ""))
        for key, part in ASSIGNMENT.parts.items()
    }
    result = Result(outcomes, {"10": written}, [], seconds=seconds)
    result.code = list(code)
    points: dict[str, float | None] = {}
    for key, part in ASSIGNMENT.parts.items():
        points[part.question] = (points.get(part.question) or 0.0) + outcomes[key].points
    marks = {"10": Mark(points=mark, comment="well argued", answer="")} if written else {}
    return Row(name, result, marks, points | {"10": mark if written else 0.0}, [])


def own(answers: dict[str, str] | None = None) -> list[str]:
    """Return the cells of a student who has all right, but for some answers."""
    steps = arrange(ASSIGNMENT, handed_in(answers)).steps
    return [code for where, code in steps if code is not None and where not in ASSIGNMENT.locked]


def written_to(folder: Path, rows: list[Row], files: dict[str, list[str]] | None = None) -> list[str]:
    """Write the reports of a class but for the gradebook; return the faults. Its files have these names."""
    students = {
        name: [Handed(folder / "class" / path, "") for path in paths] for name, paths in (files or {}).items()
    }
    jobs = reports.jobs(ASSIGNMENT, rows, students, folder, lambda name: name)
    del jobs["gradebook.db"]  # nbgrader takes seconds
    return reports.attempt(jobs)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Page(HTMLParser):
    """A page as a browser reads it: its tags, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags += [tag, *(name for name, _ in attrs if name.startswith("on"))]

    def handle_data(self, data):
        self.text += data


# The class.


def test_the_report_says_of_each_part_what_the_class_made_of_it(tmp_path):
    late = "a hidden test fails: an id that occurs twice"
    failing = [
        {"2a": CALL.format("shape (1, 4)"), "1a": "tokens raised KeyError: 'x'"},
        {"2a": CALL.format("shape (1, 4)"), "2b": "bucket is not written yet"},
        {"2a": CALL.format("shape (4, 2)"), "2b": "bucket is not written yet", "1b": "ngrams took long"},
        {"2a": late},
        {},
    ]
    rows = [student(f"s{i}", messages, mark=float(i)) for i, messages in enumerate(failing)]
    rows.append(
        student("absent", dict.fromkeys([p.name for p in ASSIGNMENT.parts.values()], "-"), (), "", None, 0)
    )
    assert written_to(tmp_path, rows) == []
    told = {row["part"]: row for row in lines(tmp_path / "report.csv")}
    assert list(told) == [*(part.name for part in ASSIGNMENT.parts.values()), "10"]
    part = told["2a"]
    assert (part["students"], part["all points"], part["share right"]) == ("5", "1", "0.2")
    assert (part["commonest failing test"], part["failed by"]) == ("one_hot([1, 3], 4)", "3")
    assert (part["commonest wrong value"], part["returned by"]) == ("one_hot([1, 3], 4) → shape (1, 4)", "2")
    assert (told["1a"]["commonest failing test"], told["1a"]["share right"]) == (
        "tokens raised KeyError: 'x'",
        "0.8",
    )
    assert told["3a"]["discrimination"] == ""  # all have it right
    assert (told["10"]["mean points"], told["10"]["all points"]) == ("2", "0")
    page = Page(tmp_path / "report.html")
    assert "6 students, of whom 5 handed in a notebook that was run" in page.text
    assert "2 × one_hot([1, 3], 4) → shape (1, 4)" in page.text


def test_a_hidden_test_is_named_by_what_it_is_about_and_its_value_is_told_where_it_is_known():
    outcome = Outcome(0, "a hidden test fails: an id that occurs twice")
    assert class_report.failing_test(outcome, 4) == ("hidden: an id that occurs twice", "")
    outcome.detail = CALL.format("0 at [0, 1]")
    assert class_report.failing_test(outcome, 4)[1] == "one_hot([1, 3], 4) → 0 at [0, 1]"


def test_the_discrimination_is_the_correlation_with_the_rest_of_the_total():
    random = np.random.default_rng(0)
    names = [part.name for part in ASSIGNMENT.parts.values()]
    missed = [
        dict.fromkeys(random.choice(names, random.integers(0, 15), replace=False), "-") for _ in range(60)
    ]
    rows = [student(f"s{i:02}", one, mark=float(random.integers(0, 10))) for i, one in enumerate(missed)]
    points = np.array([[outcome.points for outcome in row.result.outcomes.values()] for row in rows])
    points = np.column_stack([points, [row.points["10"] for row in rows]])
    rest = points.sum(axis=1, keepdims=True) - points
    found = [item.discrimination for item in class_report.items(ASSIGNMENT, rows)]
    assert found == pytest.approx([np.corrcoef(*both)[0, 1] for both in zip(points.T, rest.T, strict=True)])
    assert found[0] == pytest.approx(stats.pearsonr(points[:, 0], rest[:, 0]).statistic)
    assert found[0] != pytest.approx(np.corrcoef(points[:, 0], points.sum(axis=1))[0, 1])
    rows[3].points["10"] = None  # not all are marked: question 10 is in nobody's rest
    again = class_report.items(ASSIGNMENT, rows)
    tests = points[:, :-1]
    assert again[0].discrimination == pytest.approx(np.corrcoef(tests[:, 0], tests[:, 1:].sum(axis=1))[0, 1])
    assert (again[-1].discrimination, len(again[-1].points)) == (None, 59)


CLASSES = {
    "one": [student("ana", {"1a": "-"})],
    "two": [student("ana"), student("bo", {"1a": "-", "1b": "-"})],
    "all equal": [student(name, code=own()) for name in ("ana", "bo", "cy")],
    "nobody ran": [student("ana", dict.fromkeys(["1a", "1b"], "-"), written="", mark=None, seconds=0)],
    "nobody marked": [student("ana", mark=None), student("bo", mark=None), student("cy", mark=None)],
}


@pytest.mark.parametrize("rows", CLASSES.values(), ids=CLASSES)
def test_a_small_or_uniform_class_has_a_report_without_a_nan(tmp_path, rows):
    assert written_to(tmp_path, rows) == []
    for path in tmp_path.glob("*.*"):
        if path.suffix in (".html", ".csv"):
            assert not re.search(r"\bnan\b|\binf\b|None", Page(path).text), path
    discriminations = {row["discrimination"] for row in lines(tmp_path / "report.csv")}
    assert discriminations == {""}
    assert len(lines(tmp_path / "students.csv")) == len(rows)


def test_the_time_of_each_student_and_who_was_late_are_told(tmp_path):
    rows = [student("ana_1", seconds=3.2), student("bo_2", seconds=61.0)]
    written_to(tmp_path, rows, {"bo_2": ["bo_LATE_2_7_lecture9.ipynb"], "ana_1": ["ana_1_8_lecture9.ipynb"]})
    told = {row["student"]: (row["late"], row["seconds"]) for row in lines(tmp_path / "students.csv")}
    assert told == {"ana_1": ("", "3"), "bo_2": ("late", "61")}
    assert {row["student"]: row["flags"] for row in lines(tmp_path / "grades.csv")} == {
        "ana_1": "",
        "bo_2": "handed in late, as Canvas says",
    }
    assert "handed in late" in Page(tmp_path / "feedback" / "bo_2.html").text
    assert "handed in late" not in Page(tmp_path / "feedback" / "ana_1.html").text
    assert "late: 1" in Page(tmp_path / "report.html").text


# Equal answers.

LOOP = '''def collisions(buckets_of_words):
    """Count."""
    seen, taken = set(), 0
    for b in buckets_of_words:
        taken += b in seen
        seen.add(b)
    return taken
'''
SAME_LOOP = """# my own work!
def collisions(buckets_of_words):
    seen, taken = set( ), 0  # nothing yet

    for b in buckets_of_words:
            taken += (b in seen)
            seen.add(b)
    return taken
print(collisions([1, 1]))
"""


def test_equal_answers_are_shown_whatever_their_blanks_and_comments():
    rows = [
        student("ana", code=own({"2c": LOOP}), written="Mine."),
        student(
            "bo", code=own({"2c": SAME_LOOP, "1a": LOOP.replace("collisions", "tokens")}), written=" mine. "
        ),
        student("cy", code=own({"2c": LOOP.replace("taken += b", "taken += 2 * b")}), written="Other."),
    ]
    equal = own_code.equal_answers(ASSIGNMENT, rows)
    found = {part: one.students for one in equal for part in one.about.split(", ")}
    assert (found["2c"], found["10"], found["1a"]) == (("ana", "bo"), ("ana", "bo"), ("ana", "cy"))
    assert found["3a"] == found["3b"] == ("ana", "bo", "cy")
    assert len([one for one in equal if "3" in one.about]) == 1  # one cell answers both


def test_the_released_notebook_and_locked_cells_are_no_equal_answers(tmp_path):
    from grader.release import generate

    released = arrange(ASSIGNMENT, generate(SOURCE))
    assert released.written == {"10": ""}
    cells = [code for where, code in released.steps if code is not None]  # the locked ones too
    rows = [student(name, code=cells, written="") for name in ("ana", "bo")]
    assert own_code.equal_answers(ASSIGNMENT, rows) == []
    assert written_to(tmp_path, rows) == []


def test_code_that_python_cannot_read_is_compared_by_its_lines():
    code = "def bucket(word, buckets):\n    return !ls\n"
    rows = [student("ana", code=[code]), student("bo", code=[f"# mine\n\n{code}"])]
    assert [one.about[:2] for one in own_code.equal_answers(ASSIGNMENT, rows)] == ["2b", "10"]
    for hostile in ("(" * 10_000, "+1" * 9_000, "\0", "'" * 9_999, "x" * 10**6):
        assert own_code.normal_form(f"def bucket(w, b):\n    return 1{hostile}") is not None


def test_the_last_definition_counts_and_what_does_nothing_is_no_answer():
    cells = [
        "def f(x):\n    return 1",
        "f == 2",
        "async def g(x):\n    return f(x)",
        "def f(x):\n    return 3\n",
    ]
    assert own_code.code_of(cells, ["g", "f"]) == f"{cells[2]}\n\n{cells[3].strip()}"
    assert own_code.code_of([*cells, "f = len"], ["f"]) == own_code.normal_form("f = len") == "f = len"
    for nothing in (
        "pass",
        "...",
        "raise NotImplementedError",
        "raise NotImplementedError('later')\n    f(x)",
    ):
        assert own_code.normal_form(f"def f(x):\n    {nothing}") == ""
    assert own_code.normal_form("def f(x):\n    x += 1\n    raise NotImplementedError")
    longest = "x = 1\n" + "#" * (own_code.LONGEST - 6)
    assert (own_code.normal_form(longest), own_code.normal_form(f"{longest}#")) == ("x = 1", "")


def test_each_part_knows_the_functions_that_answer_it():
    names = own_code.functions(ASSIGNMENT)
    assert all(names.values())
    assert names["test_3a"] == names["test_3b"] == ("pad",)
    for cell in read_notebook(SOURCE).cells:  # what is to be written is in the cell of that name
        key = tag(cell).get("grade_id", "")
        if key.startswith("answer_") and (found := names.get(key.replace("answer", "test"))):
            assert set(re.findall(r"^def (\w+)", cell.source, re.M)) >= set(found), key


def test_pairs_with_many_rare_equal_answers_come_first():
    shared = [LOOP, "def tokens(text):\n    return [w for w in text.lower().split() if w]"]
    loners = [
        student(f"s{i}", code=[f"def tokens(text):\n    return {i}"], written=f"{i}") for i in range(30)
    ]
    rows = [student("ana", code=shared, written="a"), student("bo", code=shared, written="b"), *loners]
    equal = own_code.equal_answers(ASSIGNMENT, rows)
    [(pair, about)] = class_report.pairs(equal, len(rows))
    assert (pair, [parts[:2] for parts in about]) == (("ana", "bo"), ["2c", "1a"])


# Feedback.


def hint_of(part: str) -> str:
    return " ".join(re.findall(r'hint="([^"]+)"', ASSIGNMENT.parts[f"test_{part}"].visible))


def test_feedback_shows_the_students_code_beside_each_part_and_what_to_try_next(tmp_path):
    failing = {"1a": "a hidden test fails: an empty text", "2c": "collisions raised KeyError: 1"}
    failing |= {"2a": CALL.format("shape (1, 4)")}
    row = student("ana", failing, own({"2c": LOOP}))
    assert written_to(tmp_path, [row]) == []
    page = Page(tmp_path / "feedback" / "ana.html")
    assert f"ana: {row.total:g} of 100 points" in page.text
    after = page.text.partition("✗ 2c")[2].partition("## 3")[0]
    assert "collisions raised KeyError: 1" in after.partition("seen, taken")[0]
    assert f"The check's hint: {hint_of('2c')}" in after
    assert "To try next: make up a case of this kind" in page.text
    assert page.text.partition("✗ 2a")[2].partition("✓ 2b")[0].count("To try next") == 1
    assert page.text.count("def pad(") == 1  # beside all the parts that it answers
    assert "well argued" in page.text
    hidden = "\n".join(part.hidden for part in ASSIGNMENT.parts.values())
    shown_there = "\n".join(part.visible for part in ASSIGNMENT.parts.values())
    secret = set(re.findall(r'"([^"]{6,})"', hidden)) - set(re.findall(r'"([^"]{6,})"', shown_there))
    about = set(re.findall(r'(?:about|hint)="([^"]+)"', hidden))
    assert not [text for text in secret - about if text in page.text]


def test_what_waits_for_a_person_is_said_and_not_counted_as_lost(tmp_path):
    written_to(tmp_path, [student("ana", mark=None)])
    text = Page(tmp_path / "feedback" / "ana.html").text
    most = sum(part.points for part in ASSIGNMENT.parts.values())
    assert f"ana: {most:g} of 100 points" in text
    assert f"Without question 10 ({100 - most:g} points), which a person has still to mark." in text


def test_no_text_of_a_student_becomes_html(tmp_path):
    attack = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    code = f"def tokens(text):\n    return {attack!r}"
    row = student(f"ana{attack}".replace("/", ""), {"1a": attack, "1b": attack}, [code], attack)
    row.flags.append(attack)
    row.result.errors.append(attack)
    other = student("bo", {"1a": attack}, [code], attack)
    jobs = reports.jobs(ASSIGNMENT, [row, other], {}, tmp_path, lambda name: name[:3])
    del jobs["gradebook.db"]
    assert reports.attempt(jobs) == []
    for path in tmp_path.rglob("*.html"):
        page = Page(path)
        assert not {"script", "img", "onerror"} & set(page.tags), path
        assert "default-src 'none'" in path.read_text("utf-8")
        assert "alert(1)" in page.text


# Import files.


def test_canvas_gets_its_columns_its_points_and_the_ids_that_it_gave(tmp_path):
    rows = [
        student("lovelaceada_12"),
        student("bo_13", mark=None),
        student("by hand"),
        student("=cy_14", {"1a": "-"}),
    ]
    files = {
        "lovelaceada_12": ["lovelaceada_LATE_12_345_lecture9-1.ipynb"],
        "bo_13": ["bo_13_346_lecture9.ipynb"],
    }
    files |= {"=cy_14": ["=cy_14_347_lecture9.ipynb"], "by hand": ["by hand.ipynb"]}
    rows.append(student("di_15"))
    rows[-1].result.failed = True  # a fault of the grader's is no grade
    files["di_15"] = ["di_15_348_lecture9.ipynb"]
    assert written_to(tmp_path, rows, files) == []
    with (tmp_path / "canvas.csv").open(encoding="utf-8", newline="") as file:
        head, possible, *students = csv.reader(file)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "lecture9"]
    assert possible == ["    Points Possible", "", "", "", "", "100"]
    totals = [output.number(rows[i].total) for i in (0, 3)]
    assert totals[0] != totals[1]
    assert students == [["lovelaceada", "12", "", "", "", totals[0]], ["'=cy", "14", "", "", "", totals[1]]]
    assert not (tmp_path / "moodle.csv").exists()


def test_moodle_gets_its_grading_worksheet(tmp_path):
    rows = [student("Ada Lovelace_77"), student("Bo, Jr._78", mark=None)]
    files = {
        "Ada Lovelace_77": ["Ada Lovelace_77_assignsubmission_file_/lecture9.ipynb"],
        "Bo, Jr._78": ["Bo, Jr._78_assignsubmission_file_lecture9.ipynb"],
    }
    assert written_to(tmp_path, rows, files) == []
    [ada] = lines(tmp_path / "moodle.csv")
    feedback = ada.pop("Feedback comments")
    assert ada == {
        "Identifier": "Participant 77",
        "Full name": "Ada Lovelace",
        "Grade": output.number(rows[0].total),
        "Maximum Grade": "100",
        "Last modified (grade)": "-",
    }
    assert feedback.startswith(f"<p>{rows[0].total:g} of 100 points. By question: 1: 8, 2: 8, ")
    assert feedback.endswith(".</p><p>Question 10: well argued</p>")
    assert not (tmp_path / "canvas.csv").exists()


def test_the_ids_come_from_files_as_they_are_found(tmp_path):
    for name in (
        "ada_LATE_12_345_lecture9.ipynb",
        "Bo B_77_assignsubmission_file_/sub/lecture9.ipynb",
        "cy.ipynb",
    ):
        put(tmp_path / "of_2026_11_25" / name, handed_in())
    origins = [gradebooks.origin(files) for files in find(tmp_path / "of_2026_11_25").values()]
    assert {(one.system, one.id, one.late) for one in origins} == {
        ("Canvas", "12", True),
        ("Moodle", "77", False),
        ("", "", False),
    }
    files = ["ada_LATE_12_345_lecture9.ipynb", "ada_12_346_more.py"]
    assert gradebooks.origin([Handed(Path(name), "") for name in files]).late


# Nothing is overwritten, nothing stops the rest, no cell is a formula.


def test_no_two_students_have_one_page_also_where_capitals_are_not_told_apart():
    names = ["ana", "Ana", "an/a", "an_a", "ána", "a\u0301na", "a" * 300, "a" * 299]
    files = [file_name(name) for name in names]
    assert len({file.casefold() for file in files}) == len(names)
    assert all(re.fullmatch(r"[\w-]{1,80}", file) and len(file.encode()) < 100 for file in files)


def test_who_handed_in_no_notebook_reads_it_once_and_no_hints(tmp_path):
    why = "there is no notebook, only a.docx"
    rows = [student("ana"), together(ASSIGNMENT, "bo", ungraded(ASSIGNMENT, [why], why), {})]
    rows[0].flags.append("look: starts processes")
    written_to(tmp_path, rows)
    text = Page(tmp_path / "feedback" / "bo.html").text
    assert (text.count(why), "To try next" in text, "✗" in text) == (1, False, False)
    assert "look:" not in Page(tmp_path / "feedback" / "ana.html").text


def test_one_reports_fault_does_not_stop_the_others_and_is_told(tmp_path, capsys):
    from grader import classroom

    (tmp_path / "grades.csv").mkdir()
    (tmp_path / "gradebook.db").mkdir()
    rows = [student("ana", mark=None)]
    faults = classroom.conclude(ASSIGNMENT, rows, {}, {}, tmp_path)
    assert [fault.partition(" was not written: ")[0] for fault in faults] == ["grades.csv", "gradebook.db"]
    said = capsys.readouterr().out
    assert said.count("THE GRADER FAILED: ") == 2
    names = {"report.html", "report.csv", "students.csv"}
    assert names <= {path.name for path in tmp_path.iterdir()}
    assert len(list((tmp_path / "feedback").iterdir())) == 1


DANGEROUS = ["=1+1", "+1", "-1", "@x", "＝1+1", "＠x", "ana;=1+1", "a\n=1", "a,@x", ' "=1', "−1", "a|-1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_begins_with_a_formula_wherever_a_spreadsheet_splits(text):
    written = output.cell(text)
    pieces = re.split(r"[;,|\n]", written)
    assert not [piece for piece in pieces if re.match(r"[ \"]*[=+\-@＝＋－＠−]", piece)]


@given(st.text(alphabet=st.sampled_from(list("=+-@＝;,|\n '\"a1")) | st.characters()))
def test_what_a_cell_was_made_of_comes_back(text):
    assert output.from_cell(output.cell(text)) == output.printable(text)


def test_grades_are_one_line_a_student_whatever_the_flags(tmp_path):
    row = student("ana")
    row.flags.extend(["edited, restored: x\nbo,100,100", "=HYPERLINK(1);=2", "y" * 2**21])
    written_to(tmp_path, [row])
    text = (tmp_path / "grades.csv").read_text("utf-8")
    assert (len(text.splitlines()), len(text) < 6_000) == (2, True)
    assert ";' =HYPERLINK(1);'=2" in text
    assert len(reports.table([row])) < 2_000
    assert not re.search("^bo", reports.table([row]), re.M)


def test_only_what_has_changed_is_written_again(tmp_path):
    from nbgrader.api import Gradebook

    rows = [student("ana"), student("bo")]

    def written_again() -> set[str]:
        assert reports.attempt(reports.jobs(ASSIGNMENT, rows, {}, tmp_path, lambda name: name)) == []
        paths = [path for path in tmp_path.rglob("*.*") if path.stat().st_mtime]
        for path in paths:
            os.utime(path, (0, 0))
        return {path.name for path in paths}

    assert written_again() >= {"gradebook.db", "grades.csv", "report.html", "ana.html", "bo.html"}
    assert written_again() == set()
    rows[1] = student("bo", mark=7.5)
    assert written_again() >= {"gradebook.db", "grades.csv", "bo.html"}
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "lecture9") as book:
        scores = {one.student.id: one.score for one in book.assignment_submissions("lecture9")}
    assert scores == {row.student: row.total for row in rows}
    (tmp_path / "gradebook.db").write_bytes(b"damaged")
    rows[0] = student("ana", seconds=5.2)  # which no page says
    assert written_again() == {"gradebook.db"}
