"""Differences and their intervals against SciPy and by simulation; how a measurement is written."""

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lecture9_utils import Interval, compare, measured
from lecture9_utils.evidence import number, over_seeds
from tools.command import ROOT

NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-12)
INTERVALS = st.builds(Interval, NUMBERS, NUMBERS, NUMBERS, st.integers(2, 10**6))


@pytest.mark.filterwarnings("ignore:Precision loss")  # all differences may be nearly the same
@given(
    st.lists(st.tuples(*[st.floats(-100, 100)] * 2), min_size=2, max_size=30),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_a_difference_has_scipy_s_interval(pairs: list[tuple[float, float]], level: float) -> None:
    a, b = np.transpose(pairs)
    found = compare(a, b, level=level)
    assert found.n == len(pairs)
    with np.errstate(all="ignore"):
        low, high = stats.ttest_rel(a, b).confidence_interval(level)
    if np.std(a - b) > 1e-9:
        assert found[:3] == pytest.approx([np.mean(a - b), low, high], abs=1e-9)


def test_a_number_stands_for_a_rival_that_always_has_it() -> None:
    assert compare([1, 2, 4], 2) == compare([1, 2, 4], [2, 2, 2]) == compare([-1, 0, 2])
    assert compare([0.5] * 3, 0.5) == (0, 0, 0, 3)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_bootstrap_over_groups_is_scipy_s_of_their_sums_and_sizes(level: float) -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat([f"book {i}" for i in range(12)], rng.integers(1, 30, size=12))
    a = rng.normal(size=len(groups)) + rng.normal(size=12).repeat(np.unique(groups, return_counts=True)[1])
    found = compare(a, 0.25, groups=groups, level=level)
    per_group = [a[groups == name] - 0.25 for name in np.unique(groups)]
    theirs = stats.bootstrap(
        ([group.sum() for group in per_group], [len(group) for group in per_group]),
        lambda sums, sizes, axis: sums.sum(axis) / sizes.sum(axis),
        paired=True,
        method="percentile",
        confidence_level=level,
        vectorized=True,
        n_resamples=9_999,
        rng=np.random.default_rng(5),
    )
    assert (found.estimate, found.n) == (pytest.approx(np.mean(a) - 0.25), 12)
    near = 0.05 * theirs.standard_error  # five times what the ends differ by from one seed to another
    assert found[1:3] == pytest.approx(theirs.confidence_interval, abs=2 * near)


def test_a_bootstrap_is_the_same_every_time_and_another_with_another_seed() -> None:
    values, groups = np.arange(10.0) ** 2, list("aabbccddee")
    assert compare(values, groups=groups) == compare(values[::-1], groups=groups[::-1])
    assert compare(values, groups=groups) != compare(values, groups=groups, seed=1)


def coverage(interval: Any, draws: int, seed: int) -> float:
    """Say how often an interval of alike weeks of some years holds the true mean, which is 0."""
    rng, years = np.random.default_rng(seed), np.repeat(np.arange(25), 12)
    hits = 0
    for _ in range(draws):
        found = interval(rng.normal(size=25)[years] + rng.normal(size=len(years)), years)
        hits += found.low <= 0 <= found.high
    return hits / draws


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    held = [found.low <= 1 <= found.high for found in map(compare, rng.normal(1, 3, size=(2_000, 5)))]
    assert 0.93 < np.mean(held) < 0.97
    assert 0.88 < coverage(lambda values, years: compare(values, groups=years), 200, seed=3) < 0.98
    assert coverage(lambda values, _: compare(values), 200, seed=3) < 0.6, (
        "who ignores the groups is too sure"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ([1], [0]),
        ([], []),
        (1, 0),
        ([[1, 2], [3, 4]], 0),
        ([1, math.nan], 0),
        ([1, math.inf], 0),
        ([1, 2, 3], [1, 2]),
        ([1, 2], 0, ["a", "a"]),
        ([1, 2], 0, ["a", "b", "c"]),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: Any) -> None:
    with pytest.raises(ValueError, match=r"two or more|one label for each of 2 pairs"):
        compare(*arguments)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8123, "%", "≈ 81.2%"),
        (-0.0001, "%", "≈ 0.0%"),
        (np.float32(0.25), "", "≈ 0.25"),
        (1e-7, "", "≈ 1e-07"),
        (-3, "", "≈ -3"),
        (12345.6, "", "≈ 12,346"),
        (1050.6, "", "≈ 1,051"),
        (0.123456, "", "≈ 0.1235"),
        ([0.81], "%", "≈ 81.0%"),
        ([0.81, 0.83, 0.82], "%", "≈ 82.0% ± 1.0% (n = 3)"),
        (np.array([100.0, 400.0]), "", "≈ 250 ± 212 (n = 2)"),
        ([0.1] * 3, "", "≈ 0.1 ± 0 (n = 3)"),
        ([True, False], "%", "≈ 50.0% ± 70.7% (n = 2)"),
        (Interval(0.017, -0.004, 0.031, 1200), "%", "≈ 1.7% [-0.4%, 3.1%] (n = 1,200)"),
        (Interval(0.99, 0.94, 1.04, 21), "%", "≈ 99.0% [94.0%, 100.0%] (n = 21)"),
        (Interval(0.99, 0.94, 1.04, 21), "", "≈ 0.99 [0.94, 1.04] (n = 21)"),
        (math.nan, "%", "≈ nan%"),
        ([math.nan, 1], "", "≈ nan ± nan (n = 2)"),
        (math.inf, "", "≈ inf"),
    ],
)
def test_a_measurement_in_words(value: Any, unit: str, text: str) -> None:
    assert measured(value, unit) == text


[SANITISER] = re.findall(
    r"^regex: (.*)\nreplace: (.*)$", (ROOT / "tests/notebooks/sanitize.cfg").read_text("utf-8"), re.MULTILINE
)


@given(NUMBERS | st.lists(NUMBERS, min_size=1, max_size=20) | INTERVALS, st.sampled_from(["", "%"]))
def test_the_sanitiser_knows_all_that_can_be_measured(value: Any, unit: str) -> None:
    text = measured(value, unit)
    found = re.match(SANITISER[0], text)
    assert found and re.fullmatch(r"| \(n = [\d,]+\)", text[found.end() :]), text
    left = re.sub(*SANITISER, text)
    assert re.fullmatch(r"≈ #(%?)( ± \1| \[\1, \1\])?( \(n = [\d,]+\))?", left), "units and brackets stay"


@pytest.mark.parametrize(
    "text", ["75.6%", "≈ nan", "≈ inf%", "≈75.6%", "≈ yes", "≈ 1234", "≈ 1,23", "≈ 5.6.7"]
)
def test_the_sanitiser_leaves_all_else_alone(text: str) -> None:
    assert re.sub(*SANITISER, f"so {text} it is") == f"so {text} it is"


def test_runs_with_several_seeds_are_brought_together() -> None:
    assert over_seeds([0.5]) == 0.5
    assert over_seeds([[0.5, 0.7]]) == [0.5, 0.7]
    assert over_seeds([0.1, 0.2]) == [0.1, 0.2]
    assert over_seeds([15, 15, 15]) == 15, "no spread is written where there is none"
    assert over_seeds([0.1, 0.2, 0.6], is_difference=True) == compare([0.1, 0.2, 0.6])


def as_recorded(estimate: float, half: float) -> dict[str, float]:
    return {"estimate": estimate, "low": estimate - half, "high": estimate + half, "n": 9}


def test_intervals_of_several_runs_count_the_spread_within_them_and_between_them() -> None:
    assert over_seeds([as_recorded(1, 2)]) == (1, -1, 3, 9)
    assert over_seeds([as_recorded(1, 2)] * 3) == pytest.approx((1, -1, 3, 9)), "more seeds, the same reviews"
    wide = over_seeds([as_recorded(value, 2) for value in (0.1, 0.2, 0.6)], is_fresh=True)
    assert wide == compare([0.1, 0.2, 0.6])._replace(n=27), (
        "new examples for each seed: what a run varies is in it"
    )
    assert over_seeds([[0.1, 0.3], [0.2, 0.6]], is_fresh=True) == [0.1, 0.3, 0.2, 0.6]
    sure = over_seeds([as_recorded(value, 0) for value in (0.1, 0.2, 0.6)])
    assert sure[:3] == pytest.approx(compare([0.1, 0.2, 0.6])[:3])


@pytest.mark.parametrize(("of_reviews", "of_seeds"), [(1, 0.2), (1, 1), (0.3, 1)])
def test_nineteen_of_twenty_such_intervals_hold_the_truth(of_reviews: float, of_seeds: float) -> None:
    rng = np.random.default_rng(0)
    reviews, seeds = rng.normal(0, of_reviews, (2000, 1)), rng.normal(0, of_seeds, (2000, 3))
    runs = [[as_recorded(one, 1.96 * of_reviews) for one in three] for three in reviews + seeds]
    holds = np.mean([low < 0 < high for _, low, high, _ in map(over_seeds, runs)])
    assert 0.93 < holds < 0.98


@given(st.floats(allow_nan=False, allow_infinity=False, max_value=1e300, min_value=-1e300))
def test_a_number_is_written_with_the_digits_that_count(value: float) -> None:
    read = float(number(value).replace(",", ""))
    assert read == pytest.approx(value, rel=6e-4)
