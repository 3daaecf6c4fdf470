"""The assignment's checks: what is equal, what a student reads, and that no object decides for itself."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.student import packed, unpacked
from lecture9_utils.checks import CheckFailedError, NoData, check, judged, plain, your_turn

Cell = Callable[[str], str]
ODD_KEY = "with what cannot be compared as a key or member; does the function return its result?"


class Agrees(str):
    """Claims to equal everything."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


def nested(depth: int) -> list[Any]:
    """Put a number into a list, and that into a list, and so on."""
    value: list[Any] = [1]
    for _ in range(depth - 1):
        value = [value]
    return value


def message(received: Any, expect: Any, **options: Any) -> str:
    """Return what a student reads whose function returned something wrong; nothing if it is right."""
    try:
        judged(lambda: received, expect=expect, **options)
    except CheckFailedError as failure:
        return str(failure)
    return ""


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (np.float16(0.1), 0.1),
        (np.array([[1, 0]]), [[1.0, 0.0]]),
        ((1, "a"), [1, "a"]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([[1], [1, 2]], dtype=object), [[1], [1, 2]]),
        ({"b": [1, 2], "a": "x"}, {"a": "x", "b": np.array([1, 2])}),
        ([], np.zeros(0)),
        ([np.nan, np.inf], [np.nan, np.inf]),
        ([np.zeros((1, 2)), np.ones((1, 3))], [[[0, 0]], [[1, 1, 1]]]),
        (3.0, 3),
        (10**30, 10**30),
        ({"a", (1, "b")}, frozenset({(1, "b"), "a"})),
        (set(), frozenset()),
        ({("so", "good"): 1, ("a", 2): [3]}, {("a", 2): np.array([3]), ("so", "good"): 1.0}),
        (nested(80), nested(80)),
    ],
)
def test_equal_in_another_form_is_right(received: Any, expected: Any) -> None:
    assert message(received, expected) == message(expected, received) == ""


@pytest.mark.parametrize(
    ("received", "expected", "lines"),
    [
        ([[0, 0]], [[0, 1], [1, 0]], ["shape (2, 2)", "shape (1, 2)"]),
        ([[0, 0], [1, 2]], np.eye(2), ["1 at [0, 0]", "0 at [0, 0]"]),
        (0.9, 1, ["1", "0.9"]),
        (1_000_000.0, 1_000_001, ["1000001", "1000000.0"]),
        (2**60, 2**60 + 1, [str(2**60 + 1), str(2**60)]),
        ([True, True], [True, False], ["False at [1]", "True at [1]"]),
        (10**30 + 1, 10**30, [str(10**30), str(10**30 + 1)]),
        (
            [np.eye(2), "a"],
            [1, [np.zeros((3, 5))]],
            ["[1, [array of shape (3, 5)]]", "[array([[1.0, 0.0], [0.0, 1.0]]), 'a']"],
        ),
        ([3], 3, ["a single number", "shape (1,)"]),
        ([np.arange(13)], ["a"], ["['a']", "[array of shape (13,)]"]),
        ([np.arange(12)], ["a"], ["['a']", f"[array({list(range(12))})]"]),
        ("frogs", "frog", ["'frog'", "'frogs'"]),
        (["a"], ["a", "b"], ["['a', 'b']", "['a']"]),
        ("a" * 299, "a" * 298, [f"'{'a' * 298}'", f"'{'a' * 298}…"]),
        ({"a": 1}, {"a": 2}, ["{'a': 2}", "{'a': 1}"]),
        ({"a": 1, "b": 2}, {"a": 1}, ["{'a': 1}", "{'a': 1, 'b': 2}"]),
        ({("so", "good"): 99}, {("so", "good"): 1}, ["{('so', 'good'): 1}", "{('so', 'good'): 99}"]),
        ({("x", "y"): 5, "a": 1}, {"a": 1}, ["{'a': 1}", "{('x', 'y'): 5, 'a': 1}"]),
        ({"b", "a"}, {"c", "b", "a"}, ["{'a', 'b', 'c'}", "{'a', 'b'}"]),
        (["a"], {"a"}, ["{'a'}", "['a']"]),
        ({Agrees("a"): 1}, {"a": 1}, ["{'a': 1}", f"an object of type dict, {ODD_KEY}"]),
        ({Agrees("a")}, {"a"}, ["{'a'}", f"an object of type set, {ODD_KEY}"]),
        (nested(3000), [1], ["[1]", "an object of type list; does the function return its result?"]),
        (None, 1, ["1", "None; does the function return its result?"]),
        (Agrees("a"), "a", ["'a'", "an object of type Agrees; does the function return its result?"]),
        ([Agrees()], [1], ["[1]", "[an object of type Agrees]"]),
        (np.ndarray, 1, ["1", "an object of type type; does the function return its result?"]),
    ],
)
def test_what_is_wrong_is_shown_beside_what_was_expected(
    received: Any, expected: Any, lines: list[str]
) -> None:
    said = message(received, expected, hint="look again").splitlines()[1:]
    assert said == [f"  expected: {lines[0]}", f"  received: {lines[1]}", "  To try next: look again"]


def test_a_check_names_the_call_and_what_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    def unwritten(*_: Any) -> None:
        raise NotImplementedError

    check(max, [1, 2], expect=2)
    assert capsys.readouterr().out == "✓ max([1, 2]) is right\n"
    with pytest.raises(CheckFailedError, match=r"unwritten is not written yet.*\n  To try next: write"):
        check(unwritten, 1, expect=2)
    with pytest.raises(CheckFailedError, match=r"max\(\[1, 2\]\)\n") as failure:
        check(max, [1, 2], expect=3, about="the larger", hint="compare")
    assert failure.value.about == "the larger\n  To try next: compare"


def test_without_a_hint_none_is_given() -> None:
    with pytest.raises(CheckFailedError) as failure:
        check(abs, -2, expect=3)
    assert str(failure.value) == "abs(-2)\n  expected: 3\n  received: 2"
    assert failure.value.about == ""
    assert judged(partial(len), "a" * 59, expect=59) == f"your function('{'a' * 58}…)"


def test_a_tolerance_that_is_given_holds_for_whole_numbers_too() -> None:
    assert message(0.95, 1, tolerance=0.1) == "" != message(0.95, 1.0)


@pytest.mark.parametrize("tolerance", [-1, math.nan, "x"])
def test_a_tolerance_that_is_none_is_refused(tolerance: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^tolerance must be "):
        check(abs, -1, expect=1, tolerance=tolerance)


@pytest.mark.parametrize("expect", [None, b"a", 1j])
def test_what_no_answer_can_equal_is_not_expected(expect: Any) -> None:
    with pytest.raises(
        TypeError, match=r"^expect must be text, numbers, or a list, set, dict or array of them"
    ):
        check(abs, -1, expect=expect)


def test_what_a_function_raises_comes_through_with_the_call_and_the_hint() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        check(divmod, 1, 0, expect=1, hint="which number may not be 0?")
    assert raised.value.__notes__ == ["This came of divmod(1, 0).\n  To try next: which number may not be 0?"]


def test_plain_data_are_of_pythons_own_types() -> None:
    value = plain({np.str_("a"): (np.int64(1), np.longdouble(2), np.True_, None)})
    assert value == {"a": [1, 2.0, True, None]}
    assert [type(item) for item in value["a"]] == [int, float, bool, type(None)]
    assert isinstance(plain(1j), NoData)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.tuples(st.text(), st.integers()), inner)
    | st.sets(st.integers() | st.tuples(st.text())),
)  # fmt: skip


@given(PLAIN)
def test_the_grader_and_a_students_process_hand_plain_data_to_each_other(value: Any) -> None:
    assert plain(value) == unpacked(json.loads(json.dumps(packed(plain(value)))))


def test_what_is_switched_off_works_inside_the_package_only() -> None:
    code = """
import lecture9_utils as l9, lecture9_utils.text
l9.write_it_yourself("tokenize", "WordVectors.matrix")
print(l9.Vocabulary.from_texts(["a b"]).encode(["b a"]))
vectors = l9.WordVectors(["a"], [[1.0]])
for call in (l9.tokenize, lecture9_utils.text.tokenize, lambda _: vectors.matrix({"a": 1}, 2)):
    try:
        call("a b")
    except RuntimeError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    off = "of lecture9_utils is switched off here: it is what you are asked to write"
    assert done.stdout.splitlines() == ["[[2, 1]]", *[f"tokenize {off}"] * 2, f"matrix {off}"]


@pytest.fixture
def cell() -> Iterator[Cell]:
    """Run a cell as Jupyter does, and return what stands below it."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    without_files = Config({"HistoryManager": {"hist_file": ":memory:"}})
    own = ModuleType("own")
    shell = InteractiveShell.instance(config=without_files, user_module=own, colors="nocolor")

    def run(source: str) -> str:
        with capture_output() as captured:
            shell.run_cell(source, store_history=True)
        return captured.stdout

    run("from lecture9_utils.checks import check, your_turn")
    yield run
    InteractiveShell.clear_instance()


def test_a_cell_says_once_what_is_not_written_and_again_when_it_is_run_again(cell: Cell) -> None:
    cell("def begun(x):\n    if x > 1:\n        raise NotImplementedError\n    return x")
    checks = "for x, y in ((2, 2), (3, 3), (1, 1), (0, 5), (0, 6)): your_turn(begun, x, expect=y)"
    for _ in range(2):
        says = [line for line in cell(checks).splitlines() if line[0] in "✓○"]
        assert [line[:14] for line in says] == [
            "○ begun is not",
            "✓ begun(1) is ",
            "○ begun(0)",
            "○ begun(0)",
        ]


def test_a_script_without_jupyter_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    your_turn(abs, -2, expect=3)
    assert capsys.readouterr().out == "○ abs(-2)\n  expected: 3\n  received: 2\n"


def test_below_a_cell_stands_the_message_of_a_failed_check_and_nothing_else(cell: Cell) -> None:
    below = cell("check(max, [1, 2], expect=3, hint='look')")
    assert below == "✗ max([1, 2])\n  expected: 3\n  received: 2\n  To try next: look\n"


def test_below_a_cell_stand_the_student_s_lines_that_raised_and_no_others(cell: Cell) -> None:
    cell("def first(words):\n    return words[0]")
    below = cell("check(first, [], expect=None, hint='an empty list')")
    assert "return words[0]" in below
    assert "This came of first([]).\n  To try next: an empty list" in below
    assert "function(*arguments" not in below
