"""What the bounds of notebook 01's claims refuse."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import lecture9_utils as l9
from lecture9_utils.evidence import Value
from tests.claims.lesson import lesson, refused

do = lesson("01")
rng = np.random.default_rng(0)
x, W, b = rng.normal(size=(4, 20, 8)), rng.normal(size=(8, 5)), rng.normal(size=5)
U, V = np.linalg.qr(rng.normal(size=(5, 5)))[0], rng.normal(size=(5, 1))
states = l9.simple_rnn(x, W, U, b)
SENTENCES = "the old dog bites a man", "a man bites the old dog"
SIX, TWELVE = (do.who_is_first(500, np.random.default_rng(1), length=n) for n in (6, 12))


def apart(one: Any, other: Any) -> float:
    return float(np.abs(one - other).max())


@cache
def trained(see: Callable[[Any], Any] = np.asarray) -> Any:
    """Train as the lesson does, on sentences of six words as `see` gives them."""
    sentences, labels = do.who_is_first(500, np.random.default_rng(0))
    seen = see(sentences)
    return do.train(seen, labels, do.start(np.random.default_rng(0), inputs=seen.shape[2]))[0]


def score(see: Callable[[Any], Any], sentences: Any, labels: Any) -> float:
    return float(do.accuracy(trained(see), see(sentences), labels))


def refuses_twelve(see: Callable[[Any], Any]) -> bool:
    try:
        score(see, *TWELVE)
    except ValueError:
        return True
    return False


def untrained(sentences: Any, labels: Any) -> float:
    return float(do.accuracy(do.start(np.random.default_rng(0)), sentences, labels))


BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C01", "keras"): lambda: apart(do.recurrence(x, W, U.T, b), states),
    ("C02", "formula"): lambda: apart(do.recurrence(x[:, [1, 0, 2]], W, U, b)[:, 2], states[:, 2]),
    ("C02", "unrolled"): lambda: apart(states[:, 1], states[:, 2]),
    ("C03", "around"): lambda: V.shape == (5, 5),
    ("C03", "out"): lambda: U.shape == (5, 1),
    ("C04", "one_bag"): lambda: np.array_equal(*map(do.one_hot, SENTENCES)),
    ("C04", "two_states"): lambda: apart(*(do.one_hot(s).cumsum(axis=0)[-1] for s in SENTENCES)) > 0.1,
    ("C04", "rnn"): lambda: untrained(*SIX),
    ("C04", "bag"): lambda: score(do.in_a_row, *SIX),
    ("C04", "row"): lambda: score(do.as_bag, *SIX),
    ("C04", "fixed"): lambda: refuses_twelve(do.as_bag),
    ("C04", "long"): lambda: score(np.asarray, *SIX),
    ("C04", "kept"): lambda: score(np.asarray, *TWELVE),
}


@pytest.mark.parametrize("measure", BROKEN)
def test_the_bounds_refuse_it(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure]())


@pytest.mark.parametrize("measure", BROKEN)
def test_so_do_those_of_the_full_data_as_the_lesson_has_its_own_sentences(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure](), "full")
