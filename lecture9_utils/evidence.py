"""What was measured, and how sure it is: differences, their intervals, and one mark for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arguments import chosen, numbers, positive, seeded, shown

MARK = "≈"  # stands before every number that differs a little from machine to machine


class Interval(NamedTuple):
    """An estimate with the interval that holds the true value, as `compare` makes it, from `n` pairs."""

    estimate: float
    low: float
    high: float
    n: int


Value = bool | float | Sequence[float] | Interval


def compare(
    a: ArrayLike, b: ArrayLike = 0.0, groups: ArrayLike | None = None, level: float = 0.95, seed: int = 0
) -> Interval:
    """Compare two models on the same examples: the mean of a - b, with its confidence interval.

    Parameters
    ----------
    a, b : array_like of float, shape (n,), n > 1
        Pairs of results: of the same review (1 right, 0 wrong), book, week or seed. A number stands for a
        rival that always has it.
    groups : array_like, shape (n,), optional
        Pairs of one group (the weeks of a year, the passages of a book) are alike, so they count together:
        whole groups are drawn again, 9,999 times (the percentile bootstrap). Without groups the interval is
        Student's, for pairs that are independent of each other.
    level : float
        The share of such intervals that hold the true difference.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        If there are fewer than two pairs or groups, the lengths differ, or a value is not finite.

    Examples
    --------
    >>> compare([1, 1, 1, 0, 1, 1], [0, 1, 0, 0, 1, 0]).estimate
    0.5
    >>> compare([3, 4, 5, 9], [1, 1, 3, 3], groups=["ann", "ann", "bob", "bob"])
    Interval(estimate=3.25, low=2.5, high=4.0, n=2)
    """
    level, seed = positive("level", level, below=1), seeded(seed)
    left, right = numbers("a", a, float), numbers("b", b, float)
    if left.shape != right.shape and left.ndim and right.ndim:
        raise ValueError(f"a and b must be two or more pairs, got shapes {left.shape} and {right.shape}")
    largest = np.max([np.abs(side).max(initial=0.0) for side in (left, right)])
    difference = left - right if largest <= 1e100 else left  # whose squares are numbers
    if difference.ndim != 1 or len(difference) < 2 or not largest <= 1e100:
        what = f"got shape {difference.shape}, the largest {largest:g}"
        raise ValueError(f"a and b must be two or more pairs of finite numbers, up to 1e100; {what}")
    if groups is not None:
        return _bootstrap(difference, groups, level, seed)
    from scipy.stats import t

    n, mean = len(difference), float(difference.mean())
    half = float(t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)


def _bootstrap(difference: Any, groups: ArrayLike, level: float, seed: int) -> Interval:
    try:
        labels = np.asarray(groups)
    except ValueError:
        raise ValueError(f"groups must be one label for each pair, got {shown(groups)}") from None
    if labels.shape != difference.shape:
        raise ValueError(
            f"groups must be one label for each of {len(difference)} pairs, got shape {labels.shape}"
        )
    names, group_of = np.unique(labels.astype(str) if labels.dtype == object else labels, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"two or more groups are needed, a label for each pair; got {len(names)} groups")
    sums, sizes = np.bincount(group_of, difference), np.bincount(group_of)
    random, means = np.random.default_rng(seed), np.empty(9_999)
    for block in np.array_split(means, 1 + means.size * len(names) // 10**7):  # 80 MB at most
        drawn = random.integers(len(names), size=(len(block), len(names)))
        block[:] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(difference.mean()), float(low), float(high), len(names))


def measured(value: Value, unit: str = "") -> str:
    """Write a measurement behind the mark ≈: what differs a little from one machine to the next.

    Parameters
    ----------
    value : number, sequence of numbers, or Interval
        Of several numbers the mean ± the standard deviation is written, of an interval its ends.
    unit : {"", "%"}
        Whether it is a share, to be written in per cent.

    Examples
    --------
    >>> measured(0.8123, "%")
    '≈ 81.2%'
    >>> measured([0.81, 0.83, 0.82], "%")
    '≈ 82.0% ± 1.0% (n = 3)'
    >>> measured(Interval(0.017, 0.004, 0.031, n=200), "%")
    '≈ 1.7% [0.4%, 3.1%] (n = 200)'
    """
    chosen("unit", unit, ("", "%", "yes"))
    return f"{MARK} {written(measurement('value', value), unit)}"


def measurement(name: str, value: Value) -> Value:
    """Give a value back that can be measured; ValueError for any other."""
    is_interval = isinstance(value, Interval)
    parts: Any = value if is_interval else [value]
    for part in parts:
        found = numbers(name, part)
        if found.size == 0 or found.ndim > (not is_interval):
            what = "a number, numbers in one list, or an Interval"
            raise ValueError(f"{name} must be {what}, got {shown(value)}")
    return value


def written(value: Value, unit: str = "") -> str:
    """Write a value as `measured` does, without the mark."""
    if isinstance(value, Interval):
        if unit == "%":  # Student's interval may go on where no share, skill or difference of shares can be
            value = value._replace(high=max(value.estimate, min(value.high, 1.0)))
        estimate, low, high = (number(part, unit) for part in value[:3])
        return f"{estimate} [{low}, {high}] (n = {value.n:,})"
    values = np.atleast_1d(np.asarray(value, dtype=float))
    if unit == "yes":
        return "yes" if values.min() == 1 else "no"
    with np.errstate(all="ignore"):  # what is infinite, or no number, is written so
        mean = number(values.mean(), unit)
        if len(values) == 1:
            return mean
        spread = float(values.std(ddof=1)) if np.ptp(values) else 0.0  # else it is not quite 0
    return f"{mean} ± {number(spread, unit, digits=2)} (n = {len(values):,})"


def number(value: float, unit: str = "", digits: int = 4) -> str:
    """Write a share in per cent, another number with so many digits that count, or all before its point.

    Examples
    --------
    >>> number(0.756, "%"), number(0.1234), number(88582), number(1234.5, digits=2)
    ('75.6%', '0.1234', '88,582', '1,234')
    """
    if unit == "%":
        return f"{100 * value:z,.1f}%"
    is_whole = abs(value) >= 10 ** (digits - 1) or value == np.round(value)
    return f"{value:z,.0f}" if is_whole else f"{value:.{digits}g}"


def over_seeds(values: Sequence[Any], is_difference: bool = False, is_fresh: bool = False) -> Value:
    """Bring together what runs with different seeds recorded: numbers, lists of them, or intervals' fields.

    Of several runs the value is the list of their means, one number where they are equal; of a difference it
    is its interval over the seeds. Of intervals it is the mean, and its interval adds two parts as squares
    are added (Graybill and Wang, 1980): the runs' own, which stays however many they are, as their test set
    is one; and that over the seeds. If each seed draws its own examples, `is_fresh`, lists are put together,
    and the interval is that over the seeds alone, with n as the sum.

    Examples
    --------
    >>> over_seeds([[0.1, 0.3], [0.2, 0.6]])
    [0.2, 0.4]
    >>> over_seeds([{"estimate": 0.5, "low": 0.25, "high": 0.75, "n": 90}] * 3)
    Interval(estimate=0.5, low=0.25, high=0.75, n=90)
    """
    if isinstance(values[0], Mapping):
        runs = [Interval(**value) for value in values]
        return runs[0] if len(runs) == 1 else _together(runs, is_fresh)
    if is_fresh and np.ndim(values[0]):
        return [one for value in values for one in value]
    means = [round(float(np.mean(value)), 12) for value in values]
    if len(values) == 1:
        first: Value = values[0]
        return first
    if is_difference:
        return compare(means)
    return means if np.ptp(means) else means[0]


def _together(runs: Sequence[Interval], is_fresh: bool) -> Interval:
    over = compare([run.estimate for run in runs])
    if is_fresh:
        return over._replace(n=sum(run.n for run in runs))
    within = np.sqrt(np.mean([((run.high - run.low) / 2) ** 2 for run in runs]))
    half = float(np.hypot(within, over.high - over.estimate))
    return Interval(over.estimate, over.estimate - half, over.estimate + half, runs[0].n)
