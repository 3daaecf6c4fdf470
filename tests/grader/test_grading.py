"""The commands around the assignment: grade a class, make the students' version, validate a notebook."""

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grader import assignment as model
from grader import classroom as grade
from grader import gradebook, release, reports, sandbox, submissions, validate
from tests.grader.students import (
    ALL,
    EXIT,
    LIBRARY,
    SHORT,
    WRONG,
    answer,
    delete,
    handed_in,
    in_function,
    put,
    short_assignment,
    small_notebook,
)
from tools.command import ROOT

FILL = gradebook.fill

# A class.


@pytest.fixture
def few(monkeypatch) -> model.Assignment:
    """Let the commands see an assignment of one question and the reflection."""
    short = short_assignment()
    few = replace(short, parts={key: short.parts[key] for key in ("test_1a", "test_1b")})
    monkeypatch.setattr(grade, "load", lambda: few)
    monkeypatch.setattr(validate, "load", lambda _: few)
    monkeypatch.setattr(gradebook, "fill", lambda *_: None)  # it takes a second or two
    return few


@pytest.fixture
def class_of(tmp_path, few, capfd):  # noqa: ARG001
    """Grade the class in a folder; return the exit code, what was printed and the folder of results."""

    def command(*words: str) -> tuple[int, str, Path]:
        code = grade.main([f"SUBMISSIONS={tmp_path / 'class'}", "JOBS=1", *words], SHORT)
        return code, "".join(capfd.readouterr()), tmp_path / "class-graded"

    return command


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_class_is_graded_whatever_one_does(class_of, tmp_path):
    folder = tmp_path / "class"
    put(folder / "ana" / "lecture9" / "lecture9.ipynb", small_notebook())
    put(folder / "bo" / "lecture9.ipynb", small_notebook(part_1a=WRONG))
    put(folder / "=cy" / "homework.ipynb", small_notebook(part_1b=in_function("ngrams", EXIT)))
    (folder / "di").mkdir()
    (folder / "eve.ipynb").write_bytes(b"")
    (folder / "fay.ipynb").write_text("not JSON")
    before = everything(folder)
    code, printed, out = class_of()
    assert (code, everything(folder)) == (0, before)
    lines = (out / "grades.csv").read_text("utf-8").splitlines()
    assert lines[0] == "student,question 1,question 10,total,flags"
    assert lines[1].startswith("'=cy,4,,4,")
    assert "renamed: homework.ipynb; " in lines[1]
    assert lines[2:4] == ["ana,8,,8,", "bo,4,,4,"]
    assert "di,0,0,0,nothing was handed in" in lines[4]
    assert "eve,0,0,0,the file is empty" in lines[5]
    assert "fay,0,0,0,the file is not a notebook" in lines[6]
    assert "To mark by hand: 3 answers" in printed
    assert "ended its own program" in printed
    assert "tokens(&#x27;Data science" in (out / "feedback" / "bo.html").read_text("utf-8")
    assert "I expected the last words" in (out / "marking.html").read_text("utf-8")


def test_feedback_names_the_case_but_shows_no_hidden_test(class_of, tmp_path, few):
    entry = next(e for e in LIBRARY["wrong"] if e["about"] == "apostrophes separate words")
    put(tmp_path / "class" / "bo.ipynb", small_notebook(**answer(entry)))
    _, _, out = class_of()
    page = (out / "feedback" / "bo.html").read_text("utf-8")
    assert "a hidden test fails: apostrophes belong to words" in page
    hidden = re.sub(r'about="[^"]*"', "", "".join(part.hidden for part in few.parts.values()))
    strings = re.findall(r'"([^"]{6,})"', hidden)
    assert len(strings) > 3
    assert not [string for string in strings if string in page]


def test_a_second_run_takes_up_where_the_first_stopped(class_of, tmp_path, monkeypatch):
    folder, real = tmp_path / "class", grade.grade
    for name in ("ana", "bo", "cy"):
        put(folder / f"{name}.ipynb", small_notebook())

    def interrupted(*arguments):
        if (tmp_path / "class-graded" / "results" / "ana.json").exists():
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(grade, "grade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        class_of()
    sandbox.STOP.clear()
    monkeypatch.setattr(grade, "grade", real)
    assert re.findall(r"(\w+): as before", class_of()[1]) == ["ana"]
    put(folder / "bo.ipynb", small_notebook(part_1a=WRONG))
    _, printed, out = class_of()
    assert re.findall(r"(\w+): as before", printed) == ["ana", "cy"]
    assert "bo,4,,4," in (out / "grades.csv").read_text("utf-8")


def test_a_fault_of_the_grader_does_not_stop_the_class(class_of, tmp_path, monkeypatch):
    for name in ("ana", "bo"):
        put(tmp_path / "class" / f"{name}.ipynb", small_notebook())
    real, calls = grade.grade, []

    def faulty(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("a fault")
        return real(*arguments)

    monkeypatch.setattr(grade, "grade", faulty)
    code, printed, out = class_of()
    assert code == 1
    assert "THE GRADER FAILED, mark by hand: ZeroDivisionError: a fault" in printed
    assert "bo,8,,8," in (out / "grades.csv").read_text("utf-8")
    code, printed, _ = class_of()
    assert (code, "bo: as before" in printed, "ana: 8 points" in printed) == (0, True, True)


def test_marks_by_hand_count_and_are_never_lost(class_of, tmp_path):
    folder = tmp_path / "class"
    put(folder / "ana.ipynb", small_notebook())
    put(folder / "bo.ipynb", small_notebook())
    _, _, out = class_of()
    marks = out / "marking.csv"
    marks.write_text(marks.read_text().replace("ana,10,,9,,", 'ana,10,7.5,9,"well, argued",'))
    _, printed, _ = class_of()
    assert "ana,8,7.5,15.5," in (out / "grades.csv").read_text("utf-8")
    assert "well, argued" in (out / "feedback" / "ana.html").read_text("utf-8")
    assert "To mark by hand: 1 answers" in printed
    changed = small_notebook()
    changed.cells[-2].source += "\nAnd one thing more."
    put(folder / "ana.ipynb", changed)
    (folder / "bo.ipynb").unlink()
    _, printed, _ = class_of()
    assert "question 10 was changed after it was marked" in printed
    assert "\nbo,10,," in marks.read_text()
    marks.write_text(marks.read_text().replace("7.5", "70"))
    before = everything(out)
    code, printed, _ = class_of()
    assert code == 2
    assert "marking.csv, line 2: points must be from 0 to 9, got '70'" in printed
    assert everything(out) == before


def test_marks_are_read_as_a_european_spreadsheet_writes_them(tmp_path):
    path = tmp_path / "marking.csv"
    path.write_text(";".join(reports.COLUMNS) + "\nana;10;7,5;9;good;abc\n", "utf-8-sig")
    assert reports.read_marks(path, {"10": 9}) == {("ana", "10"): reports.Mark(7.5, "good", "abc")}
    path.write_text("student,points\nana,3\n")
    with pytest.raises(reports.MarksError, match="has no column 'question'"):
        reports.read_marks(path, {"10": 9})


def test_the_results_are_in_nbgraders_gradebook(class_of, tmp_path, monkeypatch):
    from nbgrader.api import Gradebook

    monkeypatch.setattr(gradebook, "fill", FILL)
    put(tmp_path / "class" / "ana.ipynb", small_notebook())
    put(tmp_path / "class" / "bo.ipynb", small_notebook(part_1a=WRONG))
    _, _, out = class_of()
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "lecture9") as book:
        handed = book.assignment_submissions("lecture9")
        found = {s.student.id: (s.score, s.max_score, s.needs_manual_grade) for s in handed}
    assert found == {"ana": (8, 17, True), "bo": (4, 17, True)}


REFUSED = [
    ([], "name the folder with the submissions"),
    (["SUBMISSIONS=nowhere"], "there is no folder"),
    (["SUBMISSIONS=."], "there is nothing in"),
    (["SUBMISSIONS=.", "OUT=./inside"], "OUT must not be in the folder of the submissions"),
    (["SUBMISSIONS=.", "JOBS=none"], "JOBS must be a whole number from 1, got 'none'"),
    (["SUBMISIONS=."], "'SUBMISIONS=.' is no option of this command; there is SUBMISSIONS=…, JOBS=…, OUT=…"),
    (["folder"], "'folder' is no option of this command"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_cannot_be_graded_is_refused_in_one_sentence(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert grade.main(words) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("Nothing was graded: ")
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
    found = submissions.find(tmp_path)
    assert {student: [file.name for file in files] for student, files in found.items()} == {
        "Ana Silva_1234567": ["lecture9.ipynb"],
        "Bo Lee_7654321": ["lecture9.ipynb"],
        "cy": ["lecture9.ipynb"],
        "dixon_11": ["lecture9.ipynb"],
        "evans_33": ["homework.ipynb"],
        "fay": [""],
    }


HEAD = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
UNREADABLE = {
    "": "the file is empty",
    "# Title": "the file is not a notebook (NotJSONError)",
    "[1, 2]": "the file is not a notebook",
    HEAD + "[]}": "it has no cells",
    HEAD + "3}": "the file is not a notebook",
    HEAD + '[{"cell_type": 3}]}': "the file is not a notebook",
    HEAD + 5000 * "[" + 5000 * "]" + "}": "the file is not a notebook",
}


@pytest.mark.parametrize(("text", "reason"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_a_file_that_is_no_notebook_has_a_reason(tmp_path, text, reason):
    path = tmp_path / "lecture9.ipynb"
    path.write_text(text)
    with pytest.raises(model.UnreadableError, match=re.escape(reason)):
        model.read(path)


def test_of_several_notebooks_the_one_with_the_right_name_counts(few, tmp_path):
    put(tmp_path / "ana" / "lecture9-old.ipynb", small_notebook(part_1a=WRONG))
    put(tmp_path / "ana" / "lecture9.ipynb", small_notebook())
    (tmp_path / "ana" / "notes.txt").write_text("a")
    _, path, flags = submissions.choose(few, submissions.find(tmp_path)["ana"])
    assert (path.name, flags) == ("lecture9.ipynb", ["several notebooks: graded lecture9.ipynb"])


def test_other_files_and_links_are_not_read(few, tmp_path):
    (tmp_path / "bo").mkdir()
    (tmp_path / "bo" / "report.docx").touch()
    (tmp_path / "cy").mkdir()
    (tmp_path / "cy" / "lecture9.ipynb").symlink_to(model.SOURCE)
    found = submissions.find(tmp_path)
    with pytest.raises(model.UnreadableError, match=r"there is no notebook, only report\.docx"):
        submissions.choose(few, found["bo"])
    with pytest.raises(model.UnreadableError, match="is a link to another file"):
        submissions.choose(few, found["cy"])


def test_names_make_safe_files_and_cells():
    names = ["ana", "../ana", "=1+1", "a\nb", "A" * 300, "ä/ö", "CON "]
    files = [grade.file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all(re.fullmatch(r"[\w-]{1,70}", name) for name in files)
    assert [reports.safe(text) for text in ("=1+1", "@x", "ana", "a\x1bb")] == ["'=1+1", "'@x", "ana", "a�b"]
    assert reports.plain("'=1+1") == "=1+1"


# The instructor's and the student's commands.


def test_nothing_is_released_that_holds_a_secret(tmp_path):
    source = put(tmp_path / "source.ipynb", nbformat.read(model.SOURCE, as_version=4))
    with pytest.raises(release.SourceError, match="still holds"):
        release.check_nothing_left(source, source)
    notebook = handed_in()
    for cell in notebook.cells:
        if model.tag(cell).get("solution"):
            cell.source = model.CODE_STUB
    release.check_nothing_left(source, put(tmp_path / "clean.ipynb", notebook))
    notebook.cells[0].source += '\n    return zlib.crc32(word.encode("utf-8")) % buckets'
    with pytest.raises(release.SourceError, match="still holds 'return zlib"):
        release.check_nothing_left(source, put(tmp_path / "x.ipynb", notebook))
    del notebook.cells[0]
    with pytest.raises(release.SourceError, match="does not have the cells"):
        release.check_nothing_left(source, put(tmp_path / "y.ipynb", notebook))


@pytest.mark.parametrize("word", ["OUTT=x", "x"])
def test_a_misspelt_release_is_refused(word, capsys):
    assert release.main([word]) == 2
    assert f"Nothing was released: {word!r} is no option" in capsys.readouterr().err


@pytest.mark.usefixtures("few")
def test_validate_says_which_checks_fail(tmp_path, capsys):
    good = put(tmp_path / "good.ipynb", small_notebook())
    assert validate.main([f"NOTEBOOK={good}"]) == 0
    assert "All checks pass. They are not exhaustive." in capsys.readouterr().out
    notebook = small_notebook(part_1a=WRONG)
    delete(notebook)
    bad = put(tmp_path / "bad.ipynb", notebook)
    assert validate.main([f"NOTEBOOK={bad}"]) == 1
    printed = capsys.readouterr().out
    assert "Note: missing, put back: test_1a" in printed
    assert "✗ check 1a" in printed
    assert "✓ check 1b" in printed
    assert "These checks fail: 1a." in printed


@pytest.mark.usefixtures("few")
def test_validate_knows_no_hidden_test(tmp_path, capsys):
    entry = next(e for e in LIBRARY["wrong"] if e["about"] == "apostrophes separate words")
    path = put(tmp_path / "x.ipynb", small_notebook(**answer(entry)))
    assert validate.main([f"NOTEBOOK={path}"]) == 0
    assert "✓ check 1a" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name your notebook"),
        (["NOTEBOOK=nowhere.ipynb"], "there is no file nowhere.ipynb"),
        (["NOTEBOK=x"], "'NOTEBOK=x' is no option"),
        ([f"NOTEBOOK={ROOT / 'README.md'}"], "the file is not a notebook"),
    ],
)
def test_validate_refuses_in_one_sentence(words, message, capsys):
    assert validate.main(words) == 2
    assert f"Nothing was checked: {message}" in capsys.readouterr().err


@ALL
@pytest.mark.parametrize("key", ["answer_1a", "answer_9c"])
def test_a_source_whose_solution_fails_is_not_released(tmp_path, capsys, key):
    source = nbformat.read(model.SOURCE, as_version=4)
    for cell in source.cells:
        if model.tag(cell).get("grade_id") == key:
            cell.source = cell.source.replace("text.lower()", "text").replace('else "first"', 'else "last"')
    broken = put(tmp_path / "lecture9.ipynb", source)
    assert release.main([f"OUT={tmp_path / 'dist'}"], broken) == 1
    assert "Nothing was released: a cell of lecture9.ipynb fails" in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


@ALL
def test_a_whole_class(tmp_path, capfd):
    """Grade the solution, the release, and students who are all wrong, or all right in other ways."""
    folder, dist = tmp_path / "class", tmp_path / "dist"
    assert release.main([f"OUT={dist}"]) == 0
    with zipfile.ZipFile(dist / "lecture9.zip") as archive:
        assert archive.namelist() == ["lecture9/README.md", "lecture9/lecture9.ipynb"]
    put(folder / "solution.ipynb", nbformat.read(model.SOURCE, as_version=4))
    shutil.copy(dist / "lecture9" / "lecture9.ipynb", folder / "release.ipynb")
    expected = {"solution": 91.0, "release": 0.0}
    points = {part.name: part.points for part in model.load().parts.values()}
    for kind in ("wrong", "right"):
        for number, entries in enumerate(rounds_of(LIBRARY[kind])):
            answers = {key: code for entry in entries for key, code in answer(entry).items()}
            put(folder / f"{kind}{number}.ipynb", handed_in(**answers))
            gone = {part for entry in entries for part in entry.get("loses", [])}
            expected[f"{kind}{number}"] = 91 - sum(points[part] for part in gone)
    code = grade.main([f"SUBMISSIONS={folder}", "JOBS=2"])
    printed = capfd.readouterr().out
    graded = re.findall(r"^(\w+): ([\d.]+) points in", printed, re.MULTILINE)
    assert (code, {name: float(earned) for name, earned in graded}) == (0, expected)


def rounds_of(entries: list[dict]) -> list[list[dict]]:
    """Deal the entries out to students, each with at most one entry for an answer."""
    rounds: list[list[dict]] = []
    for entry in entries:
        free = [one for one in rounds if entry["answer"] not in {other["answer"] for other in one}]
        if free:
            free[0].append(entry)
        else:
            rounds.append([entry])
    return rounds
