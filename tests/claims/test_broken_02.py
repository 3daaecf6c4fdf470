"""What the bounds of notebook 02's claims refuse."""

import re
from collections.abc import Callable

import numpy as np
import pytest

import lecture9_utils as l9
from lecture9_utils.evidence import Value
from tests.claims.lesson import refused

SENTENCE = "Data science rocks my socks off!"
REVIEWS = [
    "This movie was great!",
    "This movie was so bad I quit after ten minutes.",
    "The setting is enchanting and captivating.",
]
IDS = [[5, 6, 11, 32], [5, 6, 11, 14, 66, 3, 49, 55, 98, 121], [31, 12, 2, 77, 33, 78]]  # the slide's
words, letters = l9.tokenize(SENTENCE), l9.characters(SENTENCE)
by_frequency = l9.Vocabulary.from_texts(REVIEWS).encode(REVIEWS)
post, pre = (l9.pad(IDS, 10, padding=where) for where in ("post", "pre"))

BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C08", "characters"): lambda: len(SENTENCE.replace(" ", "")),
    ("C08", "words"): lambda: len(re.split(r"[^a-z]", SENTENCE.lower())),
    ("C08", "ngrams"): lambda: len([gram for gram in l9.ngrams(words, 2) if " " in gram]),
    ("C08", "one_hot"): lambda: bool((l9.multi_hot([[1, 2, 3, 4, 5, 6]], 7).sum(axis=1) == 1).all()),
    ("C08", "embedded"): lambda: np.zeros((len(set(letters)), 3)).shape == (32, 3),
    ("C22", "ids"): lambda: by_frequency == IDS,
    ("C22", "shape"): lambda: np.zeros((122, 3))[l9.pad(IDS, 4)].shape == (3, 10, 3),
    ("C23", "picture"): lambda: bool((pre == post).all()),
    ("C23", "code"): lambda: bool((post == l9.pad(IDS, 10)).all()),
}


@pytest.mark.parametrize("data", ["sample", "full"])
@pytest.mark.parametrize("measure", BROKEN)
def test_the_bounds_refuse_it(measure: tuple[str, str], data: str) -> None:
    assert refused(*measure, BROKEN[measure](), data)
