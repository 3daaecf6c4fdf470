"""The assignment: a document as it should be, whose tests tell right answers from wrong ones."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from grader import assignment as model
from grader import marking
from grader.sandbox import Limits
from lecture9_utils import checks
from tests.grader.students import LIBRARY, handed_in


@pytest.fixture(scope="module")
def source() -> model.Assignment:
    return model.load()


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


# The assignment as a document.


def test_there_are_ten_questions_and_a_hundred_points(source):
    text = "\n".join(c.source for c in model.read(model.SOURCE).cells if c.cell_type == "markdown")
    headings = dict(re.findall(r"^## (\d+) · .+ \((\d+) points\)$", text, re.MULTILINE))
    points: dict[str, float] = {}
    for part in source.parts.values():
        points[part.question] = points.get(part.question, 0) + part.points
    points |= {key.removeprefix("written_"): most for key, most in source.written.items()}
    assert {number: float(most) for number, most in headings.items()} == points
    assert (len(points), sum(points.values())) == (10, 100)


def test_each_check_says_its_points_that_it_is_not_exhaustive_and_what_to_try(source):
    for part in source.parts.values():
        first = part.visible.splitlines()[0]
        assert re.match(rf"# Check {part.name}\b.*\({part.points:g} points\)", first), part.name
        assert "not exhaustive" in first or part.name == "9a"
        assert "hint=" in part.visible, part.name
        assert part.hidden or part.name == "9a"
        assert part.hidden.count("l9.check(") == part.hidden.count("about="), part.name


def test_each_answer_has_a_contract_and_an_example():
    cells = model.read(model.SOURCE).cells
    for before, cell in pairwise(cells):
        if model.tag(cell).get("grade_id", "").startswith("answer_"):
            functions = re.findall(r'^def \w+\(.*\):\n    """', cell.source, re.MULTILINE)
            assert len(functions) == len(re.findall(r"^def ", cell.source, re.MULTILINE)) > 0
            assert "Example:" in before.source or model.tag(cell)["grade_id"] == "answer_9a"


def test_the_source_was_run_from_top_to_bottom():
    code = [cell for cell in model.read(model.SOURCE).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_the_checks_say_what_was_expected_what_came_and_what_to_try():
    def shape(*_):
        return [[0, 0], [1, 1], [0, 0]]

    def unwritten(*_):
        raise NotImplementedError

    with pytest.raises(checks.CheckFailedError) as failure:
        checks.check(shape, [1], 2, expect=[[0, 1]], hint="count the rows.")
    lines = ["shape([1], 2)", "  expected: shape (1, 2)", "  received: shape (3, 2)"]
    assert str(failure.value).splitlines() == [*lines, "  To try next: count the rows."]
    with pytest.raises(checks.CheckFailedError, match=r"expected: 5 at \[2, 0\]\n  received: 0 at"):
        checks.check(shape, [1], 2, expect=[[0, 0], [1, 1], [5, 0]])
    with pytest.raises(checks.CheckFailedError, match="is not written yet, or a line"):
        checks.check(unwritten, [1], 2, expect=[[0, 1]])
    with pytest.raises(checks.CheckFailedError, match="None; does the function return its result"):
        checks.check(lambda: None, expect=1)
