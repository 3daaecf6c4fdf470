"""word2vec against slow loops, TensorFlow's gradients and gensim; analogies counted as gensim does."""

import os
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

import lecture9_utils as l9
from lecture9_utils.embeddings import word2vec
from lecture9_utils.embeddings.analogies import Question

TEXTS = st.lists(st.lists(st.integers(0, 6), max_size=12), max_size=4)
REAL = Path(os.environ.get("LECTURE9_DATA", "")) / "glove.6B.zip"
Floats = NDArray[np.float32]


def slow_pairs(text: list[int], window: int) -> list[list[int]]:
    places = range(len(text))
    return [[text[i], text[j]] for i in places for j in places if i != j and abs(i - j) <= window]


def topics(texts: int = 600) -> list[list[int]]:
    """Texts of one topic each: words 0 to 7 are the first topic's, and so on; the last ten everybody's."""
    random = np.random.default_rng(1)
    own = random.random((texts, 20)) < 0.5
    topic = np.arange(texts)[:, None] % 6 * 8
    words: list[list[int]] = np.where(
        own, topic + random.integers(8, size=own.shape), 48 + random.integers(10, size=own.shape)
    ).tolist()
    return words


# Counting.


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=14), st.integers(1, 6))
def test_pairs_are_those_of_a_double_loop(text: list[int], window: int) -> None:
    assert l9.skip_gram_pairs(text, window).tolist() == slow_pairs(text, window)


def test_with_a_seed_each_place_draws_a_window_of_its_own() -> None:
    pairs = l9.skip_gram_pairs(range(20_000), window=4, seed=0)
    reach = np.zeros(20_000, int)
    np.maximum.at(reach, pairs[:, 0], np.abs(pairs[:, 1] - pairs[:, 0]))
    inner = reach[4:-4]
    np.testing.assert_allclose(np.bincount(inner)[1:] / len(inner), 0.25, atol=0.02)
    assert len(pairs) == sum(min(r, i) + min(r, 19_999 - i) for i, r in enumerate(reach.tolist()))


@given(TEXTS, st.integers(1, 3))
def test_words_are_numbered_by_frequency(texts: list[list[int]], min_count: int) -> None:
    spelt = [[f"w{i}" for i in text] for text in texts]
    counts = Counter(word for text in spelt for word in text)
    frequent = {word for word, n in counts.items() if n >= min_count}
    if not frequent:
        with pytest.raises(ValueError, match=f"no word occurs {min_count} times"):
            l9.number_words(spelt, min_count)
        return
    words, sequences = l9.number_words(spelt, min_count)
    assert set(words) == frequent
    assert [counts[word] for word in words] == sorted((counts[word] for word in words), reverse=True)
    assert [[words[i] for i in s] for s in sequences] == [[w for w in t if w in frequent] for t in spelt]


def batches(texts: list[list[int]], n_words: int, model: word2vec.Model = "skip-gram", **options: float):  # type: ignore[no-untyped-def]
    arguments = {"window": 1, "negative": 5, "sample": 0.0} | options
    text = word2vec._Text(texts, n_words, **arguments)  # type: ignore[arg-type]
    return list(text.batches(model, np.random.default_rng(0)))


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
def test_an_epoch_sees_each_pair_once_and_reads_each_word(model: word2vec.Model) -> None:
    texts, seen = topics(60), np.zeros((58, 58))
    read = 0
    for batch, n in batches(texts, 58, model):
        read += n
        if model == "skip-gram":
            np.add.at(seen, np.ix_(batch.words, batch.others), batch.seen)
        else:  # which words were in the window of which: through the inputs
            np.add.at(seen, np.ix_(batch.words, batch.others), batch.inputs.T @ batch.seen)
    expected = np.zeros((58, 58))
    for text in texts:
        for i, j in slow_pairs(text, 1):
            expected[i, j] += 1
    np.testing.assert_array_equal(seen, expected)
    assert read == 60 * 20


def test_random_words_are_drawn_by_the_three_quarter_power() -> None:
    texts = [[word for word in range(20) for _ in range(round(200 / (1 + word)))]] * 40
    counts, drawn, pairs = np.bincount(np.ravel(texts)), np.zeros(20), 0.0
    for batch, _ in batches(texts, 20):
        drawn[batch.others] += batch.noise.sum(axis=0)
        np.testing.assert_allclose(batch.noise.sum(axis=1), 5 * batch.seen.sum(axis=1), rtol=1e-5)
        pairs += batch.seen.sum()
    assert drawn.sum() == pytest.approx(5 * pairs, rel=1e-4)
    np.testing.assert_allclose(drawn / drawn.sum(), counts**0.75 / (counts**0.75).sum(), rtol=0.05)


def test_frequent_words_are_left_out_as_often_as_word2vec_does() -> None:
    texts = [[0] * 60 + [1] * 3 + list(range(2, 39))] * 400
    seen = np.zeros(39)
    for batch, _ in batches(texts, 39, "cbow", sample=0.01):  # each place that is kept is seen once
        seen[batch.others] += batch.seen.sum(axis=0)
    counts = np.bincount(np.ravel(texts))
    ratio = 0.01 * counts.sum() / counts
    np.testing.assert_allclose(seen / counts, np.minimum(np.sqrt(ratio) + ratio, 1), rtol=0.08)


# The update.


def a_batch(model: word2vec.Model) -> word2vec._Batch:
    batch: word2vec._Batch = batches(topics(20), 58, model, window=3)[3][0]
    return batch


def some_vectors() -> tuple[Floats, Floats]:
    W, C = np.random.default_rng(2).normal(0, 0.5, (2, 58, 7)).astype(np.float32)
    return W, C


def test_skip_grams_update_is_tensorflows_gradient() -> None:
    import tensorflow as tf

    W, C = some_vectors()
    w, c, batch = tf.Variable(W), tf.Variable(C), a_batch("skip-gram")
    with tf.GradientTape() as tape:
        x = tf.gather(w, batch.words) @ tf.transpose(tf.gather(c, batch.others))
        loss = -tf.reduce_sum(batch.seen * tf.math.log_sigmoid(x) + batch.noise * tf.math.log_sigmoid(-x))
    slope_w, slope_c = (tf.convert_to_tensor(slope).numpy() for slope in tape.gradient(loss, [w, c]))
    moved_w, moved_c = W.copy(), C.copy()
    assert word2vec._update(moved_w, moved_c, batch, 0.01) == pytest.approx(float(loss), rel=1e-5)
    np.testing.assert_allclose(moved_w, W - 0.01 * slope_w, atol=2e-6)
    np.testing.assert_allclose(moved_c, C - 0.01 * slope_c, atol=2e-6)


def test_cbows_update_is_that_of_word2vecs_loops() -> None:
    W, C = some_vectors()
    batch, move_w, move_c, loss = a_batch("cbow"), np.zeros(W.shape), np.zeros(C.shape), 0.0
    for window, seen, noise in zip(batch.inputs, batch.seen, batch.noise, strict=True):
        context = [word for word, n in zip(batch.words, window, strict=True) for _ in range(int(n))]
        h = np.mean([W[word].astype(float) for word in context], axis=0)
        whole = np.zeros(7)
        for other, s, r in zip(batch.others, seen, noise, strict=True):
            p = 1 / (1 + np.exp(-h @ C[other]))
            loss -= s * np.log(p) + r * np.log(1 - p)
            whole += (s * (1 - p) - r * p) * C[other]
            move_c[other] += (s * (1 - p) - r * p) * h
        for word in context:
            move_w[word] += whole
    moved_w, moved_c = W.copy(), C.copy()
    assert word2vec._update(moved_w, moved_c, batch, 0.01) == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(moved_w, W + 0.01 * move_w, atol=2e-6)
    np.testing.assert_allclose(moved_c, C + 0.01 * move_c, atol=2e-6)


# Training.


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
def test_words_of_a_topic_end_up_together_and_the_loss_falls(model: word2vec.Model) -> None:
    losses: list[float] = []
    vectors = l9.train_word2vec(
        topics(), 58, dim=12, epochs=12, model=model, sample=0.01, on_epoch=losses.append
    )
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]
    own = vectors[:48] / np.linalg.norm(vectors[:48], axis=1, keepdims=True)
    similarity = own @ own.T - 2 * np.eye(48)
    together = np.arange(48)[:, None] // 8 == np.argsort(-similarity, axis=1)[:, :7] // 8
    assert together.mean() > 0.9


def test_the_seed_decides_and_outputs_come_when_asked() -> None:
    first, again, other = (l9.train_word2vec(topics(30), 58, 4, epochs=1, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    W, C = l9.train_word2vec(topics(30), 58, 4, epochs=1, seed=1, outputs=True)
    np.testing.assert_array_equal(W, first)
    assert C.shape == W.shape
    assert C.dtype == W.dtype == np.float32
    assert np.abs(C).max() > 0


def test_the_rate_falls_to_nearly_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    monkeypatch.setattr(word2vec, "_update", lambda *a: rates.append(a[3]) or 0.0)
    l9.train_word2vec(topics(30), 58, 4, epochs=2, learning_rate=0.05)
    assert rates[0] == 0.05
    assert rates == sorted(rates, reverse=True)
    np.testing.assert_allclose(rates, np.linspace(0.05, rates[-1], len(rates)), atol=0.003)
    assert rates[-1] < 0.002


@pytest.mark.parametrize(
    ("texts", "n_words", "options", "message"),
    [
        ([[0, 1, 0]], 2, {"window": 3}, "the text has 3 words, not more than the window of 3"),
        ([[0]], 1, {}, "at least two different words, got 1"),
        ([[0] * 9], 1, {}, "at least two different words, got 1"),
        ([], 3, {}, "at least two different words, got 0"),
        ([[0], [1], [0], [1], [0], [1]], 2, {}, "no sequence holds two words"),
        ([[0, 3, 1]], 3, {}, "id 3 is outside 0 … 2"),
        ([[0, -1]], 3, {}, "id -1 is outside"),
        ([[0.5, 1.0]], 3, {}, "whole numbers"),
        ([[0, 1] * 9], 2, {"model": "sg"}, "'skip-gram' or 'cbow', got 'sg'"),
        ([[0, 1] * 9], 2, {"dim": 0}, "dim must be at least 1, got 0"),
        ([[0, 1] * 9], 2, {"window": 0}, "window must be at least 1"),
        ([[0, 1] * 9], 2, {"negative": 0}, "negative must be at least 1"),
        ([[0, 1] * 9], 2, {"epochs": 0}, "epochs must be at least 1"),
        ([[0, 1] * 9], 2, {"sample": -1.0}, "sample must be at least 0"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    texts: list[list[int]], n_words: int, options: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        l9.train_word2vec(texts, n_words, **options)  # type: ignore[call-overload]


def test_words_that_cannot_be_numbered_are_refused() -> None:
    with pytest.raises(ValueError, match="no word occurs 5 times, the most frequent one 2 times"):
        l9.number_words([["frog", "frog", "toad"]])
    with pytest.raises(ValueError, match="min_count must be at least 1"):
        l9.number_words([["frog"]], min_count=0)
    with pytest.raises(TypeError, match="call tokenize"):
        l9.number_words(["frog"])
    with pytest.raises(ValueError, match="window must be at least 1"):
        l9.skip_gram_pairs([0, 1], window=0)
    with pytest.raises(ValueError, match="id -1"):
        l9.skip_gram_pairs([0, -1])


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
def test_it_is_as_good_as_gensim(model: word2vec.Model) -> None:
    texts = [l9.tokenize(sentence) for sentence in l9.load_corpus()]
    words, sequences = l9.number_words(texts)
    settings = {"window": 5, "negative": 5, "min_count": 5, "sample": 1e-3, "workers": 1}
    theirs = [
        Word2Vec(texts, vector_size=40, epochs=4, sg=model == "skip-gram", seed=seed, **settings)
        for seed in (1, 2, 3)
    ]
    ours = l9.train_word2vec(sequences, len(words), 40, epochs=4, model=model)
    vectors = [l9.WordVectors(words, rows) for rows in (ours, *(other.wv[words] for other in theirs))]
    near = [[{w for w, _ in v.nearest(word, 10)} for word in words[::5]] for v in vectors]
    shared = {
        (i, j): np.mean([len(a & b) / 10 for a, b in zip(near[i], near[j], strict=True)])
        for i, j in combinations(range(4), 2)
    }
    among_theirs = [value for (i, _), value in shared.items() if i]
    with_ours = [value for (i, _), value in shared.items() if not i]
    assert np.mean(with_ours) > min(among_theirs) - 0.02
    pairs = [(a, b, s) for a, b, s in l9.load_similarity() if {a, b} <= set(words)]
    scores = [s for *_, s in pairs]
    own, *others = (
        spearmanr([v[a] @ v[b] / np.linalg.norm(v[a]) / np.linalg.norm(v[b]) for a, b, _ in pairs], scores)[0]
        for v in vectors
    )
    assert min(others) - 0.06 < own < max(others) + 0.06


# Analogies.


def gensims_counts(
    vectors: l9.WordVectors, questions: dict[str, list[Question]], folder: Path, restrict: int
) -> tuple[float, dict[str, tuple[int, int]]]:
    path = folder / "questions.txt"
    lines = [
        line for name, asked in questions.items() for line in (f": {name}", *(" ".join(q) for q in asked))
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    keyed = KeyedVectors(vectors.dim)
    keyed.add_vectors(vectors.words, vectors.vectors)
    score, sections = keyed.evaluate_word_analogies(str(path), restrict_vocab=restrict)
    counts = {s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections}
    del counts["Total accuracy"]
    return score, counts


def check_against_gensim(data: str, folder: Path, restrict: int) -> None:
    vectors = l9.load_glove(data, 50)
    questions = l9.analogy_questions(l9.load_relations(data))
    score, counts = gensims_counts(vectors, questions, folder, restrict)
    ours = l9.analogy_accuracy(vectors, questions, restrict)
    assert ours == counts
    right, asked = np.sum(list(ours.values()), axis=0)
    assert right / asked == score


@pytest.mark.parametrize("restrict", [300_000, 2_000])
def test_analogies_are_counted_as_gensim_counts_them(restrict: int, tmp_path: Path) -> None:
    check_against_gensim("sample", tmp_path, restrict)


@pytest.mark.skipif(not REAL.is_file(), reason="needs the real GloVe in LECTURE9_DATA")
def test_the_real_gloves_analogies_are_gensims_to_the_digit(tmp_path: Path) -> None:
    check_against_gensim("full", tmp_path, 300_000)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_case_and_unknown_words_are_treated_as_gensim_does(tmp_path_factory, seed: int) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    words = [*"aBbCcDAdeEfgFHhG"]  # of a letter in both cases the first counts; the last two are left out
    vectors = l9.WordVectors(words, random.normal(size=(16, 3)))
    asked = [random.permutation([*"abcdefgh"])[:4] for _ in range(60)]
    cased = [[str(random.choice([w, w.upper()])) for w in question] for question in asked]
    questions = {"some": [(a, b, c, d) for a, b, c, d in cased], "unknown": [("a", "b", "c", "x")]}
    _, counts = gensims_counts(vectors, questions, tmp_path_factory.mktemp("questions"), 14)
    assert l9.analogy_accuracy(vectors, questions, 14) == counts


def test_parallelism_is_the_mean_cosine_of_any_two_offsets() -> None:
    random = np.random.default_rng(0)
    words = [f"{side}{i}" for i in range(5) for side in "ab"]
    vectors = l9.WordVectors(words, random.normal(size=(10, 4)))
    pairs = [(f"a{i}", f"b{i}") for i in range(5)]
    unit = {w: vectors[w] / np.linalg.norm(vectors[w]) for w in words}
    offsets = [unit[b] - unit[a] for a, b in pairs]
    cosines = [p @ q / np.linalg.norm(p) / np.linalg.norm(q) for p, q in combinations(offsets, 2)]
    assert l9.parallelism(vectors, pairs) == pytest.approx(np.mean(cosines), abs=1e-6)


def test_questions_about_analogies_that_make_no_sense_are_refused() -> None:
    vectors = l9.WordVectors(["a", "b", "c"], [[1, 0], [2, 0], [0, 1]])
    with pytest.raises(ValueError, match="at least two, got 1"):
        l9.parallelism(vectors, [("a", "c")])
    with pytest.raises(ValueError, match="same direction"):
        l9.parallelism(vectors, [("a", "b"), ("a", "c")])
    with pytest.raises(KeyError, match="'x'"):
        l9.parallelism(vectors, [("a", "x"), ("a", "c")])
    with pytest.raises(ValueError, match="restrict must be at least 1"):
        l9.analogy_accuracy(vectors, {}, restrict=0)
    with pytest.raises(ValueError, match='"sample" or "full"'):
        l9.load_relations("half")


@pytest.mark.parametrize("data", ["sample", "full"])
def test_relations_are_of_different_words_in_pairs(data: str) -> None:
    relations = l9.load_relations(data)
    assert len(relations) == 7
    for pairs in relations.values():
        words = [word for pair in pairs for word in pair]
        assert len(pairs) >= 9
        assert len(set(words)) == len(words)
    if data == "sample":
        vectors = l9.load_glove("sample", 50)
        assert all(word in vectors for pairs in relations.values() for pair in pairs for word in pair)
