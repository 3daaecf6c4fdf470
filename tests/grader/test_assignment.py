"""The assignment: a document as it should be, whose tests tell right answers from wrong ones."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from grader.assignment import SOURCE, Assignment, load, read, tag
from grader.grading import Session
from grader.sandbox import Limits, Place
from grader.submissions import arrange
from lecture9_utils.checks import CheckFailedError, check
from tests.grader.students import LIBRARY, handed_in, keys

LONG = Place(Limits(cell=600, call=600, total=6000))


@pytest.fixture(scope="module")
def source() -> Assignment:
    return load(SOURCE)


# The library: in one process, each answer is defined and the tests of its question are run.


@pytest.fixture(scope="module")
def session(source) -> Iterator[Session]:
    session = Session(source, LONG)
    for where, code in arrange(source, handed_in()).steps:
        assert code is None or session.run(code, where) == ""
    yield session
    session.close()


@pytest.fixture
def fails(source, session) -> Iterator[Callable[[dict[str, Any]], list[str]]]:
    """Define an answer for one test, and name the parts that fail; put the solution back after it."""
    changed = []

    def define(entry: dict[str, Any]) -> list[str]:
        changed.append(f"answer_{entry['answer']}")
        assert session.run(entry["code"], "answer") == ""
        parts = [part for part in source.parts.values() if part.question == entry["answer"].strip("abcd")]
        return [part.name for part in parts if session.test(part).message]

    yield define
    solved = handed_in()
    assert session.run(solved.cells[keys(solved).index(changed[0])].source, "answer") == ""


def named(entry: dict[str, Any]) -> str:
    return f"{entry['answer']} {entry['about']}"


@pytest.mark.parametrize("entry", LIBRARY["wrong"], ids=named)
def test_a_wrong_answer_loses_exactly_its_points(fails, entry):
    assert fails(entry) == entry["loses"]


@pytest.mark.parametrize("entry", LIBRARY["right"], ids=named)
def test_a_right_answer_written_in_another_way_loses_nothing(fails, entry):
    assert fails(entry) == []


def test_the_library_has_a_wrong_answer_for_each_part(source):
    assert {part for entry in LIBRARY["wrong"] for part in entry["loses"]} == {
        part.name for part in source.parts.values()
    }


# The assignment as a document.


def test_there_are_ten_questions_and_a_hundred_points(source):
    text = "\n".join(c.source for c in read(SOURCE).cells if c.cell_type == "markdown")
    headings = dict(re.findall(r"^## (\d+) · .+ \((\d+) points\)$", text, re.MULTILINE))
    points = dict(source.written)
    for part in source.parts.values():
        points[part.question] = points.get(part.question, 0) + part.points
    assert {number: float(most) for number, most in headings.items()} == points
    assert (len(points), sum(points.values())) == (10, 100)


def test_each_check_has_a_hint_and_hidden_tests_that_say_what_they_are_about(source):
    for part in source.parts.values():
        assert re.match(rf"# Check {part.name}\b.*\({part.points:g} points\)", part.visible)
        assert "hint=" in part.visible, part.name
        assert part.hidden or part.name == "9a"
        assert part.hidden.count("l9.check(") == part.hidden.count("about="), part.name


def test_each_answer_has_a_contract_and_an_example():
    for before, cell in pairwise(read(SOURCE).cells):
        if tag(cell).get("grade_id", "").startswith("answer_"):
            functions = re.findall(r'^def \w+\(.*\):\n    """', cell.source, re.MULTILINE)
            assert len(functions) == len(re.findall(r"^def ", cell.source, re.MULTILINE)) > 0
            assert "Example:" in before.source or tag(cell)["grade_id"] == "answer_9a"


def test_the_source_was_run_from_top_to_bottom():
    code = [cell for cell in read(SOURCE).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_the_checks_say_what_was_expected_what_came_and_what_to_try():
    def unwritten():
        raise NotImplementedError

    says = {
        (lambda: [[0, 0], [1, 1], [0, 0]]): "expected: shape .1, 2.\n  received: shape .3, 2.\n.*: count",
        (lambda: [[0, 5]]): r"expected: 1 at \[0, 1\]\n  received: 5 at",
        (lambda: None): "None; does the function return its result",
        unwritten: "is not written yet, or a line",
    }
    for function, message in says.items():
        with pytest.raises(CheckFailedError, match=message):
            check(function, expect=[[0, 1]], hint="count the rows.")
