"""The assignment: a document as it should be, whose tests tell right answers from wrong ones."""

import re
import zlib
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.assignment import SOURCE, Assignment, load, read, tag
from lecture9_utils.checks import CheckFailedError, check, judged
from tests.grader.students import LIBRARY, handed_in, keys

LEFT_OUT = ["setup", "begin", "score"]  # they change this process, or read much, and no test needs them


@pytest.fixture(scope="module")
def source() -> Assignment:
    return load(SOURCE)


# The library: without walls, each answer is defined where all others are right, and its question is tested.


@pytest.fixture(scope="module")
def student() -> dict[str, Any]:
    """Run the cells with answers and helpers of a notebook in which all is right."""
    names: dict[str, Any] = {"np": np, "zlib": zlib, "__name__": "student"}
    solved = handed_in()
    for key, cell in zip(keys(solved), solved.cells, strict=True):
        if cell.cell_type == "code" and key and not key.startswith("test_") and key not in LEFT_OUT:
            exec(cell.source, names)
    return names


@cache
def parts_below(answer: str) -> list[str]:
    """Name the parts whose tests stand between an answer and the next one."""
    found, here = [], False
    for key in keys(read(SOURCE)):
        here = key == f"answer_{answer}" if key.startswith("answer_") else here
        if here and key.startswith("test_"):
            found.append(key)
    return found


def fails(source: Assignment, student: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    """Define an answer, run its tests, and name those that fail."""
    before, failed = dict(student), []
    exec(entry["code"], student)
    for key in parts_below(entry["answer"]):
        part = source.parts[key]
        names = {"np": np, "l9": SimpleNamespace(check=judged)}
        names |= {function: student.get(function) for function in source.functions}
        try:
            exec(f"{part.visible}\n{part.hidden}", names)
        except Exception:
            failed.append(part.name)
    student.clear()
    student.update(before)
    return failed


def named(entry: dict[str, Any]) -> str:
    return f"{entry['answer']} {entry['about']}"


@pytest.mark.parametrize("entry", LIBRARY["wrong"], ids=named)
def test_a_wrong_answer_loses_exactly_its_points(source, student, entry):
    assert fails(source, student, entry) == entry["loses"] != []


@pytest.mark.parametrize("entry", LIBRARY["right"], ids=named)
def test_a_right_answer_written_in_another_way_loses_nothing(source, student, entry):
    assert fails(source, student, entry) == []


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


def test_each_part_has_points_for_what_is_shown_and_for_what_is_hidden(source):
    names = [part.name for part in source.parts.values()]
    for part in source.parts.values():
        check = part.name.replace("_hidden", ", hidden")
        plural = "s" if part.points > 1 else ""
        assert re.match(rf"# Check {check}\b.*\({part.points:g} point{plural}\)", part.visible)
        assert bool(part.hidden) == part.name.endswith("_hidden") != ("l9.check(" in part.visible)
        assert f"{part.name}_hidden" in names or part.hidden or part.name == "9a"


def test_what_students_import_is_loaded_for_all_of_them_once(source):
    assert {"numpy", "keras", "matplotlib.pyplot", "lecture9_utils.plots"} <= {*source.kit.modules}
    assert all(map(find_spec, source.kit.modules))


def test_each_failure_has_a_hint_and_if_it_is_hidden_a_description(source):
    for part in source.parts.values():
        code = part.visible + part.hidden
        assert code.count("l9.check(") == code.count("hint=") > 0, part.name
        assert part.hidden.count("l9.check(") == part.hidden.count("about="), part.name


def test_run_all_goes_on_after_a_check_that_fails():
    for cell in read(SOURCE).cells:
        if "l9.check(" in cell.source.partition("### BEGIN")[0]:
            assert "raises-exception" in cell.metadata.get("tags", [])


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
