"""Hostile and broken submissions: no trick pays, none stops the rest, each gets a flag."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import SOURCE, Assignment, load
from grader.grading import Result, grade
from grader.sandbox import Limits, Place, walls
from grader.submissions import arrange
from tests.grader.students import LIBRARY, WRONG, answer, handed_in, keys, lost, short_source
from tools.command import ROOT

# Only what never ends reaches these limits, however busy the machine is.
PLACE = Place(Limits(cell=60, call=30, total=6000))
WALLED = pytest.mark.skipif(walls() == "limits", reason="there are no walls here, only limits")
SEARCH = """
import os
seen = [name for name in os.listdir(PROJECT) if name not in (".venv", "lecture9_utils", "grader")]
seen += [name for name in os.listdir(f"{PROJECT}/grader") if name != "student.py"]
for path in [*PLACES, *(f"/proc/1/root{path}" for path in PLACES)]:
    try:
        open(path).close()
        seen.append(path)
    except OSError:
        pass
raise LookupError(f"seen: {seen}")
"""
WRITES = """
import pathlib, shutil
for target in TARGETS:
    for harm in (lambda path: path.write_text("mine"), pathlib.Path.unlink):
        try:
            harm(pathlib.Path(target))
        except OSError:
            pass
shutil.rmtree(pathlib.Path(TARGETS[0]).parent, ignore_errors=True)
shutil.rmtree(pathlib.Path(TARGETS[1]).parent, ignore_errors=True)
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return short_source(tmp_path_factory.mktemp("source") / "lecture9.ipynb", "123")


@pytest.fixture(scope="module")
def short(path) -> Assignment:
    return load(path)


@pytest.fixture
def graded(path, short):
    """Grade a student with these answers and this cell, after a change of the notebook."""

    def it(answers: dict[str, str] | None = None, cell: str = "", change: Any = lambda _: None) -> Result:
        notebook = handed_in(answers, path, cell)
        change(notebook)
        return grade(short, arrange(short, notebook), PLACE)

    return it


CASES = [
    pytest.param(entry, marks=pytest.mark.slow if entry.get("slow") else (), id=entry["about"])
    for entry in LIBRARY["hostile"]
]


@pytest.mark.parametrize("entry", CASES)
def test_a_hostile_submission_earns_nothing_it_did_not_earn(graded, entry):
    result = graded(answer(entry), entry.get("cell", ""))
    assert lost(result) == entry["loses"]
    assert re.search(entry["flag"], "; ".join(result.flags)), result.flags


@WALLED
def test_the_hidden_tests_cannot_be_read(graded):
    places = [str(SOURCE), str(ROOT / "tests" / "grader" / "submissions.toml"), str(ROOT / ".git")]
    result = graded({"1a": f"PROJECT, PLACES = {str(ROOT)!r}, {places}\n{SEARCH}"})
    assert lost(result) == ["1a"]
    assert any("seen: []" in error for error in result.errors), result.errors
    assert "look: looks for the tests" in result.flags


@WALLED
def test_files_outside_its_folder_are_out_of_reach(graded, tmp_path):
    canary = tmp_path / "precious" / "canary"
    canary.parent.mkdir()
    canary.write_text("alive")
    new = [ROOT / "lecture9_utils" / "canary", Path("/etc/canary"), Path("/usr/canary")]
    targets = list(map(str, [canary, *new]))
    result = graded(cell=f"TARGETS = {targets}\n{WRITES}")
    assert canary.read_text() == "alive"
    assert not any(path.exists() for path in new)
    assert (ROOT / "lecture9_utils" / "text.py").exists()
    assert "look: writes or deletes files" in result.flags
    assert lost(result) == []


@WALLED
def test_there_is_no_network(graded):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        result = graded(cell=f"import socket\nsocket.create_connection({address}, timeout=30)")
    assert any("OSError" in error or "ConnectionRefused" in error for error in result.errors)


# Structure: cells that are not the student's to change.


def cell_of(notebook, key):
    return notebook.cells[keys(notebook).index(key)]


def delete(notebook):
    notebook.cells.remove(cell_of(notebook, "test_1a"))


def edit(notebook):
    cell_of(notebook, "test_1a").source = "assert True"


def duplicate(notebook):
    notebook.cells.append(cell_of(notebook, "test_1a"))


def strip(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def change_data(notebook):
    cell_of(notebook, "parameters").source = 'DATA = "full"\nSEED = 7'
    cell_of(notebook, "imports").source = "zlib = np = None"


STRUCTURE = {
    delete: "missing, put back: test_1a",
    edit: "edited, restored: test_1a",
    duplicate: "there more than once: test_1a",
    strip: "the notebook has lost its metadata: cells were recognised by their text",
    change_data: "edited, restored: imports, parameters",
}


@pytest.mark.parametrize("change", STRUCTURE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("answers", [{}, WRONG], ids=["right", "wrong"])
def test_tests_are_restored_so_that_only_the_answer_counts(graded, change, answers):
    result = graded(answers, change=change)
    assert (lost(result), STRUCTURE[change] in result.flags) == (list(answers), True)
    assert result.written["10"].startswith("I expected the last words")


def test_an_untouched_notebook_has_no_flag(graded):
    result = graded()
    assert (result.flags, result.errors, lost(result)) == ([], [], [])
