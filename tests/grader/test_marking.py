"""marking.csv: what a person wrote counts, is never lost, and cannot be forged, whatever saved the file."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest

from grader import assignment as model
from grader.assignment import Assignment, Part
from grader.grading import Outcome, Result
from grader.marking import Mark, Marks, key_of, opened, possible, read_marks, state_of, strangers, together
from tools.command import RefusedError

PARTS = {f"test_{name}": Part(name, 4, "", "") for name in ("2a", "2b", "3a", "3a_hidden")} | {
    "test_6": Part("6", 5, "", "")
}
ASSIGNMENT = Assignment(
    PARTS, {}, {"10": 9}, [], {"2": "Numbers", "3": "Rectangles", "6": "Six", "10": "Last"}, [], {}
)
ODD = [
    "ana",
    "Bo\u3000Li",
    "Cy\u00a0Day",
    "Di\u200dEve",
    unicodedata.normalize("NFD", "José"),
    "=1+1",
    "00123",
    "1e5",
]
HEAD = "student,question,points,comment"


def read(path: Path, text: str | bytes, students: list[str] = ODD) -> Marks:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_marks(path, ASSIGNMENT, students)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "marking.csv"


def written(path: Path, marks: dict[tuple[str, str], Mark], students: list[str] = ODD) -> str:
    """Write marks, by student and question, and return the file."""
    with opened(path, ASSIGNMENT, students) as there:
        there |= {(key_of(student), question): mark for (student, question), mark in marks.items()}
    return path.read_bytes().decode("utf-8-sig")


def graded(points: float = 0, text: str = "My words.") -> Result:
    return Result({key: Outcome(points, "a check fails") for key in PARTS}, {"10": text}, [])


# Points that a person gives.


def test_a_part_gets_the_points_and_the_comment_of_its_row(path):
    marks = read(path, f"{HEAD}\nana,3a,5.5,right but slow\nana,6,5,fine\n")
    row = together(ASSIGNMENT, "ana", graded(), marks)
    assert (row.points["6"], row.points["10"], row.total) == (5, None, 10.5)
    assert row.result.outcomes["test_3a"] == Outcome(4, "a check fails\nMarked by hand. right but slow")
    assert row.result.outcomes["test_3a_hidden"] == Outcome(1.5, "a check fails")
    assert row.marks["6"].comment == "fine"


@pytest.mark.parametrize(("given", "parts"), [(7, [4, 3]), (8, [4, 4]), (3, [2, 1]), (0, [0, 0])])
def test_a_question_gets_the_points_of_its_row_and_its_parts_add_up_to_them(path, given, parts):
    marks = read(path, f"{HEAD}\nana,2,{given},as a whole\n")
    row = together(ASSIGNMENT, "ana", graded(2), marks)
    outcomes = row.result.outcomes
    assert row.points["2"] == given == outcomes["test_2a"].points + outcomes["test_2b"].points
    assert [outcomes["test_2a"].points, outcomes["test_2b"].points] == parts
    assert row.marks["2"].comment == "as a whole"


def test_a_new_answer_waits_and_one_that_was_changed_is_flagged():
    marks: Marks = {}
    assert together(ASSIGNMENT, "ana", graded(), marks).points["10"] is None
    assert marks == {(key_of("ana"), "10"): Mark(answer=state_of("My words."), student="ana")}
    marks[key_of("ana"), "10"] = Mark(7, "good", "Evidence 3, Limits 2", state_of("My words."))
    row = together(ASSIGNMENT, "ana", graded(), marks)
    assert (row.points["10"], row.flags, row.marks["10"].comment) == (7, [], "Evidence 3, Limits 2; good")
    row = together(ASSIGNMENT, "ana", graded(text="Other words."), marks)
    assert (row.points["10"], row.flags) == (7, ["question 10 was changed after it was marked"])
    row = together(ASSIGNMENT, "bo", graded(text=""), marks)
    assert (row.points["10"], row.flags) == (0, ["question 10 is not answered"])


# Whose row it is.


@pytest.mark.parametrize("printed", ["", "?", "as it is"])
def test_a_row_finds_its_student_by_the_key_whatever_became_of_the_name(path, printed):
    marks = {(name, "10"): Mark(number, name.strip("=")) for number, name in enumerate(ODD)}
    text = written(path, marks)
    lines = list(csv.DictReader(io.StringIO(text)))
    shown = {"": "", "?": "?????"}
    for line in lines:
        line["student"] = shown.get(printed, line["student"])
    buffer = io.StringIO()
    rows = csv.DictWriter(buffer, list(lines[0]))
    rows.writeheader()
    rows.writerows(lines)
    found = read(path, buffer.getvalue())
    assert {key: mark.points for key, mark in found.items()} == {
        (key_of(name), "10"): number for number, name in enumerate(ODD)
    }


NAMES = {
    "Bo\u3000Li": "bo li",
    "Cy\u00a0Day": "Cy Day",
    "Di\u200dEve": "DiEve",
    ODD[4]: "José",
    "=1+1": "'=1+1",
    "00123": "123",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_row_without_a_key_finds_its_student_by_what_a_person_would_type(path, name):
    assert list(read(path, f"{HEAD}\n{NAMES[name]},10,5,\n")) == [(key_of(name), "10")]


def test_rows_of_nobody_are_kept_with_all_that_is_in_them_and_reported(path):
    rows = "s0123456789ab,zoe,10,8,good,Monday\n,123456789012,3a,2,,\n"
    path.write_text(f"key,{HEAD},office hour\n{rows}")
    text = written(path, {("ana", "10"): Mark(3, student="ana")})
    assert "s0123456789ab,zoe,10,8,9,,good,,Monday" in text
    marks = read_marks(path, ASSIGNMENT, ODD)
    assert strangers(marks, ODD).endswith("they are kept: '123456789012' (question 3a), 'zoe' (question 10).")
    assert strangers(marks, [*ODD, "zoe", "123456789012"]).count("question") == 1  # zoe's key is another's
    assert list(read_marks(path, ASSIGNMENT, ["zoe"]))[-1] == (key_of("zoe"), "10")


# What is wrong is said in one sentence.

WRONG = {
    "ana,10,70,": "marking.csv, line 2: points must be from 0 to 9, got '70'",
    "ana,10,-1,": "points must be from 0 to 9, got '-1'",
    "ana,3a,nan,": "points must be from 0 to 8, got 'nan'",
    "ana,10,07. Mai,": "points must be from 0 to 9, got '07. Mai'",
    "ana,11,1,": "line 2: there is no question '11'",
    ",10,1,": "line 2: the row names no student",
    "ana,10,1,good, but short": "line 2: more cells than columns",
    'ana,10,1,"good': "line 2: unexpected end of data; is a quote open?",
    "ana,10,1,\nana,10,2,": "line 3: question 10 of 'ana' is marked a second time",
    "ana,3a_hidden,1,\nana,3a,2,": "marking.csv: 3a of 'ana' is marked as a whole and in part",
    "ana,2,1,\nana,2b,2,": "marking.csv: 2 of 'ana' is marked as a whole and in part",
    'ana,10,1,"two\nlines"\nbo,10,99,': "line 4: points must be",
}


@pytest.mark.parametrize("rows", WRONG)
def test_a_row_that_cannot_count_is_refused_with_its_place(path, rows):
    with pytest.raises(RefusedError) as refused:
        read(path, f"{HEAD}\n{rows}\n")
    assert WRONG[rows] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_key_beside_anothers_name_and_a_name_of_two_are_refused(path):
    with pytest.raises(
        RefusedError, match="line 2: the key is that of 'ana', but the name '00123' is another's"
    ):
        read(path, f"key,{HEAD}\n{key_of('ana')},00123,10,1,\n")
    with pytest.raises(RefusedError, match="line 2: 2 students are called 'José': give the row its key"):
        read(path, f"{HEAD}\nJosé,10,1,\n", ["José", ODD[4]])


def test_a_file_that_is_no_table_is_refused(path):
    for data, says in (
        (b"PK\3\4\0\0", "is no table of text: save it as “CSV UTF-8”"),
        (b"a,b\n", "no column 'student'"),
    ):
        with pytest.raises(RefusedError, match=says):
            read(path, data)
    assert read(path, b"\xef\xbb\xbf" + HEAD.encode() + b"\n\n,,,\n") == {}


# What Excel saves, and what it opens.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_file_is_read_as_excel_saves_it(path, encoding, delimiter):
    marks = {("ana", "10"): Mark(7.5, "naïve, but\n“good”; really", "Evidence 3, Limits 2", "a1", "ana")}
    lines = list(csv.reader(io.StringIO(written(path, marks))))
    assert lines[1][6] == "naïve, but ¶ “good”; really"
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    text = buffer.getvalue() if delimiter == "," else buffer.getvalue().replace("7.5", "7,5")
    mark = marks["ana", "10"]
    assert read(path, text.encode(encoding)) == {(key_of("ana"), "10"): mark}


FORGED = [
    "fine\nzoe,10,9,9,,,",
    "a\r\nana,3a,4",
    '"\n',
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "'=1",
    "fine;=1+1",
    "＝1+1",
    "a;@x",
]


@pytest.mark.parametrize("text", FORGED)
def test_a_comment_forges_no_row_and_no_formula_and_comes_back(path, text):
    file = written(path, {("ana", "10"): Mark(1, text, student="ana")})
    assert len(file.splitlines()) == len(list(csv.reader(io.StringIO(file)))) == 2
    assert not re.search(r"(^|[;\t])[=+\-@＝]", list(csv.reader(io.StringIO(file)))[1][6])
    marks = read_marks(path, ASSIGNMENT, ODD)
    assert list(marks) == [(key_of("ana"), "10")]
    assert marks[key_of("ana"), "10"].comment.split() == text.split()


def test_a_students_name_forges_no_row(path):
    evil = "eve\n,ana,10,9,9,,,"
    assert len(written(path, {(evil, "10"): Mark(1, student=evil)}, [evil]).splitlines()) == 2
    assert list(read_marks(path, ASSIGNMENT, [evil, "ana"])) == [(key_of(evil), "10")]


def test_what_was_marked_while_a_class_was_graded_is_kept(path):
    with opened(path, ASSIGNMENT, ["ana"]) as marks:
        together(ASSIGNMENT, "ana", graded(), marks)
    written(path, {("ana", "10"): Mark(8, "good", student="ana")}, ["ana"])
    with opened(path, ASSIGNMENT, ["ana"]) as marks:
        assert together(ASSIGNMENT, "ana", graded(), marks).points["10"] == 8
    assert read_marks(path, ASSIGNMENT, ["ana"])[key_of("ana"), "10"].comment == "good"


def test_every_part_and_question_of_the_assignment_can_be_marked_by_hand(path):
    assignment = model.load(model.SOURCE)
    names = [*assignment.titles, *(part.name for part in assignment.parts.values())]
    for name in names:
        path.write_text(f"{HEAD}\nana,{name},1,\n")
        assert list(read_marks(path, assignment, ["ana"])) == [(key_of("ana"), name)]
        marks = read_marks(path, assignment, ["ana"])
        result = Result({key: Outcome(part.points) for key, part in assignment.parts.items()}, {"10": ""}, [])
        row = together(assignment, "ana", result, marks)
        lost = possible(assignment)[name] - 1 if name != "10" else -1
        assert row.total == sum(part.points for part in assignment.parts.values()) - lost


def test_rows_are_sorted_and_a_file_in_which_nothing_changed_is_left_as_it_is(path):
    given = [("bo", "10"), ("ana", "3a"), ("ana", "10"), ("ana", "2")]
    text = written(path, {one: Mark(1, student=one[0]) for one in given}, ["ana", "bo"])
    rows = [(row["student"], row["question"]) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [("ana", "2"), ("ana", "10"), ("ana", "3a"), ("bo", "10")]
    saved_by_excel = f"{HEAD}\r\nana,2,1,fine\r\n".replace(",", ";")
    path.write_bytes(saved_by_excel.encode())
    assert written(path, {}) == saved_by_excel


def test_of_many_rows_of_nobody_ten_are_named():
    names = [f"s{i}" for i in range(12)]
    marks = {(key_of(name), "10"): Mark(student=name) for name in names}
    assert strangers(marks, names[:1]).endswith(", 's10' (question 10) and 1 more.")
    assert strangers(marks, names[:2]).endswith(", 's11' (question 10).")
    assert strangers(marks, names) == ""


def test_a_row_without_points_changes_none(path):
    before = graded(2).outcomes
    marks = read(path, f"{HEAD}\nana,2,,\nana,3a,,see me\nana,6,,\n")
    after = together(ASSIGNMENT, "ana", graded(2), marks).result.outcomes
    assert after.pop("test_3a") == Outcome(2, "a check fails\nMarked by hand. see me")
    assert after == {key: outcome for key, outcome in before.items() if key != "test_3a"}


@pytest.mark.parametrize("more", ["ana,10,,", "ana, 10 ", "ana,10,5,good"])
@pytest.mark.parametrize("head", [HEAD, " student,question ,points,comment,, "])
def test_a_row_that_adds_nothing_takes_nothing_away(path, head, more):
    for rows in (f"ana,10, 5 ,good\n{more}", f"{more}\nana,10,5,good"):
        marks = read(path, f"\ufeff{head}\n{rows}\n".encode("utf-16-be"))
        assert marks[key_of("ana"), "10"] == Mark(5, "good", student="ana")


def test_keys_and_states_in_files_of_earlier_versions_are_known():
    assert (key_of("ana"), state_of("My words."), state_of("")) == ("s24d4b96f58da", "a4318bab4f115", "")


def test_a_name_of_zeros_is_found(path):
    assert list(read(path, f"{HEAD}\n0,10,5,\n", ["000", "ana"])) == [(key_of("000"), "10")]
