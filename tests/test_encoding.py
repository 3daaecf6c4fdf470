"""One-hot, multi-hot and hashing against scikit-learn, and collisions against exact enumeration."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import MultiLabelBinarizer

from lecture9_utils import collisions, expected_collisions, hash_words, multi_hot, one_hot

DEPTH = 6
IDS = st.integers(0, DEPTH - 1)


@given(arrays(st.sampled_from(["u1", "i4", "i8"]), array_shapes(min_dims=0, min_side=0), elements=IDS))
def test_one_hot_takes_rows_of_the_identity(ids: Any) -> None:
    np.testing.assert_array_equal(one_hot(ids, DEPTH), np.eye(DEPTH, dtype=np.float32)[ids], strict=True)


@given(st.lists(st.lists(IDS, max_size=9), max_size=6))
def test_multi_hot_is_that_of_scikit_learn(sequences: list[list[int]]) -> None:
    theirs = MultiLabelBinarizer(classes=range(DEPTH)).fit_transform(sequences)
    ours = multi_hot(sequences, DEPTH)
    np.testing.assert_array_equal(ours, theirs.reshape(-1, DEPTH).astype(np.float32), strict=True)
    sparse = multi_hot([np.array(ids, dtype=np.int32) for ids in sequences], DEPTH, sparse=True)
    np.testing.assert_array_equal(ours, sparse.toarray(), strict=True)
    assert sparse.nnz == ours.sum()


def test_one_word_is_a_vocabulary() -> None:
    assert (one_hot([0], 1).tolist(), multi_hot([[0], []], 1).tolist()) == ([[1]], [[1], [0]])


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20), st.integers(1, 2**20))
def test_hashes_are_those_of_scikit_learn(words: list[str], buckets: int) -> None:
    as_it_is = {"analyzer": lambda word: [word], "alternate_sign": False, "norm": None}
    theirs = HashingVectorizer(n_features=buckets, **as_it_is).transform(words)
    assert hash_words(words, buckets).tolist() == theirs.indices.tolist()


def test_collisions_are_counted_by_hand() -> None:
    words = [f"word {i % 30}" for i in range(60)]
    buckets = hash_words(words[:30], 40).tolist()
    assert collisions(words, 40) == sum(bucket in buckets[:i] for i, bucket in enumerate(buckets)) > 0
    assert collisions(words, 1) == 29
    assert collisions([], 5) == 0


@pytest.mark.parametrize("buckets", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_expected_collisions_are_the_mean_over_all_hashes(n: int, buckets: int) -> None:
    every = [n - len(set(places)) for places in product(range(buckets), repeat=n)]
    assert expected_collisions(np.int64(n), buckets) == pytest.approx(np.mean(every), abs=1e-12)
    assert expected_collisions([f"w{i}" for i in range(n)] * 2, buckets) == expected_collisions(n, buckets)


def test_rare_collisions_keep_their_digits() -> None:
    assert expected_collisions(2, 2**40) == pytest.approx(2**-40)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: one_hot([0, 4], 4), ValueError, "ids must be from 0 to 3, got 0 to 4"),
        (lambda: one_hot([[0], [-1]], 4), ValueError, "from 0 to 3, got -1 to 0"),
        (lambda: one_hot([True], 4), ValueError, "whole numbers, got bool"),
        (lambda: multi_hot([[0.5]], 4), ValueError, "whole numbers, got float64"),
        (lambda: multi_hot([1, 2, 2], 4), TypeError, "sequences must be a list of lists of ids, got 1"),
        (lambda: hash_words("frog", 4), TypeError, "words must be a list, got the string 'frog'"),
        (lambda: collisions("frog", 4), TypeError, "got the string 'frog'"),
        (lambda: collisions(["frog"], -2), ValueError, "buckets must be at least 1, got -2"),
        (lambda: expected_collisions([1], 4), TypeError, "words must be a list of strings, got 1"),
        (lambda: expected_collisions(-1, 4), ValueError, "words must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused_in_words(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
