"""What the bounds of notebook 03's claims refuse."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

import lecture9_utils as l9
from lecture9_utils.evidence import Value
from tests.claims.lesson import lesson, refused

do = lesson("03")
WORDS = ["Data", "science", "rocks", "my", "socks", "off"]
SLIDE = {" ".join(WORDS[i:j]) for i in range(6) for j in range(i + 1, min(i + 3, 6) + 1)}
PRAISE, SCORN = "not bad, simply good", "not good, simply bad"


def same_bag(n: int) -> bool:
    one, other = (l9.bag_of_ngrams(l9.tokenize(text), n) for text in (PRAISE, SCORN))
    return one == other


@cache
def right(n: int, in_order: bool = True, ratios: bool = False) -> Any:
    """Tell which test reviews are judged rightly with 1- to n-grams, of words in order or shuffled."""
    train, test = l9.load_imdb() if in_order else map(do.shuffled, l9.load_imdb())
    if not ratios:
        return do.judge(n, train, test)
    counter = do.vectorizer(n)
    bags, others = counter.fit_transform(train.texts), counter.transform(test.texts)
    r = do.log_ratios(bags, train.labels)
    return do.right_with(do.scaled(bags, r), do.scaled(others, r), train, test)


BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C09", "size"): lambda: sum(gram.count(" ") == 2 for gram in l9.ngrams(WORDS, 3)),
    ("C09", "same_set"): lambda: l9.bag_of_ngrams(l9.tokenize(" ".join(WORDS)), 3) == SLIDE,
    ("C10", "one_bag"): lambda: same_bag(2),
    ("C10", "pairs_differ"): lambda: not same_bag(1),
    ("C10", "order"): lambda: l9.compare(right(2, in_order=False), right(1)),
    ("C10", "ratios"): lambda: l9.compare(right(2, in_order=False, ratios=True), right(1, ratios=True)),
    ("C10", "shuffled"): lambda: l9.compare(right(2), right(1)),
}
SLOW = ("C10", "order"), ("C10", "ratios"), ("C10", "shuffled")


@pytest.mark.parametrize(
    "measure", [pytest.param(m, marks=pytest.mark.slow) if m in SLOW else m for m in BROKEN]
)
def test_the_bounds_refuse_it(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure]())
