"""The claims of notebook 09 refuse broken models: untrained nets, coins, sums, each length against itself."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import lecture9_utils as l9
from tests.claims.lesson import refused


@cache
def reviews() -> Any:
    return l9.load_imdb_sequences(num_words=10_000)


@cache
def labels() -> Any:
    return reviews()[1][1]


@cache
def bag(words: int | None, is_shuffled: bool = False) -> Any:
    """Whether a bag of the last (or all) words is right on each test review."""
    (x, y), (x_test, y_test) = reviews()
    cut = slice(None) if words is None else slice(-words, None)
    bags, test_bags = (l9.multi_hot([r[cut] for r in some], 10_000, sparse=True) for some in (x, x_test))
    given = np.random.default_rng(0).permutation(y) if is_shuffled else y
    model = LogisticRegression(C=0.1, solver="newton-cg").fit(bags, given)
    return 1.0 * (model.predict(test_bags) == y_test)


def coin() -> Any:
    """What an untrained net amounts to: whether chance is right on each test review."""
    return 1.0 * (np.random.default_rng(0).integers(2, size=len(labels())) == labels())


def layers() -> Any:
    import keras

    return keras.layers


@cache
def outputs(is_sequence: bool, where: int | None = None) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    words = np.random.default_rng(0).normal(size=(4, 7, 32)).astype("float32")
    found = keras.ops.convert_to_numpy(layers().SimpleRNN(32, return_sequences=is_sequence)(words))
    return found if where is None else found[:, where]


@cache
def parameters(n_layers: int, is_embedded: bool, bias: bool) -> int:
    import keras

    stack = [layers().SimpleRNN(32, use_bias=bias, return_sequences=True) for _ in range(n_layers)]
    first = [keras.Input((None, 32))]
    if is_embedded:
        first = [keras.Input((None,)), layers().Embedding(10_000, 32)]
    return int(keras.Sequential([*first, *stack]).count_params())


def dense_stack_is_refused() -> bool:
    import keras

    try:
        keras.Sequential([keras.Input((None, 32)), layers().SimpleRNN(32), layers().Dense(32)])
    except ValueError:
        return True
    return False


def full_sequences_at_the_top() -> bool:
    return outputs(is_sequence=True).shape == (4, 32)


def gone(is_turned: bool) -> float:
    """Which part of good minus bad is gone after not: for a sum over places, or one that not turns round."""
    draw = np.random.default_rng(0)
    table, weights = draw.normal(size=(10_000, 8)), draw.normal(size=(100, 8))
    x = l9.pad(reviews()[1][0][:20], 100)

    def score(how: str, what: int) -> Any:
        written = x.copy()
        written[:, 50], written[:, 51] = {"not": 17, "very": 67}[how], what
        adds = (table[written] * weights).sum(axis=2)
        if is_turned and how == "not":
            adds[:, 51] *= -1
        return adds.sum(axis=1)

    good, bad = 55, 40
    after = {how: np.mean(score(how, good) - score(how, bad)) for how in ("very", "not")}
    return float(1 - after["not"] / after["very"])


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C32", "layer"): lambda: parameters(1, is_embedded=False, bias=False),
    ("C32", "embedded"): lambda: parameters(1, is_embedded=True, bias=False),
    ("C32", "four"): lambda: parameters(3, is_embedded=True, bias=True),
    ("C33", "last"): full_sequences_at_the_top,
    ("C33", "every"): lambda: outputs(is_sequence=False).shape == (4, 7, 32),
    ("C33", "gap"): lambda: np.abs(outputs(True, 0) - outputs(True, -1)).max(),
    ("C34", "refused"): dense_stack_is_refused,
    ("C34", "works"): full_sequences_at_the_top,
    ("C34", "four"): lambda: l9.compare(coin(), bag(20)),
    ("C35", "validation"): lambda: coin().mean(),
    ("C35", "rnn"): lambda: coin().mean(),
    ("C35", "bag"): lambda: bag(None, is_shuffled=True).mean(),
    ("C35", "behind"): lambda: l9.compare(bag(100), coin()),
    ("C36", "rnn"): lambda: l9.compare(bag(20), bag(20)),
    ("C36", "reading"): lambda: l9.compare(bag(20), coin()),
    ("C36", "bag"): lambda: l9.compare(bag(100), bag(100)),
    ("C38", "rnn"): lambda: l9.compare(coin(), bag(100)),
    ("C38", "conv"): lambda: l9.compare(coin(), bag(100)),
    ("C38", "rnn_not"): lambda: gone(is_turned=True),
    ("C38", "conv_not"): lambda: gone(is_turned=False),
    ("C38", "conv_control"): lambda: gone(is_turned=False),
}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert refused(id, key, value, "full")
