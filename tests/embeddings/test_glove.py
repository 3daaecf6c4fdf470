"""GloVe against slow, independent computations, and on texts whose structure is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lecture9_utils import WordVectors, cooccurrences, train_glove

Floats = NDArray[np.float64]


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 5), max_size=12), max_size=4), st.integers(1, 15))
def test_counts_are_those_of_a_double_loop(texts: list[list[int]], window: int) -> None:
    expected = np.zeros((6, 6))
    for text in texts:
        for i, word in enumerate(text):
            for j, other in enumerate(text):
                if 0 < abs(i - j) <= window:
                    expected[word, other] += 1 / abs(i - j)
    np.testing.assert_allclose(cooccurrences(texts, 6, window).toarray(), expected, rtol=1e-12)


def objective(parameters: list[Floats], counts: Floats, x_max: float) -> float:
    """Sum equation 8 of the paper up, pair by pair."""
    W, C, b, c = parameters
    return sum(
        min(1.0, (n / x_max) ** 0.75) * (sum(W[i] * C[j]) + b[i] + c[j] - np.log(n)) ** 2
        for (i, j), n in np.ndenumerate(counts)
        if n
    )


def test_it_goes_down_the_numerical_gradient_of_the_papers_sum_by_adagrad() -> None:
    counts = np.random.default_rng(0).poisson(2.0, (6, 6)) * 1.5
    counts += counts.T
    losses: list[float] = []
    vectors = train_glove(counts, 3, epochs=3, seed=5, x_max=10.0, learning_rate=0.5, on_epoch=losses.append)
    W, C = (np.random.RandomState(5).random_sample((2, 6, 3)) - 0.5) / 3  # so says GloVe's own program
    parameters, tiny = [W.copy(), C.copy(), np.zeros(6), np.zeros(6)], 1e-6
    squares = [np.ones_like(parameter) for parameter in parameters]
    for loss in losses:
        assert loss == pytest.approx(objective(parameters, counts, 10.0), rel=1e-6)
        slopes = [np.zeros_like(parameter) for parameter in parameters]
        for parameter, slope in zip(parameters, slopes, strict=True):
            for place in np.ndindex(parameter.shape):
                for step in (tiny, -tiny):
                    parameter[place] += step
                    slope[place] += objective(parameters, counts, 10.0) / (4 * step)  # half the derivative
                    parameter[place] -= step
        for parameter, slope, square in zip(parameters, slopes, squares, strict=True):
            square += slope**2
            parameter -= 0.5 * slope / np.sqrt(square)
    np.testing.assert_allclose(vectors, parameters[0] + parameters[1], atol=1e-6)


def test_the_loss_falls_words_of_a_topic_end_up_together_and_the_seed_decides(
    topics: list[list[int]],
) -> None:
    losses: list[float] = []
    counts = cooccurrences(topics, 58)
    before = counts.copy()
    rows = train_glove(counts, dim=10, epochs=60, x_max=20.0, on_epoch=losses.append)
    assert len(losses) == 60
    assert losses[-1] < losses[0] / 5
    vectors = WordVectors(map(str, range(48)), rows[:48])
    own = [int(near) // 8 == int(word) // 8 for word in vectors for near, _ in vectors.nearest(word, 7)]
    assert np.mean(own) > 0.95
    assert (counts != before).nnz == 0
    first, again, other = (train_glove(counts, 4, epochs=2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_what_is_not_said_is_what_the_help_says_and_a_stored_zero_is_no_count() -> None:
    counts = cooccurrences([[0, 1, 2, 0, 2], [1, 2]], 3) / 10
    stored = counts.copy()
    stored.data[0] = counts[0, 0] = 0
    counts.eliminate_zeros()
    before = stored.copy()
    vectors = train_glove(stored, 2)
    said = {"epochs": 25, "seed": 0, "x_max": 100.0, "learning_rate": 0.1}
    np.testing.assert_array_equal(vectors, train_glove(counts, 2, **said))
    assert (stored.nnz, stored.data.tolist()) == (before.nnz, before.data.tolist())
    assert cooccurrences([range(20)], 20).nnz == cooccurrences([range(20)], 20, 10).nnz
