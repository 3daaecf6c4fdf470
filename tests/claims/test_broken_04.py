"""What the bounds of notebook 04's claims refuse."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import lecture9_utils as l9
from lecture9_utils.evidence import Value
from tests.claims.lesson import lesson, refused

do = lesson("04")
ROME = [0, 1, 2, 3]  # the slide's ids: Rome is the first
MADE_UP = [f"word{i}" for i in range(10_000)]
BUCKETS = [2**k for k in range(8, 14)]


def late_by_length() -> list[int]:
    return [len(MADE_UP) - len({len(word) % m for word in MADE_UP}) for m in BUCKETS]


def has_your_birthday(k: int) -> bool:
    you, *others = l9.hash_words([f"guest{23 * k + i}" for i in range(23)], 365)
    return you in others


@cache
def bags() -> Any:
    """Give the training and test reviews as bags, by the lesson's dictionary."""
    from sklearn.feature_extraction.text import CountVectorizer

    imdb = do.names["imdb"] = l9.load_imdb()
    words = do.names["words"] = list(l9.Vocabulary.from_texts(imdb.train.texts).word_index)
    counter = CountVectorizer(tokenizer=l9.tokenize, token_pattern=None, vocabulary=words, binary=True)
    return [counter.transform(half.texts) for half in imdb]


def cost(buckets: Callable[[int], int]) -> Value:
    m = buckets(bags()[0].shape[1])
    in_buckets = [do.hashed(half, do.names["words"], m) for half in bags()]
    return l9.compare(do.right_with(*in_buckets), do.right_with(*bags()))


BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C11", "single_one"): lambda: bool(l9.multi_hot([[1, 2, 3, 4]], 5).sum() == 1),
    ("C11", "nothing"): lambda: np.array_equal(l9.pad([[1] * 3], 5), l9.pad([[]], 5)),
    ("C11", "first_id"): lambda: ROME[0],
    ("C11", "padding"): lambda: l9.pad([[]], 3).tolist() == [[0, 0, 0]] and 0 not in ROME,
    ("C12", "ratio"): lambda: [
        late / l9.expected_collisions(MADE_UP, m) for late, m in zip(late_by_length(), BUCKETS, strict=True)
    ],
    ("C12", "falls"): lambda: bool((np.diff(late_by_length()) < 0).all()),
    ("C12", "late"): lambda: len(MADE_UP) - len({*range(len(MADE_UP))}),
    ("C12", "affected"): lambda: l9.collisions(MADE_UP, 10_000),
    ("C12", "birthdays"): lambda: sum(map(has_your_birthday, range(2_000))),
    ("C12", "quarter"): lambda: cost(lambda _: 64),
    ("C12", "tenth"): lambda: cost(lambda words: 4 * words),
    ("C12", "salted"): lambda: len({tuple(l9.hash_words(["frog"], 1000)) for _ in range(3)}) > 1,
    ("C12", "stable"): lambda: len({do.in_a_new_process("print(hash('frog'))") for _ in range(2)}) == 1,
}
OF_THE_DATA = ("C12", "quarter"), ("C12", "tenth")


@pytest.mark.parametrize(
    "measure", [pytest.param(m, marks=pytest.mark.slow) if m in OF_THE_DATA else m for m in BROKEN]
)
def test_the_bounds_refuse_it(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure]())


@pytest.mark.parametrize("measure", [m for m in BROKEN if m not in OF_THE_DATA])
def test_so_do_those_of_the_full_data(measure: tuple[str, str]) -> None:
    assert refused(*measure, BROKEN[measure](), "full")
