"""The claims of notebook 08 refuse broken models: random vectors, the rival representation, half a file."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import lecture9_utils as l9
from tests.claims.lesson import refused

DRAWS = range(3)


@cache
def loaded() -> Any:
    """Padded training and test reviews, and GloVe's matrix."""
    imdb = l9.load_imdb()
    vocabulary = l9.Vocabulary.from_texts(imdb.train.texts, 10_000)
    train, test = (l9.pad(vocabulary.encode(half.texts), 100) for half in imdb)
    return imdb, vocabulary, train, test, l9.load_glove().matrix(vocabulary, 10_000)


@cache
def accuracies(represent: str, is_random: bool = False, n: int = 200) -> Any:
    """Test accuracies of a logistic regression on n reviews, a draw each."""
    imdb, _, train, test, matrix = loaded()
    if is_random:
        matrix = np.random.default_rng(0).normal(size=matrix.shape) * matrix.any(axis=1, keepdims=True)

    def vectors(reviews: Any) -> Any:
        if represent == "bag":
            return l9.multi_hot(reviews, 10_000, sparse=True)
        if represent == "flat":
            return matrix[reviews].reshape(len(reviews), -1)
        return matrix[reviews].sum(axis=1) / np.maximum(matrix.any(axis=1)[reviews].sum(axis=1), 1)[:, None]

    found = []
    for k in DRAWS:
        chosen = np.random.default_rng(k).permutation(len(train))[:n]
        model = LogisticRegression(C=1.0 if represent == "flat" else 10.0, max_iter=1000)
        model.fit(vectors(train[chosen]), imdb.train.labels[chosen])
        found.append(model.score(vectors(test[:500]), imdb.test.labels[:500]))
    return found


def mean() -> Any:
    return accuracies("mean")


def random_mean() -> Any:
    return accuracies("mean", is_random=True)


def break_even_of_random_vectors() -> float:
    """From how many labels on the bag is ahead of the mean of random vectors, as the lesson reckons it."""
    numbers = [50, 200, 800]
    gaps = [np.mean(accuracies("mean", True, n)) - np.mean(accuracies("bag", n=n)) for n in numbers]
    slope, height = np.polyfit(np.log2(numbers), gaps, 1)
    return float(2 ** (-height / slope))


def half_a_file() -> Any:
    glove = l9.load_glove()
    words = [*glove][: len(glove) // 2]
    return l9.WordVectors(words, [glove[word] for word in words])


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C27", "words"): lambda: len({word for text in loaded()[0].train.texts for word in text.split()}),
    ("C28", "reviews"): lambda: len(loaded()[2]) + 30,
    ("C28", "words"): lambda: max(len(ids) for ids in loaded()[1].encode(loaded()[0].train.texts)),
    ("C29", "vectors"): lambda: len(half_a_file()),
    ("C29", "without"): lambda: len(half_a_file().missing(loaded()[1], 10_000)),
    ("C30", "training"): lambda: 0.5,
    ("C30", "validation"): mean,
    ("C30", "test"): mean,
    ("C30", "scratch"): mean,
    ("C30", "ahead"): lambda: l9.compare(mean(), 0.5),
    ("C30", "trainable"): lambda: l9.compare(mean(), accuracies("flat")),
    ("C31", "mean"): random_mean,
    ("C31", "gain"): lambda: l9.compare(accuracies("flat"), accuracies("flat")),
    ("C31", "gain_layers"): lambda: l9.compare(accuracies("flat"), accuracies("flat")),
    ("C31", "random"): lambda: l9.compare(random_mean(), random_mean()),
    ("C31", "bag"): lambda: l9.compare(accuracies("flat"), accuracies("bag")),
    ("C31", "tfidf"): lambda: l9.compare(accuracies("flat"), accuracies("bag")),
    ("C31", "even"): break_even_of_random_vectors,
}

# How good GloVe's mean is depends on the reviews: on the real ones it is far better than on the sample's.
OF_THE_SAMPLE = {("C30", "validation"), ("C30", "test"), ("C30", "ahead")}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert (id, key) in OF_THE_SAMPLE or refused(id, key, value, "full")


@pytest.mark.parametrize("key", ["validation", "test", "ahead"])
def test_frozen_random_vectors_are_refused_on_the_real_data(key: str) -> None:
    flat = accuracies("flat", is_random=True)
    value = l9.compare(flat, flat) if key == "ahead" else flat
    assert refused("C30", key, value, "full")
