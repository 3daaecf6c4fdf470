"""word2vec against slow loops, TensorFlow's gradients and gensim."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from gensim.models import Word2Vec
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

import lecture9_utils as l9
from lecture9_utils.embeddings.glove import joined
from lecture9_utils.embeddings.word2vec import Batch, Model, batches, update

MODELS = pytest.mark.parametrize("model", ["skip-gram", "cbow"])
Floats = NDArray[np.float32]
Texts = list[list[int]]


def slow_pairs(text: list[int], window: int) -> Texts:
    places = range(len(text))
    return [[text[i], text[j]] for i in places for j in places if i != j and abs(i - j) <= window]


def an_epoch(texts: Texts, model: Model = "skip-gram", window: int = 1, sample: float = 0) -> list[Batch]:
    text = joined(texts, 10_000)
    found = list(batches(text, model, window, 5, sample, np.random.default_rng(0)))
    assert sample or sum(n_read for _, n_read in found) == len(text[0])
    return [batch for batch, _ in found]


def seen_in(epoch: list[Batch], n_words: int) -> Floats:
    """How often each word was seen with each, in CBOW through the inputs."""
    seen = np.zeros((n_words, n_words), np.float32)
    for words, inputs, others, counts, _ in epoch:
        seen[np.ix_(words, others)] += counts if inputs is None else inputs.T @ counts
    return seen


# Counting.


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9), max_size=14), st.integers(1, 20))
def test_pairs_are_those_of_a_double_loop(text: list[int], window: int) -> None:
    assert l9.skip_gram_pairs(text, window).tolist() == slow_pairs(text, window)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=12), max_size=4), st.integers(1, 3))
def test_words_are_numbered_by_frequency(texts: list[list[str]], min_count: int) -> None:
    counts = Counter(word for text in texts for word in text)
    frequent = {word for word, n in counts.items() if n >= min_count}
    assume(frequent)
    words, sequences = l9.number_words(texts, min_count)
    assert set(words) == frequent
    assert [counts[word] for word in words] == sorted((counts[word] for word in words), reverse=True)
    assert [[words[i] for i in s] for s in sequences] == [[w for w in t if w in frequent] for t in texts]


@MODELS
def test_an_epoch_sees_each_pair_once(model: Model, topics: Texts) -> None:
    pairs = Counter(tuple(pair) for text in topics[:60] for pair in slow_pairs(text, 1))
    assert dict(np.ndenumerate(seen_in(an_epoch(topics[:60], model), 58))) == {
        (i, j): pairs[i, j] for i in range(58) for j in range(58)
    }


@MODELS
def test_long_stretches_without_neighbours_are_passed_over(model: Model) -> None:
    texts = [[0, 1], *([word % 9] for word in range(1000)), [2, 3]]
    seen = seen_in(an_epoch(texts, model), 9)
    assert np.argwhere(seen).tolist() == [[0, 1], [1, 0], [2, 3], [3, 2]]
    assert seen.sum() == 4


def test_each_place_draws_its_own_window() -> None:
    seen = seen_in(an_epoch([list(range(3000))], window=4), 3000)
    shares = [seen.trace(distance) / 3000 for distance in range(1, 6)]
    np.testing.assert_allclose(shares, [1, 0.75, 0.5, 0.25, 0], atol=0.03)


def test_random_words_are_drawn_by_the_three_quarter_power() -> None:
    texts = [[word for word in range(20) for _ in range(round(200 / (1 + word)))]] * 40
    counts, drawn = np.bincount(np.ravel(texts)), np.zeros(20)
    for batch in an_epoch(texts):
        drawn[batch.others] += batch.noise.sum(axis=0)
        np.testing.assert_allclose(batch.noise.sum(axis=1), 5 * batch.seen.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(drawn / drawn.sum(), counts**0.75 / (counts**0.75).sum(), rtol=0.05)


def test_frequent_words_are_left_out_as_often_as_word2vec_does() -> None:
    texts = [[0] * 60 + [1] * 3 + list(range(2, 39))] * 400
    seen, counts = np.zeros(39), np.bincount(np.ravel(texts))
    for batch in an_epoch(texts, "cbow", sample=0.01):  # each place that is kept is seen once
        seen[batch.others] += batch.seen.sum(axis=0)
    ratio = 0.01 * counts.sum() / counts
    np.testing.assert_allclose(seen / counts, np.minimum(np.sqrt(ratio) + ratio, 1), rtol=0.08)


# The update.


def before_and_after(batch: Batch) -> tuple[Floats, Floats, Floats, Floats, float]:
    W, C = np.random.default_rng(2).normal(0, 0.5, (2, 58, 7)).astype(np.float32)
    loss = update(moved_W := W.copy(), moved_C := C.copy(), batch, 0.01)
    return W, C, moved_W, moved_C, loss


def test_skip_grams_update_is_tensorflows_gradient(topics: Texts) -> None:
    import tensorflow as tf

    batch = an_epoch(topics[:20], window=3)[3]
    W, C, moved_W, moved_C, moved_loss = before_and_after(batch)
    w, c = tf.Variable(W), tf.Variable(C)
    with tf.GradientTape() as tape:
        x = tf.gather(w, batch.words) @ tf.transpose(tf.gather(c, batch.others))
        loss = -tf.reduce_sum(batch.seen * tf.math.log_sigmoid(x) + batch.noise * tf.math.log_sigmoid(-x))
    slope_w, slope_c = (tf.convert_to_tensor(slope).numpy() for slope in tape.gradient(loss, [w, c]))
    assert moved_loss == pytest.approx(float(loss), rel=1e-5)
    np.testing.assert_allclose(moved_W, W - 0.01 * slope_w, atol=2e-6)
    np.testing.assert_allclose(moved_C, C - 0.01 * slope_c, atol=2e-6)


def test_cbows_update_is_that_of_word2vecs_loops(topics: Texts) -> None:
    batch = an_epoch(topics[:20], "cbow", 3)[3]
    W, C, moved_W, moved_C, _ = before_and_after(batch)
    expected_W, expected_C = W.astype(float), C.astype(float)
    for window, seen, noise in zip(batch.inputs, batch.seen, batch.noise, strict=True):
        context = np.repeat(batch.words, window.astype(int))
        h, whole = W[context].mean(axis=0), np.zeros(7)
        for other, s, r in zip(batch.others, seen, noise, strict=True):
            g = s - (s + r) / (1 + np.exp(-h @ C[other]))
            whole += g * C[other]
            expected_C[other] += 0.01 * g * h
        for word in context:
            expected_W[word] += 0.01 * whole
    np.testing.assert_allclose(moved_W, expected_W, atol=2e-6)
    np.testing.assert_allclose(moved_C, expected_C, atol=2e-6)


# Training.


@MODELS
def test_words_of_a_topic_end_up_together_and_the_loss_falls(model: Model, topics: Texts) -> None:
    losses: list[float] = []
    options = {"dim": 12, "epochs": 12, "model": model, "sample": 0.01, "on_epoch": losses.append}
    vectors = l9.WordVectors(map(str, range(48)), l9.train_word2vec(topics[:600], 58, **options)[:48])
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]
    own = [int(near) // 8 == int(word) // 8 for word in vectors for near, _ in vectors.nearest(word, 7)]
    assert np.mean(own) > 0.9


def test_the_seed_decides_and_outputs_come_when_asked(topics: Texts) -> None:
    first, other = (l9.train_word2vec(topics[:30], 58, 4, epochs=1, seed=seed) for seed in (1, 2))
    W, C = l9.train_word2vec(topics[:30], 58, 4, epochs=1, seed=1, outputs=True)
    np.testing.assert_array_equal(W, first)
    assert not np.allclose(first, other)
    assert C.shape == W.shape
    assert C.dtype == W.dtype == np.float32
    assert np.abs(C).max() > 0


def test_what_is_not_said_is_what_the_help_says() -> None:
    texts = [[0, 1, 2, 0, 2, 3, 0, 4]] * 40
    said = {"dim": 100, "window": 5, "negative": 5, "epochs": 5, "seed": 0, "model": "skip-gram"}
    learned = l9.train_word2vec(texts, 5, **said, sample=1e-3)
    np.testing.assert_array_equal(l9.train_word2vec(texts, 5), learned)
    assert l9.skip_gram_pairs(range(7)).tolist() == slow_pairs([*range(7)], 5)


@MODELS
def test_it_is_as_good_as_gensim(model: Model) -> None:
    texts = [l9.tokenize(sentence) for sentence in l9.load_corpus()]
    words, sequences = l9.number_words(texts)
    options = {"vector_size": 40, "epochs": 4, "sg": model == "skip-gram", "workers": 1}
    theirs = [Word2Vec(texts, seed=seed, **options).wv[words] for seed in (1, 2)]
    ours = l9.train_word2vec(sequences, len(words), 40, epochs=4, model=model)
    vectors = [l9.WordVectors(words, rows) for rows in (ours, *theirs)]
    near = [[{w for w, _ in v.nearest(word, 10)} for word in words[::5]] for v in vectors]
    with_ours: list[float] = []
    among_theirs: list[float] = []
    for i, j in combinations(range(3), 2):
        shared = np.mean([len(a & b) / 10 for a, b in zip(near[i], near[j], strict=True)])
        (among_theirs if i else with_ours).append(shared)
    assert np.mean(with_ours) > min(among_theirs) - 0.02
    pairs = [(a, b, s) for a, b, s in l9.load_similarity() if {a, b} <= set(words)]
    scores = [score for *_, score in pairs]
    own, *others = (spearmanr([v.similarity(a, b) for a, b, _ in pairs], scores)[0] for v in vectors)
    assert min(others) - 0.06 < own < max(others) + 0.06
