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
TRICKY = 3 * np.array([[1.0, -1.0], [1.0, -1.0]])  # its spectral radius is 0


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


def untrained(sentences: Any, labels: Any, units: int = 8, radius: float = 1.0) -> float:
    start = do.start(np.random.default_rng(0), units=units, radius=radius)
    return float(do.accuracy(start, sentences, labels))


def wrong_gradients() -> float:
    d = np.ones_like(states)
    right, wrong = (l9.simple_rnn_gradients(x, W, U, b, d, activation=f) for f in ("tanh", "linear"))
    return max(apart(one, other) / np.abs(one).max() for one, other in zip(right, wrong, strict=True))


def by_singular_value(size: float) -> float:
    M = np.random.default_rng(0).normal(size=(32, 32))  # the lesson's, whose radius it sets
    radius = size * np.abs(np.linalg.eigvals(M)).max() / np.linalg.norm(M, 2)
    return float(do.factor_per_step(do.gradient_by_distance(radius)))


def ends_in_nan(clip: float) -> int:
    with np.errstate(all="ignore"):
        return sum(int(np.isnan(do.train_linear(draw, clip)[-1])) for draw in range(8))


BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C01", "keras"): lambda: apart(do.recurrence(x, W, U.T, b), states),
    ("C01", "package"): lambda: apart(l9.simple_rnn(x, W, 0 * U, b), states),
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
    ("C05", "tape"): wrong_gradients,
    ("C05", "shrinks"): lambda: by_singular_value(0.8),
    ("C05", "grows"): lambda: by_singular_value(1.25),
    ("C05", "tanh"): lambda: bool(np.less(*(do.gradient_by_distance(1.25)[-1] for _ in range(2)))),
    ("C05", "sigma"): lambda: do.shrinks_any(TRICKY),
    ("C05", "explode"): lambda: ends_in_nan(1.0),
    ("C05", "clipped"): lambda: ends_in_nan(np.inf),
    ("C05", "near"): lambda: untrained(*do.remember_the_first(500, np.random.default_rng(1), 5), 16, 0.3),
    ("C05", "far"): lambda: do.remembers(5, 0, radius=0.3),
    ("C05", "further"): lambda: do.remembers(10, 0, radius=0.3),
    ("C05", "too_far"): lambda: do.remembers(10, 0, radius=1.0),
}
SLOW = {("C05", key) for key in ("explode", "clipped", "far", "further", "too_far")}


@pytest.mark.parametrize(
    "measure", [pytest.param(m, marks=pytest.mark.slow) if m in SLOW else m for m in BROKEN]
)
def test_the_bounds_refuse_it(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure]())


@pytest.mark.parametrize("measure", [m for m in BROKEN if m not in SLOW])
def test_so_do_those_of_the_full_data_as_the_lesson_has_its_own_sentences(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure](), "full")
