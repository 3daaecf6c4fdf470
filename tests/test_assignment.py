"""The assignment and its marking: right answers lose nothing, wrong ones what they should, and no trick pays."""

import copy
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import assignment as model
import grade
import marking
import nbformat
import pytest
import release
import reports
import sandbox
import submissions
import validate
from conftest import ROOT
from sandbox import Limits

LIBRARY = tomllib.loads((ROOT / "tests" / "submissions.toml").read_text("utf-8"))
ALL = pytest.mark.skipif(not os.environ.get("LECTURE9_ALL_TESTS"), reason="takes minutes: .ci/run runs it")
WALLED = pytest.mark.skipif(sandbox.walls() == "limits", reason="there are no walls here, only limits")
SHORT = Limits(cell=10, call=6, total=100)
CUT = ("1", "2", "3")  # the questions of a short assignment, which needs no TensorFlow


@pytest.fixture(scope="module")
def source() -> model.Assignment:
    return model.load()


def handed_in(**answers: str) -> nbformat.NotebookNode:
    """Make the notebook of a student who has all answers right, but for those given (by part, as in "1a")."""
    notebook = nbformat.read(model.SOURCE, as_version=4)
    for cell in notebook.cells:
        key = model.tag(cell).get("grade_id", "").removeprefix("answer_")
        lines = model.shown(cell.source).splitlines()
        cell.source = "\n".join(line for line in lines if not release.MARKERS.search(line))
        cell.source = answers.get(f"part_{key}", cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def answer(entry: dict[str, str]) -> dict[str, str]:
    return {f"part_{entry['answer']}": entry["code"]}


def lost(result: marking.Result) -> list[str]:
    return [key.removeprefix("test_") for key, o in result.outcomes.items() if o.points < o.possible]


def named(entry: dict[str, str]) -> str:
    return f"{entry['answer']} {entry['about']}"


# The library: in one process, each answer is defined and the tests of its question are run.


@pytest.fixture(scope="module")
def session(source) -> Iterator[marking.Session]:
    session = marking.Session(Limits(total=600), slot=0)
    for kind, where, code in model.arrange(source, handed_in()).steps:
        if kind == "run":
            assert session.run(code, where) == ""
    yield session
    session.close()


def fails(source, session, answer) -> list[str]:
    """Return the parts of an answer's question that fail as things stand."""
    namespace = marking.tests_namespace(source, session)
    parts = [part for part in source.parts.values() if part.question == re.sub(r"\D", "", answer)]
    return [part.name for part in parts if marking.test(part, namespace).message]


@pytest.fixture
def defined(source, session):
    """Define an answer for one test, and the solution again after it."""
    changed = []

    def define(entry) -> list[str]:
        changed.append(entry["answer"])
        assert session.run(entry["code"], "answer") == ""
        return fails(source, session, entry["answer"])

    yield define
    for cell in handed_in().cells:
        if model.tag(cell).get("grade_id") == f"answer_{changed[0]}":
            assert session.run(cell.source, "answer") == ""


@pytest.mark.parametrize("entry", LIBRARY["wrong"], ids=named)
def test_a_wrong_answer_loses_exactly_its_points(defined, entry):
    assert defined(entry) == entry["loses"]


@pytest.mark.parametrize("entry", LIBRARY["right"], ids=named)
def test_a_right_answer_written_in_another_way_loses_nothing(defined, entry):
    assert defined(entry) == []


def test_the_library_is_large_enough(source):
    assert len(LIBRARY["wrong"]) >= 40
    assert len(LIBRARY["right"]) >= 15
    assert {part for entry in LIBRARY["wrong"] for part in entry["loses"]} == {
        part.name for part in source.parts.values()
    }
