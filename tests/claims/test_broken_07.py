"""The claims of notebook 07 refuse broken models: untrained, frozen, off by one row, and a recurrent net."""

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


def off_by_one_row() -> float:
    table = np.random.default_rng(0).normal(size=(50, 8))
    ids = np.array([4, 17, 4])
    return float(np.abs(table[ids + 1] - l9.one_hot(ids, depth=50) @ table).max())


@cache
def embedding(is_frozen: bool) -> Any:
    """Which rows of a small embedding a step of training moves."""
    import keras

    keras.utils.set_random_seed(0)
    table = keras.layers.Embedding(50, 8, trainable=not is_frozen)
    model = keras.Sequential([keras.Input((3,)), table, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("rmsprop", "mse")
    before = table.get_weights()[0]
    model.fit(np.array([[4, 17, 4]]), np.ones(1), epochs=1, verbose=0)
    return (before != table.get_weights()[0]).any(axis=1)[[4, 17]]


def untrained(seed: int = 0) -> Any:
    """Whether an untrained flat net is right on the last 20 words of the test reviews."""
    rng = np.random.default_rng(seed)
    table, weights = rng.uniform(-0.05, 0.05, (10_000, 8)), rng.normal(scale=0.1, size=160)
    _, (x, y) = reviews()
    return ((table[l9.pad(x, 20)].reshape(len(x), -1) @ weights > 0) == y) * 1.0


@cache
def bag(is_last: bool, is_shuffled: bool = False) -> Any:
    """Whether a linear net on 20 words is right on the test reviews: a quick stand-in for the trained one."""
    (x, y), (x_test, y_test) = reviews()
    cut = {"truncating": "pre" if is_last else "post"}
    words, test_words = (l9.multi_hot(l9.pad(some, 20, **cut), 10_000, sparse=True) for some in (x, x_test))
    labels = np.random.default_rng(0).permutation(y) if is_shuffled else y
    model = LogisticRegression(C=0.1, solver="newton-cg").fit(words, labels)
    return 1.0 * (model.predict(test_words) == y_test)


def agreement(is_trained: bool = False) -> float:
    """Correlate what common words push with how often they praise: by random vectors, or by a linear net."""
    (x, y), _ = reviews()
    seen = l9.multi_hot(l9.pad(x, 20), 10_000, sparse=True)
    positive, negative = (np.asarray(seen[y == label].sum(axis=0)).ravel() for label in (1, 0))
    common = np.flatnonzero(positive + negative >= len(x) / 100)
    counted = np.log((positive + 1) / (negative + 1))[common]
    rng = np.random.default_rng(0)
    push = rng.uniform(-0.05, 0.05, (10_000, 8)) @ rng.normal(scale=0.1, size=8)
    if is_trained:
        push = LogisticRegression(C=0.1, solver="newton-cg").fit(seen, y).coef_[0]
    return float(np.corrcoef(push[common], counted)[0, 1])


def opposites_in_glove() -> float:
    glove = l9.load_glove("sample").unit
    return float(glove["good"] @ glove["bad"])


def truncated_at_the_end() -> float:
    (x, _), _ = reviews()
    return float((l9.pad(x, 20, truncating="post") == l9.pad(x, 20)).all(axis=1).mean())


def gap(is_recurrent: bool) -> float:
    """The measure of C26 for random weights, recurrent or flattened: of good, what not does, less of bad."""
    rng = np.random.default_rng(0)
    words = {name: rng.normal(size=8) for name in ("not", "very", "good", "bad")}
    W, U, v = rng.normal(size=(8, 8)) / 2, rng.normal(size=(8, 8)) / 2, rng.normal(size=8)

    def score(text: str) -> float:
        x = np.array([[words[word] for word in text.split()]])
        if not is_recurrent:
            return float((x[0] * W[:2]).sum())
        return float(l9.simple_rnn(x, W, U, np.zeros(8))[0, -1] @ v)

    return abs(score("not good") - score("very good") - score("not bad") + score("very bad"))


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C13", "product"): off_by_one_row,
    ("C13", "times"): lambda: 10_000 / l9.one_hot([1], depth=10_000).shape[1],
    ("C13", "moved"): lambda: embedding(is_frozen=True).mean(),
    ("C13", "counts"): agreement,
    ("C13", "opposites"): opposites_in_glove,
    ("C21", "train"): lambda: len(reviews()[0][0]) * 4 // 5,
    ("C21", "test"): lambda: sum(len(y) for _, y in reviews()),
    ("C21", "positive"): lambda: np.array_split(l9.load_imdb().train.labels, 2)[0].mean(),
    ("C21", "ids"): lambda: max(review.max() for review in l9.load_imdb_sequences(None)[0][0]) < 1_000,
    ("C24", "code"): truncated_at_the_end,
    ("C24", "last"): lambda: bag(is_last=False).mean(),
    ("C24", "first"): lambda: untrained().mean(),
    ("C24", "difference"): lambda: l9.compare(bag(is_last=False), bag(is_last=False)),
    ("C25", "validation"): lambda: untrained(1).mean(),
    ("C25", "test"): lambda: bag(is_last=True, is_shuffled=True).mean(),
    ("C25", "pooled"): lambda: l9.compare(bag(is_last=True), untrained()),
    ("C26", "gap"): lambda: gap(is_recurrent=True),
    ("C26", "control"): lambda: gap(is_recurrent=False),
    ("C26", "gain"): lambda: l9.compare(untrained(), bag(is_last=True)),
}
OF_THE_SAMPLE = {("C24", "last")}  # how much the first 20 words tell depends on the reviews


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert (id, key) in OF_THE_SAMPLE or refused(id, key, value, "full")


def test_what_is_whole_is_not_refused() -> None:
    assert not refused("C13", "moved", embedding(is_frozen=False).mean())
    assert not refused("C13", "counts", agreement(is_trained=True))
    assert not refused("C26", "gap", gap(is_recurrent=False))
    assert not refused("C26", "control", gap(is_recurrent=True))
    assert not refused("C24", "last", bag(is_last=True).mean())
    assert not refused("C24", "difference", l9.compare(bag(True), bag(False)))
