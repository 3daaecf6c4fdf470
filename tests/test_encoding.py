"""One-hot, multi-hot and hashing against scikit-learn, and collisions against exact enumeration."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import MultiLabelBinarizer

from lecture9_utils.encoding import collisions, expected_collisions, hash_words, multi_hot, one_hot

DEPTH = 6
IDS = st.integers(0, DEPTH - 1)
WORDS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20)


@given(st.recursive(IDS, lambda inner: st.lists(inner, min_size=2, max_size=2), max_leaves=1) | st.lists(IDS))
def test_one_hot_takes_rows_of_the_identity(ids: int | list[int]) -> None:
    indices = np.array(ids, dtype=np.int64)
    np.testing.assert_array_equal(one_hot(ids, DEPTH), np.eye(DEPTH, dtype=np.float32)[indices], strict=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_one_hot_keeps_the_shape_of_its_ids(dtype: type) -> None:
    ids = np.arange(DEPTH, dtype=dtype).reshape(2, 3)
    vectors = one_hot(ids, DEPTH)
    assert vectors.shape == (2, 3, DEPTH)
    np.testing.assert_array_equal(vectors.argmax(axis=-1), ids)
    np.testing.assert_array_equal(vectors.sum(axis=-1), np.ones((2, 3)))


@given(st.lists(st.lists(IDS, max_size=9), max_size=6))
def test_multi_hot_is_that_of_scikit_learn(sequences: list[list[int]]) -> None:
    theirs = MultiLabelBinarizer(classes=range(DEPTH)).fit_transform(sequences)
    ours = multi_hot(sequences, DEPTH)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, theirs.reshape(-1, DEPTH))
    np.testing.assert_array_equal(ours, multi_hot([np.array(s, dtype=np.int32) for s in sequences], DEPTH))


@settings(deadline=None)
@given(WORDS, st.integers(1, 2**20))
def test_hashes_are_those_of_scikit_learn(words: list[str], buckets: int) -> None:
    as_it_is = {"analyzer": lambda word: [word], "alternate_sign": False, "norm": None}
    vectorizer = HashingVectorizer(n_features=buckets, **as_it_is)
    hasher = FeatureHasher(buckets, input_type="string", alternate_sign=False)
    ours = hash_words(words, buckets)
    assert ours.dtype == np.int64
    assert ours.tolist() == vectorizer.transform(words).indices.tolist()
    assert ours.tolist() == hasher.transform([[word] for word in words]).indices.tolist()


def test_hashes_are_the_same_in_every_process() -> None:
    code = "from lecture9_utils import hash_words; print(hash_words(['frog', 'naïve', '蛙'], 10**6).tolist())"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("0", "1")
    }
    assert seen == {str(hash_words(["frog", "naïve", "蛙"], 10**6).tolist())}


def test_collisions_are_counted_by_hand() -> None:
    words = [f"word {i % 30}" for i in range(60)]
    taken: set[int] = set()
    late = 0
    for word in dict.fromkeys(words):
        bucket = int(hash_words([word], 40)[0])
        late += bucket in taken
        taken.add(bucket)
    assert 0 < collisions(words, 40) == late
    assert collisions(words, 1) == 29
    assert collisions([], 5) == 0


@pytest.mark.parametrize("buckets", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_expected_collisions_are_the_mean_over_all_hashes(n: int, buckets: int) -> None:
    every = [n - len(set(places)) for places in product(range(buckets), repeat=n)]
    assert expected_collisions(n, buckets) == pytest.approx(np.mean(every), abs=1e-12)
    assert expected_collisions([f"w{i}" for i in range(n)] * 2, buckets) == expected_collisions(n, buckets)


@pytest.mark.parametrize("buckets", [1_000, 20_000, 400_000])
def test_measured_collisions_are_within_the_error_of_sampling(buckets: int) -> None:
    n, m = 20_000, buckets
    empty = m * np.exp(n * np.log1p(-1 / m))
    variance = m * (m - 1) * np.exp(n * np.log1p(-2 / m)) + empty - empty**2
    measured = collisions((f"word{i}" for i in range(n)), m)
    assert abs(measured - expected_collisions(n, m)) <= 4 * max(variance, 0) ** 0.5 + 1e-6


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: one_hot([0, 4], 4), ValueError, r"id 4 is outside 0 … 3 \(depth 4\)"),
        (lambda: one_hot([[0], [-1]], 4), ValueError, "id -1 is outside 0 … 3"),
        (lambda: one_hot(4, 4), ValueError, "id 4 is outside"),
        (lambda: one_hot([0], 0), ValueError, "id 0 is outside"),
        (lambda: one_hot([1.0], 4), ValueError, "whole numbers, got float64"),
        (lambda: one_hot([True], 4), ValueError, "whole numbers, got bool"),
        (lambda: one_hot(["a"], 4), ValueError, "whole numbers"),
        (lambda: multi_hot([[0], [1, 4]], 4), ValueError, "id 4 is outside 0 … 3"),
        (lambda: multi_hot([[-1]], 4), ValueError, "id -1 is outside 0 … 3"),
        (lambda: multi_hot([[0.5]], 4), ValueError, "whole numbers, got float64"),
        (lambda: hash_words("frog", 4), TypeError, "got the string 'frog': put it in a list"),
        (lambda: hash_words(["frog"], 0), ValueError, "buckets must be at least 1, got 0"),
        (lambda: collisions(["frog"], -2), ValueError, "buckets must be at least 1, got -2"),
        (lambda: expected_collisions(3, 0), ValueError, "buckets must be at least 1, got 0"),
        (lambda: expected_collisions(-1, 3), ValueError, "number of words must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused_in_words(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nothing_is_no_error() -> None:
    assert one_hot([], 3).shape == multi_hot([], 3).shape == (0, 3)
    assert hash_words([], 3).tolist() == []


def test_one_word_is_not_a_list_of_its_letters() -> None:
    for count in (collisions, expected_collisions):
        with pytest.raises(TypeError, match="'frog'"):
            count("frog", 3)
    assert expected_collisions(np.int64(23), 365) == expected_collisions(23, 365)
