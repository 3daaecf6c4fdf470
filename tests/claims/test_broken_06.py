"""The claims of notebook 06 refuse broken models: coins, scrambled names, the rivals themselves."""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import lecture9_utils as l9
from lecture9_utils.claims import registry

RECORDS = l9.synthetic_records(3_000)
NEVER, *_ = (name for name in RECORDS.relations if name == "same purpose")
MEETING = [name for name in RECORDS.relations if name != NEVER]


def coin(n: int = 3000) -> Any:
    return 1.0 * (np.random.default_rng(0).random(n) < 0.5)


@cache
def reviews() -> Any:
    imdb = l9.load_imdb()
    return [*imdb.train.texts, *imdb.test.texts], np.array([*imdb.train.labels, *imdb.test.labels])


@cache
def ngram_hits() -> Any:
    """The bag of 2-grams, trained on every third training review."""
    (texts, labels), n = reviews(), len(l9.load_imdb().train.texts)
    counter = CountVectorizer(binary=True, ngram_range=(1, 2), min_df=3)
    model = LogisticRegression(C=0.3, solver="newton-cg").fit(
        counter.fit_transform(texts[:n:3]), labels[:n:3]
    )
    return 1.0 * (model.predict(counter.transform(texts[n:])) == labels[n:])


@cache
def tfidf_nearest() -> Any:
    texts, labels = reviews()
    x = TfidfVectorizer(sublinear_tf=True, min_df=2).fit_transform(texts)
    near = (x[:200] @ x.T).toarray()
    near[np.arange(200), np.arange(200)] = -1
    return 1.0 * (labels[:200] == labels[near.argmax(axis=1)])


@cache
def sentences() -> Any:
    """Sentences, their authors, and which are of the unread end of a book."""
    rows = []
    for author, titles in l9.load_books().items():
        for text in titles.values():
            story = l9.sentences(text)
            rows += [(sentence, author, k >= len(story) * 9 // 10) for k, sentence in enumerate(story)]
    return [np.array(column) for column in zip(*rows, strict=True)]


def majority() -> float:
    _, authors, unread = sentences()
    names, counts = np.unique(authors[~unread], return_counts=True)
    return float(np.mean(authors[unread] == names[counts.argmax()]))


def bag_of_author() -> Any:
    texts, authors, unread = sentences()
    counter = CountVectorizer(binary=True, max_features=300)
    model = LogisticRegression().fit(counter.fit_transform(texts[~unread]), authors[~unread])
    return 1.0 * (model.predict(counter.transform(texts[unread])) == authors[unread])


def shared_words() -> Any:
    """Whether two neighbouring sentences share more words than two that are five apart."""
    words = [{*l9.tokenize(text)} for text in sentences()[0]]
    more = [len(a & b) - len(c & b) for a, b, c in zip(words, words[1:], words[5:], strict=False)]
    return np.where(np.equal(more, 0), 0.5, np.greater(more, 0))


def names(k: int) -> list[str]:
    return ["".join(letters) for letters in product("ACGT", repeat=k)]


@cache
def spelled(k: int, is_scrambled: bool = False) -> l9.WordVectors:
    """Vectors of nothing but spelling: how often each pair of letters occurs in a k-mer."""
    pairs = names(2)
    rows = [[sum(w[i : i + 2] == p for i in range(k - 1)) + 1e-3 for p in pairs] for w in names(k)]
    order = np.random.default_rng(0).permutation(names(k)).tolist() if is_scrambled else names(k)
    return l9.WordVectors(order, rows).unit


def joins(is_scrambled: bool) -> Any:
    threes, sixes = spelled(3), spelled(6, is_scrambled)
    pairs = np.random.default_rng(0).choice(names(3), size=(150, 2)).tolist()
    near = [{w for w, _ in sixes.nearest(threes[a] + threes[b], k=10)} for a, b in pairs]
    return np.array([float(bool({a + b, b + a} & found)) for (a, b), found in zip(pairs, near, strict=True)])


def rho(is_scrambled: bool) -> float:
    vectors = spelled(4, is_scrambled)
    pairs = np.random.default_rng(1).choice(names(4), size=(1000, 2)).tolist()
    scores = [l9.needleman_wunsch(a, b) for a, b in pairs]
    return float(spearmanr(scores, [vectors[a] @ vectors[b] for a, b in pairs]).statistic)


def nearer_when_scrambled() -> Any:
    """Share of words nearer to a place than the right one, when places belong to other words."""
    vectors = np.random.default_rng(0).normal(size=(300, 50))
    places = np.random.default_rng(1).permutation(vectors)
    cosine = places @ vectors.T
    return l9.compare((cosine > np.diag(cosine)[:, None]).mean(axis=1))


def concepts(together: Any) -> Callable[[Any], Any]:
    np.fill_diagonal(together, 0)
    unit = l9.WordVectors(RECORDS.concepts, l9.svd_vectors(together, 20)).unit
    return lambda pairs: np.array([unit[a] @ unit[b] for a, b in pairs])


def score(name: str) -> Callable[[Any], Any]:
    counts = (RECORDS.visits.T @ RECORDS.visits).toarray()
    if name == "counts":
        return concepts(counts)
    if name == "scrambled":
        order = np.random.default_rng(0).permutation(len(counts))
        counts = counts[order][:, order]
    pmi = l9.shifted_pmi(counts).toarray()
    number = {concept: i for i, concept in enumerate(RECORDS.concepts)}
    if name == "PMI only":
        return lambda pairs: np.array([pmi[number[a], number[b]] for a, b in pairs])
    return concepts(pmi)


@cache
def found(name: str, *relations: str) -> Any:
    of_pairs, hits = score(name), []
    for relation in relations or tuple(RECORDS.relations):
        bar = np.quantile(of_pairs(RECORDS.random_pairs(relation, 10_000)), 0.95)
        hits.append(1.0 * (of_pairs(RECORDS.relations[relation]) > bar))
    return np.concatenate(hits)


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C20", "doc_sentiment"): lambda: coin().mean(),
    ("C20", "doc_dm"): lambda: l9.compare(coin(), coin()),
    ("C20", "doc_ngrams"): lambda: l9.compare(coin(len(ngram_hits())), ngram_hits()),
    ("C20", "doc_nearest"): lambda: l9.compare(tfidf_nearest(), tfidf_nearest()),
    ("C20", "before"): lambda: l9.compare(coin()),
    ("C20", "before_rival"): lambda: l9.compare(coin(len(shared_words())), shared_words()),
    ("C20", "author"): majority,
    ("C20", "author_bag"): lambda: l9.compare(np.ones(len(bag_of_author())), bag_of_author()),
    ("C20", "author_untrained"): lambda: l9.compare(coin(), coin()),
    ("C20", "nearer"): nearer_when_scrambled,
    ("C20", "joined"): lambda: l9.compare(joins(is_scrambled=True)),
    ("C20", "joined_control"): lambda: l9.compare(joins(is_scrambled=True), joins(is_scrambled=False)),
    ("C20", "rho_4"): lambda: rho(is_scrambled=True),
    ("C20", "rho_4_control"): lambda: rho(is_scrambled=False) - rho(is_scrambled=True),
    ("C20", "rho_4_spelling"): lambda: rho(is_scrambled=False) - rho(is_scrambled=False),
    ("C20", "power_drugs"): lambda: l9.compare(found("PMI only", NEVER), found("PMI only", NEVER)),
    ("C20", "power_met"): lambda: l9.compare(found("scrambled", *MEETING), found("PMI only", *MEETING)),
    ("C20", "ahead"): lambda: l9.compare(found("counts"), found("counts")),
    ("C20", "power_shuffled"): lambda: found("cui2vec").mean(),
}
OF_THE_SAMPLE = {  # they depend on the books, or the rival is level there
    ("C20", "before_rival"),
    ("C20", "author"),
    ("C20", "author_bag"),
    ("C20", "author_untrained"),
}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    measure, value = registry()[id].measure(key), BROKEN[id, key]()
    assert measure.failure(value, "sample")
    assert (id, key) in OF_THE_SAMPLE or measure.failure(value, "full")
