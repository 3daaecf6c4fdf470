"""The claims of notebook 05 refuse broken vectors: random ones, scrambled ones, shuffled partners."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from gensim.models import Word2Vec
from scipy.stats import spearmanr

import lecture9_utils as l9
from lecture9_utils.claims import registry
from lecture9_utils.embeddings.glove import joined
from lecture9_utils.embeddings.word2vec import batches, update

GLOVE = l9.load_glove()
JUDGED = [(a.lower(), b.lower(), score) for a, b, score in l9.load_similarity() if a != b]
RELATIONS = l9.load_relations(GLOVE)
TEXTS = [l9.tokenize(sentence) for sentence in l9.load_corpus()]
WORDS, SEQUENCES = l9.number_words(TEXTS)
IN_TEXT = [pair for pair in JUDGED if {*pair[:2]} <= {*WORDS} and {*pair[:2]} <= {*GLOVE.words}]


def scrambled(vectors: l9.WordVectors, seed: int = 0) -> l9.WordVectors:
    """Let the words change places."""
    return l9.WordVectors(np.random.default_rng(seed).permutation(vectors.words).tolist(), vectors.vectors)


def scrambled_glove(seed: int = 0) -> l9.WordVectors:
    return scrambled(GLOVE, seed)


def random_vectors(seed: int = 0) -> l9.WordVectors:
    return l9.WordVectors(WORDS, np.random.default_rng(seed).normal(size=(len(WORDS), 50)))


@cache
def word2vec(seed: int = 1) -> Any:
    return Word2Vec(TEXTS, vector_size=50, epochs=2, sg=1, min_count=5, workers=1, seed=seed)


@cache
def trained(seed: int = 1) -> l9.WordVectors:
    return l9.WordVectors(WORDS, word2vec(seed).wv[WORDS])


def rho(vectors: l9.WordVectors, pairs: list[tuple[str, str, float]]) -> float:
    cosines = [vectors.similarity(a, b) for a, b, _ in pairs]
    return float(spearmanr(cosines, [score for *_, score in pairs]).statistic)


def mean_rho(
    broken: Callable[[int], l9.WordVectors], pairs: list[tuple[str, str, float]], draws: int = 20
) -> float:
    return float(np.mean([rho(broken(seed), pairs) for seed in range(draws)]))


def adds(word: str, relation: str) -> str:
    """Add a relation's mean arrow in scrambled vectors."""
    unit = scrambled(GLOVE).unit
    arrows = [unit[b] - unit[a] for a, b in RELATIONS[relation] if word not in (a, b)]
    return unit.nearest(unit[word] + np.mean(arrows, axis=0), k=1)[0][0]


def untrained_loss(model: Any) -> float:
    """The loss of a pair of one half for everything, in units of that of knowing nothing."""
    text = joined(SEQUENCES[:300], len(WORDS))
    W, C = np.zeros((2, len(WORDS), 5), dtype=np.float32)
    loss = pairs = 0.0
    for batch, _ in batches(text, model, 5, 5, 1e-3, np.random.default_rng(0)):
        loss += update(W, C, batch, 0.0)
        pairs += float(batch.seen.sum())
    return float(loss / pairs / (6 * np.log(2)))


def overlap(one: l9.WordVectors, other: l9.WordVectors) -> float:
    near = [[{w for w, _ in v.nearest(word, 10)} for v in (one, other)] for word in WORDS[::9]]
    return float(np.mean([len(a & b) / 10 for a, b in near]))


def sense(vectors: l9.WordVectors) -> Any:
    """For some words: 1 if the nearest one is nearer than a random one in GloVe."""
    unit, probes = GLOVE.unit, [word for word in WORDS[::3] if word in GLOVE]
    near = [next(w for w, _ in vectors.nearest(word, len(WORDS)) if w in GLOVE) for word in probes]
    other = np.random.default_rng(0).permutation(probes)
    triples = zip(probes, near, other, strict=True)
    return np.array([unit[a] @ unit[b] > unit[a] @ unit[str(c)] for a, b, c in triples], dtype=float)


@cache
def met() -> Any:
    """Pairs of words that met often, and their PMI."""
    table = l9.cooccurrences(SEQUENCES, len(WORDS), window=5)
    pmi = l9.shifted_pmi(table, clip=False).tocoo()
    i, j = pmi.coords
    often = (np.asarray(table[i, j]).ravel() >= 20) & (i != j)
    return i[often], j[often], pmi.data[often]


def places(seed: int = 0) -> Any:
    return np.random.default_rng(seed).permutation(len(WORDS))


def dots() -> Any:
    """Scrambled words' dot products."""
    model, (i, j, _) = word2vec(), met()
    W = trained().vectors[places()]
    return (W[i] * model.syn1neg[[model.wv.key_to_index[w] for w in WORDS]][j]).sum(axis=1)


def cosines(order: Any) -> Any:
    i, j, _ = met()
    rows = trained().unit.vectors[order]
    return (rows[i] * rows[j]).sum(axis=1)


def unmoved_loss() -> float:
    sums: list[float] = []
    table = l9.cooccurrences(SEQUENCES[:2000], len(WORDS), window=5)
    l9.train_glove(table, 5, 3, learning_rate=1e-9, on_epoch=sums.append)
    return sums[-1] / sums[0]


def shuffled(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(a, pairs[(i + 1) % len(pairs)][1]) for i, (a, _) in enumerate(pairs)]


def parallel(broken: Callable[[Any], Any]) -> Any:
    return np.array([l9.parallelism(GLOVE, broken(pairs)) for pairs in RELATIONS.values()])


def random_words(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    chosen = np.random.default_rng(0).choice(GLOVE.words[100:3000], size=(len(pairs), 2), replace=False)
    return [(str(a), str(b)) for a, b in chosen]


def answered(name: str, straight: bool = False) -> float:
    """Share of analogies right, with shuffled partners; or where the relation is one arrow."""
    pairs = RELATIONS[name]
    vectors = GLOVE
    if straight:
        first = np.random.default_rng(0).normal(size=(len(pairs), 50))
        rows = np.stack([first, first + 3], axis=1).reshape(-1, 50)
        vectors = l9.WordVectors([word for pair in pairs for word in pair], rows)
    questions = l9.analogy_questions({name: pairs if straight else shuffled(pairs)})
    right, asked = l9.analogy_accuracy(vectors, questions)[name]
    return right / asked


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C14", "random"): lambda: rho(GLOVE, JUDGED),
    ("C14", "skip_gram"): lambda: mean_rho(lambda seed: scrambled(trained(), seed), IN_TEXT, 100),
    ("C14", "gensim"): lambda: mean_rho(random_vectors, IN_TEXT) - rho(trained(), IN_TEXT),
    ("C14", "glove_ahead"): lambda: mean_rho(scrambled_glove, IN_TEXT) - rho(trained(), IN_TEXT),
    ("C14", "glove"): lambda: rho(scrambled(GLOVE), JUDGED),
    ("C15", "queen"): lambda: adds("king", "male–female") == "queen",
    ("C15", "elephants"): lambda: adds("elephant", "plural") == "elephants",
    ("C16", "skip_gram"): lambda: untrained_loss("skip-gram"),
    ("C16", "cbow"): lambda: untrained_loss("cbow"),
    ("C16", "shared"): lambda: overlap(random_vectors(), trained()) / overlap(trained(), trained(2)),
    ("C16", "skip_gram_near"): lambda: l9.compare(sense(random_vectors())),
    ("C16", "cbow_near"): lambda: l9.compare(sense(random_vectors(1))),
    ("C16", "skip_gram_gensim"): lambda: l9.compare(sense(random_vectors()), sense(trained())),
    ("C16", "cbow_gensim"): lambda: l9.compare(sense(random_vectors(1)), sense(trained())),
    ("C16", "more_text"): lambda: l9.compare(sense(random_vectors()), sense(random_vectors(1))),
    ("C17", "pmi"): lambda: np.corrcoef(dots(), met()[2])[0, 1],
    ("C17", "skip_gram"): lambda: spearmanr(cosines(places()), met()[2]).statistic,
    ("C17", "glove"): lambda: spearmanr(cosines(places(1)), met()[2]).statistic,
    ("C17", "both"): lambda: spearmanr(cosines(slice(None)), cosines(places())).statistic,
    ("C17", "glove_loss"): unmoved_loss,
    ("C18", "known"): lambda: "leptodactylidae" in GLOVE.words[:10_000],
    ("C18", "found"): lambda: len({"frogs", "toad"} & dict(scrambled(GLOVE).nearest("frog")).keys()),
    ("C19", "own"): lambda: parallel(random_words).mean(),
    ("C19", "random"): lambda: parallel(list).mean(),
    ("C19", "ahead"): lambda: l9.compare(parallel(shuffled), parallel(lambda p: shuffled(shuffled(p)))),
    ("C19", "capitals"): lambda: answered("country–capital"),
    ("C19", "tense"): lambda: answered("verb tense"),
    ("C19", "company"): lambda: answered("company–chief executive", straight=True),
}  # fmt: skip
# What these measure depends on the text that was trained on.
OF_THE_SAMPLE = {
    ("C14", "glove_ahead"),
    ("C14", "gensim"),
    ("C16", "skip_gram_gensim"),
    ("C16", "cbow_gensim"),
}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    measure, value = registry()[id].measure(key), BROKEN[id, key]()
    assert measure.failure(value, "sample")
    assert (id, key) in OF_THE_SAMPLE or measure.failure(value, "full")
