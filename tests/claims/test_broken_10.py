"""What the bounds of notebook 10's claims refuse: wrong formulas, and networks that are not trained."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import lecture9_utils as l9
from lecture9_utils.evidence import Value
from tests.claims.lesson import lesson, refused

do = lesson("10")
TRICKY = 3 * np.array([[1.0, -1.0], [1.0, -1.0]])  # its spectral radius is 0


def without_the_slope_of_tanh() -> float:
    random = np.random.default_rng(0)
    x, above = random.normal(size=(4, 20, 8)), np.ones((4, 20, 5))
    U = np.linalg.qr(random.normal(size=(5, 5)))[0]
    states = do.recurrence(x, random.normal(size=(8, 5)), U, np.zeros(5))
    right, wrong = (
        do.for_weights(x, states, do.backpropagation(states, U, above, kind)) for kind in (do.TANH, do.LINEAR)
    )
    return max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(right, wrong, strict=True))


def by_singular_value(size: float) -> float:
    U = do.matrix(size)
    return float(do.factor_per_step(do.gradient_by_distance(U * size / np.linalg.norm(U, 2))))


def linear_twice() -> bool:
    first, again = (do.gradient_by_distance(do.matrix(1.25))[-1] for _ in range(2))
    return bool(first < again)


def ends_in_nan(limit: float) -> int:
    with np.errstate(all="ignore"):
        return sum(int(np.isnan(do.train_linear(draw, limit)[-1])) for draw in range(8))


def untrained() -> float:
    random = np.random.default_rng(0)
    weights = do.start(random, units=16, radius=0.3)
    return float(do.accuracy(weights, *do.remember_the_first(500, random, 5)))


def gru_turned_round() -> float:
    """Compare with Keras a GRU whose gate says what is replaced, not what is kept."""
    import keras

    keras.utils.set_random_seed(0)
    layer = keras.layers.GRU(5, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(4, 20, 8)).astype("float32")
    by_keras = keras.ops.convert_to_numpy(layer(x))
    W, U, b = layer.get_weights()
    for array in (W, U, b):
        array[..., :5] *= -1  # σ(−a) = 1 − σ(a)
    return float(np.abs(do.gru(x, W, U, b) - by_keras).max())


@cache
def remembered(bias: float) -> float:
    """Train an LSTM as the lesson does; return the share of new sentences it answers rightly."""
    random = np.random.default_rng(0)
    net = do.with_forget_bias(bias)
    net.fit(*do.remember_the_first(2_000, random, 40), batch_size=50, epochs=1, verbose=0)
    return float(do.share_right(net.get_weights(), *do.remember_the_first(500, random, 40)))


@cache
def reviews() -> Any:
    return l9.load_imdb_sequences(num_words=10_000)


def coin() -> Any:
    """What an untrained net amounts to: whether chance is right on each test review."""
    labels = reviews()[1][1]
    return 1.0 * (np.random.default_rng(0).integers(2, size=len(labels)) == labels)


@cache
def bag(length: int) -> Any:
    """Whether a bag of the last words is right on each test review."""
    (x, y), (x_test, y_test) = reviews()
    bags, test_bags = (do.bag_of(some, length) for some in (x[:2_000], x_test))
    model = LogisticRegression(C=0.1, solver="newton-cg").fit(bags, y[:2_000])
    return 1.0 * (model.predict(test_bags) == y_test)


def coin_minus_bag(length: int) -> Callable[[], Value]:
    return lambda: l9.compare(coin(), bag(length))


@cache
def reach_untrained() -> float:
    """How much of an untrained LSTM's largest gradient is left 50 words before the end."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    layer, words = keras.layers.LSTM(32), tf.random.normal((20, 60, 32), stddev=0.03, seed=0)
    with tf.GradientTape() as tape:
        tape.watch(words)
        score = tf.reduce_sum(layer(words), axis=1)
    sizes = np.linalg.norm(tape.gradient(score, words), axis=2).mean(axis=0)[::-1]
    return float(sizes[50] / sizes.max())


BROKEN: dict[tuple[str, str], Callable[[], Value]] = {
    ("C05", "tape"): without_the_slope_of_tanh,
    ("C05", "shrinks"): lambda: by_singular_value(0.8),
    ("C05", "grows"): lambda: by_singular_value(1.25),
    ("C05", "tanh"): linear_twice,
    ("C05", "sigma"): lambda: do.shrinks_any(TRICKY),
    ("C05", "explode"): lambda: ends_in_nan(1.0),
    ("C05", "clipped"): lambda: ends_in_nan(np.inf),
    ("C05", "near"): untrained,
    ("C05", "far"): lambda: do.remembers(5, 0, radius=0.3),
    ("C05", "further"): lambda: do.remembers(10, 0, radius=0.3),
    ("C05", "too_far"): lambda: do.remembers(10, 0, radius=1.0),
    ("C37", "by_hand"): gru_turned_round,
    ("C37", "bias_1"): lambda: remembered(4.0),
    ("C37", "bias_4"): lambda: remembered(1.0),
    ("C37", "lstm_short"): coin_minus_bag(30),
    ("C37", "gru_short"): coin_minus_bag(30),
    ("C37", "bag_short"): coin_minus_bag(30),
    ("C37", "lstm_long"): coin_minus_bag(30),
    ("C37", "gru_long"): coin_minus_bag(30),
    ("C37", "bag_long"): coin_minus_bag(30),
    ("C37", "reach_grows"): lambda: reach_untrained() / reach_untrained(),
}
SLOW = {("C05", key) for key in ("explode", "clipped", "far", "further", "too_far")}
SLOW |= {("C37", "bias_1"), ("C37", "bias_4")}


@pytest.mark.parametrize(
    "measure", [pytest.param(m, marks=pytest.mark.slow) if m in SLOW else m for m in BROKEN]
)
def test_the_broken_model_is_refused(measure: tuple[str, str]) -> None:
    value = BROKEN[measure]()
    assert refused(*measure, value)
    assert refused(*measure, value, "full")


def test_an_untrained_lstm_forgets_within_fifty_words() -> None:
    assert reach_untrained() < 1e-2
