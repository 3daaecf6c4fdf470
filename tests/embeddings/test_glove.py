"""GloVe against slow, independent computations, and on texts whose structure is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lecture9_utils.embeddings import glove
from lecture9_utils.embeddings.glove import cooccurrences, train_glove

TEXTS = st.lists(st.lists(st.integers(0, 5), max_size=12), max_size=4)


def naive_counts(texts: list[list[int]], n_words: int, window: int) -> NDArray[np.float64]:
    counts = np.zeros((n_words, n_words))
    for text in texts:
        for i, word in enumerate(text):
            for j, other in enumerate(text):
                if i != j and abs(i - j) <= window:
                    counts[word, other] += 1 / abs(i - j)
    return counts


def naive_objective(
    counts: NDArray[np.float64], parameters: list[NDArray[np.float64]], x_max: float
) -> float:
    W, C, b, c = parameters
    total = 0.0
    for i, j in zip(*np.nonzero(counts), strict=True):
        weight = min(1.0, (counts[i, j] / x_max) ** 0.75)
        total += weight * (sum(W[i] * C[j]) + b[i] + c[j] - np.log(counts[i, j])) ** 2
    return total


def some_counts() -> NDArray[np.float64]:
    counts = np.random.RandomState(0).poisson(2.0, (7, 7)) * 1.5
    return counts + counts.T


def topics(n_topics: int = 6, words_each: int = 8, texts: int = 900) -> list[list[int]]:
    """Texts of one topic each: words 0 to 7 are the first topic's, and so on, the last ten everybody's."""
    random = np.random.RandomState(1)
    common = n_topics * words_each
    return [
        [
            int(random.randint(common, common + 10))
            if random.random_sample() < 0.5
            else (text % n_topics) * words_each + int(random.randint(words_each))
            for _ in range(20)
        ]
        for text in range(texts)
    ]


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 15))
def test_counts_are_those_of_a_double_loop(texts: list[list[int]], window: int) -> None:
    counts = cooccurrences(texts, 6, window).toarray()
    np.testing.assert_allclose(counts, naive_counts(texts, 6, window), rtol=1e-12)


def test_counts_are_symmetric_and_do_not_cross_texts() -> None:
    counts = cooccurrences([[0, 1], [2, 0]], 3).toarray()
    np.testing.assert_array_equal(counts, [[0, 1, 1], [1, 0, 0], [1, 0, 0]])


def test_counts_of_no_text_are_empty() -> None:
    assert cooccurrences([], 3).nnz == cooccurrences([[], [1]], 3).nnz == 0


@pytest.mark.parametrize(
    ("texts", "n_words", "window", "message"),
    [
        ([[0, 3]], 3, 10, "id 3 is outside 0 … 2"),
        ([[-1, 0]], 3, 10, "id -1 is outside"),
        ([[0.5]], 3, 10, "whole numbers"),
        ([[0]], 0, 10, "at least 1, got 0 and 10"),
        ([[0]], 3, 0, "at least 1, got 3 and 0"),
    ],
)
def test_bad_sequences_are_named(texts: list[list[int]], n_words: int, window: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cooccurrences(texts, n_words, window)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (csr_array((3, 4)), {}, "square"),
        (csr_array((3, 3)), {}, "all zero"),
        (-np.eye(3), {}, "not negative"),
        (np.full((3, 3), np.inf), {}, "finite"),
        (np.eye(3), {"dim": 0}, "dim must be at least 1"),
        (np.eye(3), {"epochs": 0}, "epochs must be at least 1"),
        (np.eye(3), {"batch_size": 0}, "batch_size must be at least 1"),
        (np.eye(3), {"x_max": 0.0}, "x_max must be above 0"),
    ],
)
def test_bad_counts_and_sizes_are_named(counts: object, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_glove(counts, **{"dim": 2, "epochs": 1} | options)


def test_the_sum_that_is_minimised_is_the_papers() -> None:
    counts, x_max = some_counts(), 10.0
    parameters = [parameter + 0.1 for parameter in glove._start(7, 3, np.random.RandomState(0))]
    expected = naive_objective(counts, parameters, x_max)
    weights, logarithms = glove._weights_and_logarithms(counts, x_max)
    squares = [np.ones_like(parameter) for parameter in parameters]
    loss = glove._step(
        parameters, squares, np.arange(7), weights.toarray(), logarithms.toarray(), learning_rate=0.1
    )
    assert loss == pytest.approx(expected, rel=1e-12)


def test_each_step_goes_down_the_numerical_gradient() -> None:
    counts, x_max, tiny = some_counts(), 10.0, 1e-6
    start = [parameter + 0.1 for parameter in glove._start(7, 3, np.random.RandomState(0))]
    moved, squares = [p.copy() for p in start], [np.ones_like(p) for p in start]
    weights, logarithms = glove._weights_and_logarithms(counts, x_max)
    glove._step(moved, squares, np.arange(7), weights.toarray(), logarithms.toarray(), learning_rate=1.0)
    for k, parameter in enumerate(start):
        for place in np.ndindex(parameter.shape):
            higher, lower = [p.copy() for p in start], [p.copy() for p in start]
            higher[k][place] += tiny
            lower[k][place] -= tiny
            rise = naive_objective(counts, higher, x_max) - naive_objective(counts, lower, x_max)
            half_gradient = rise / (2 * tiny) / 2
            step = -half_gradient / np.sqrt(1 + half_gradient**2)  # AdaGrad's first one
            assert moved[k][place] - parameter[place] == pytest.approx(step, abs=1e-6)


def test_the_loss_falls() -> None:
    losses: list[float] = []
    train_glove(cooccurrences(topics(), 58), dim=8, epochs=12, on_epoch=losses.append)
    assert len(losses) == 12
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 5


def test_words_of_a_topic_end_up_together() -> None:
    vectors = train_glove(cooccurrences(topics(), 58), dim=10, epochs=60, x_max=20.0)[:48]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = vectors @ vectors.T - 2 * np.eye(48)
    own = np.arange(48)[:, None] // 8 == np.argsort(-similarity, axis=1)[:, :7] // 8
    assert own.mean() > 0.95


def test_the_seed_decides() -> None:
    counts = cooccurrences(topics(texts=30), 58)
    first, again, other = (train_glove(counts, 4, epochs=2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_counts_given_are_left_alone() -> None:
    counts = cooccurrences(topics(texts=30), 58)
    before = counts.copy()
    train_glove(counts, 4, epochs=1)
    assert (counts != before).nnz == 0
