"""Every public function, given what is right, nearly right and wrong: a right result, or one sentence.

What is right must come out as an independent computation says. Then something in it is exchanged for
something else, at any depth: either that is right too, or the package itself refuses it. LECTURE9_FUZZ=2000
tries so many examples of each; without it, a few that are always the same.
"""

import inspect
import linecache
import math
import os
import re
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.sparse import csr_array, issparse

import lecture9_utils as l9
from lecture9_utils import plots
from lecture9_utils.datasets.sources import known_sources
from tests.datasets.stand_ins import TEXTS, zipped
from tests.test_plots import PICTURES

Strategy = st.SearchStrategy[Any]
LETTERS = ("a", "b", "frog", "Ünï", "\ud800", ".")
JUNK = st.sampled_from(
    [
        None,
        True,
        False,
        -1,
        0,
        1,
        3,
        10,
        2**70,
        1.5,
        2.0,
        math.nan,
        math.inf,
        1e39,
        1e-320,
        1j,
        "",
        "frog",
        "2",
        b"ab",
        "\0",
        "~nobody",
        [],
        [1],
        [[1]],
        [[1], [1, 2]],
        [[]],
        [None],
        ["a"],
        [math.nan, 1],
        (1, 2),
        {},
        {"a": 1},
        {1, 2},
        object(),
        len,
        range(3),
        np.int64(2),
        np.float32(2),
        np.array(3),
        np.ones((2, 2)),
        np.ones((1, 1, 1)),
        np.array(["a"]),
        np.array([1, 2], "M8[D]"),
        csr_array((2, 2)),
    ]
)


class Case(NamedTuple):
    """What is called, strategies of its right arguments, and what must be true of what it returns."""

    call: Callable[..., Any]
    right: tuple[Strategy, ...]
    holds: Callable[..., Any]
    share: float = 1  # of the examples: less where a call takes long


def lists(of: Strategy, least: int = 0, most: int = 5) -> Strategy:
    return st.lists(of, min_size=least, max_size=most)


def either(*values: Any) -> Strategy:
    return st.sampled_from(values)


# The right arguments


IDS = st.integers(0, 5)
TEXT = st.text(st.sampled_from("aAbİ.'-_! \n\r\t\u00a0\ud8001"), max_size=12)
WORD = either(*LETTERS)
WINDOW = either(1, 2, 5, 10**12)
SEED = either(0, 1, np.int64(7), 2**32 - 1)
COUNTS = either(
    [[0, 1, 2], [1, 0, 0.5], [2, 0.5, 3]],
    np.eye(3),
    csr_array(np.full((4, 4), 2.0)),
    [[1e-100, 0], [0, 1e100]],
)
MATRIX = either(
    np.zeros((3, 4)), np.eye(3), csr_array((4, 4)), [[1, 2, 3], [2, 4, 6], [3, 6, 9]], np.eye(4) * 1e90
)
ROWS = [[1, 0], [2, 0.5], [0, 0], [3e38, 3e38], [1e-30, 1e-40], [-1, 2]]
VECTORS = l9.WordVectors(LETTERS, ROWS)
VOCABULARY = l9.Vocabulary.from_texts(["a b a", "frog newt"])
VECTOR = either([1, 0], [-1, 2.5], np.array([1e-30, 1e-30]), [3e38, 3e38], *LETTERS)
PAIR = st.tuples(either("a", "b"), either("frog", "."))
QUESTION = st.tuples(*[either(*LETTERS, "newt")] * 4)
DNA = st.text("ACGT", max_size=30)
FILES = either(
    "2 2\na 1 2\nb 3 4\n",
    "a 1 2\nb 3 4",
    "\ufeffa\t1  2\r\nb 3 4\r\n",
    ",0,1\na,1,2\nb,3,4\n",
    "a, 1, 2\nb, 3, 4",
    "0,1,2\na,1,2\nb,3,4",
    "word,x,y\na,1,2\nb,3,4",
)


# What must be true of a result


def same(result: Any, expected: Any) -> None:
    assert type(result) is type(expected) and result == expected


def array(result: Any, shape: tuple[int, ...], dtype: Any, expected: Any = None) -> None:
    assert (type(result), result.shape, result.dtype) == (np.ndarray, shape, np.dtype(dtype))
    assert np.isfinite(result).all()
    if expected is not None:
        np.testing.assert_allclose(result, np.reshape(expected, shape), rtol=1e-6, atol=1e-12)


def split(text: str, lower: bool) -> list[str]:
    return [
        w
        for w in re.split(r"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n ]""", text.lower() if lower else text)
        if w
    ]


def runs(tokens: list[str], n: int, joiner: str) -> list[str]:
    tokens, ends = [*tokens], range(1, len(tokens) + 1)
    return [joiner.join(tokens[i:j]) for i in range(len(tokens)) for j in ends if i < j <= i + n]


def ranked(counts: dict[str, int]) -> dict[str, int]:
    return {word: i for i, word in enumerate(sorted(counts, key=lambda word: -counts[word]), 1)}


def encoded(result: Any, texts: list[str]) -> None:
    ids = {"a": 1, "b": 2, "frog": 3, "newt": 4}
    same(result, [[ids[word] for word in split(text, True) if word in ids] for text in texts])


def padded(result: Any, rows: Any, length: int, padding: str, truncating: str) -> None:
    expected = np.zeros((len(rows), length))
    for row, ids in zip(expected, rows, strict=True):
        cut = [*ids][-length:] if truncating == "pre" else [*ids][:length]
        row[slice(length - len(cut), None) if padding == "pre" else slice(len(cut))] = cut
    array(result, expected.shape, np.int32, expected)


def bags(result: Any, rows: Any, depth: int, sparse: bool) -> None:
    assert issparse(result) == bool(sparse)
    expected = [[float(i in [*row]) for i in range(depth)] for row in rows]
    array(result.toarray() if sparse else result, (len(rows), depth), np.float32, expected)


def birthday(n: int, m: int) -> float:
    return round(n - m + m * (1 - 1 / m) ** n, 6) + 0.0


def near(texts: Any, window: int) -> Iterator[tuple[int, int, int]]:
    for text in texts:
        for i, j in permutations(range(len(text)), 2):
            if abs(i - j) <= window:
                yield text[i], text[j], abs(i - j)


def counted(result: Any, texts: Any, n: int, window: int) -> None:
    expected = np.zeros((n, n))
    for i, j, distance in near(texts, window):
        expected[i, j] += 1 / distance
    array(result.toarray(), (n, n), np.float64, expected)


def pmi(result: Any, counts: Any) -> None:
    dense = counts.toarray() if issparse(counts) else np.asarray(counts, dtype=float)
    with np.errstate(divide="ignore"):
        values = np.log(dense) - np.log(dense.sum(1))[:, None] - np.log(dense.sum(0) / dense.sum())
    array(result.toarray(), dense.shape, np.float64, np.maximum(values, 0))


def taken_apart(result: Any, matrix: Any, dim: int, _: int) -> None:
    dense = matrix.toarray() if issparse(matrix) else np.asarray(matrix, dtype=float)
    array(result, (len(dense), dim), np.float64)
    strengths = np.linalg.svd(dense, compute_uv=False)[:dim]
    np.testing.assert_allclose((result**2).sum(0), strengths, atol=1e-6 * strengths.max())


def numbered(result: Any, texts: Any, least: int) -> None:
    words, sequences = result
    counts = Counter(word for text in texts for word in text)
    assert words == [word for word, n in counts.most_common() if n >= least]
    assert [[words[i] for i in s] for s in sequences] == [[w for w in t if counts[w] >= least] for t in texts]


def nearest(result: Any, word: Any, k: int) -> None:
    vector = np.array(ROWS[LETTERS.index(word)] if isinstance(word, str) else word, dtype=float)
    norms = np.maximum(np.linalg.norm(ROWS, axis=1), 1e-300)
    cosines = dict(zip(LETTERS, np.array(ROWS) @ (vector / np.linalg.norm(vector)) / norms, strict=True))
    assert len(result) == min(k, len(LETTERS) - isinstance(word, str))
    np.testing.assert_allclose([c for _, c in result], [cosines[w] for w, _ in result], atol=1e-5)
    assert [c for _, c in result] == sorted((c for _, c in result), reverse=True)


def analogous(result: Any, *arguments: Any) -> None:
    *asked, k = arguments
    assert len(result) == min(k, len(LETTERS) - len({*asked})) and not {*asked} & {word for word, _ in result}


def mean_and_interval(result: Any, a: Any, b: Any, groups: Any, *_: Any) -> None:
    difference = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    assert type(result) is l9.Interval and all(map(math.isfinite, result))
    assert result.n == len(difference) if groups is None else 2 <= result.n <= len(difference)
    assert result.low <= result.estimate + 1e-9 and result.estimate - 1e-9 <= result.high
    assert result.estimate == pytest.approx(difference.mean())


def states(result: Any, x: Any, W: Any, U: Any, b: Any, h0: Any, activation: str) -> None:
    f = {"tanh": np.tanh, "relu": lambda a: a * (a > 0), "linear": lambda a: a}[activation]
    x, h = np.asarray(x, dtype=float), np.zeros((len(x), len(b))) if h0 is None else h0
    assert result.shape == (*x.shape[:2], len(b)) and result.dtype.kind == "f"
    with np.errstate(all="ignore"):
        for t in range(x.shape[1]):
            h = f(x[:, t] @ np.asarray(W) + h @ np.asarray(U) + b)
            np.testing.assert_allclose(result[:, t], h, rtol=1e-5)


def read(text: Any) -> Any:
    return l9.WordVectors.read(BytesIO(text.encode()) if isinstance(text, str) else text)


def as_in_the_file(result: Any, text: Any) -> None:
    assert result.words and all(word.strip() for word in result.words)
    array(result.vectors, (len(result), result.dim), np.float32)
    if text in ("a 1 2\nb 3 4", "\ufeffa\t1  2\r\nb 3 4\r\n") or "b" in str(text):
        assert (result.words, result.vectors.tolist()) == (["a", "b"], [[1, 2], [3, 4]])


@contextmanager
def put_back() -> Iterator[None]:
    """What is switched off, or seeded, is as before."""
    kept = {
        m: dict(vars(m))
        for m in (l9, l9.WordVectors, *map(inspect.getmodule, (l9.pad, l9.one_hot, l9.compare)))
    }
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)
        for place, values in kept.items():
            for name, value in values.items():
                if vars(place).get(name) is not value:
                    setattr(place, name, value)


@put_back()
def switched_off(*names: Any) -> bool:
    l9.write_it_yourself(*names)
    return all(getattr(l9, name).__wrapped__ for name in names if "." not in name)


@put_back()
def begun(data: Any, seed: Any, then: Callable[[], Any] = lambda: None) -> Any:
    l9.begin(data, seed)
    return then()


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a check, of a student's function that returns what it is given; whether it was right."""

    def call(answer: Any, expect: Any) -> bool:
        try:
            function(lambda: answer, expect=expect)
        except AssertionError:
            return False
        return True

    return call


def drawn(result: Any, n: int, *shapes: tuple[int, ...]) -> None:
    for found, shape in zip(result, shapes, strict=True):
        assert found.shape == (n, *shape) and np.isfinite(found).all()


def loads(function: Callable[..., Any], *options: Strategy, share: float = 0.1) -> Case:
    return Case(function, (*options, st.just("sample")), lambda result, *_: result is not None, share)


def is_none(result: Any, *_: Any) -> None:
    assert result is None


CASES = {
    "tokenize": Case(l9.tokenize, (TEXT, st.booleans()), lambda r, *a: same(r, split(*a))),
    "characters": Case(l9.characters, (TEXT,), lambda r, text: same("".join(r), text)),
    "ngrams": Case(
        l9.ngrams, (lists(WORD), either(1, 2, 10**12), either("", " ")), lambda r, *a: same(r, runs(*a))
    ),
    "bag_of_ngrams": Case(
        l9.bag_of_ngrams, (lists(WORD), either(1, 2, 9), either("", " ")), lambda r, *a: same(r, {*runs(*a)})
    ),
    "Vocabulary": Case(
        lambda *a: l9.Vocabulary(*a).word_index,
        (st.dictionaries(WORD, st.integers(0, 3)), either(None, 2, 9)),
        lambda r, counts, _: same([*r.items()], [*ranked(counts).items()]),
    ),
    "Vocabulary.from_texts": Case(
        lambda *a: l9.Vocabulary.from_texts(*a).word_index,
        (lists(TEXT), either(None, 2, 9)),
        lambda r, texts, _: same(r, ranked(Counter(w for text in texts for w in split(text, True)))),
    ),
    "Vocabulary.encode": Case(VOCABULARY.encode, (lists(either("a frog!", "B, toad", "")),), encoded),
    "Vocabulary.decode": Case(
        VOCABULARY.decode,
        (lists(st.integers(0, 4)),),
        lambda r, ids: same(r, " ".join(["", "a", "b", "frog", "newt"][i] for i in ids if i)),
    ),
    "pad": Case(
        l9.pad,
        (
            lists(lists(IDS) | lists(IDS).map(lambda ids: np.array(ids, "u2"))),
            either(1, 2, 7),
            *[either("pre", "post")] * 2,
        ),
        padded,
    ),
    "one_hot": Case(
        l9.one_hot,
        (lists(IDS) | IDS | lists(lists(IDS, 2, 2)), either(6, np.int64(9))),
        lambda r, ids, depth: array(
            r, (*np.shape(ids), depth), np.float32, np.eye(depth)[np.asarray(ids, int)]
        ),
    ),
    "multi_hot": Case(l9.multi_hot, (lists(lists(IDS)), either(6, 9), st.booleans()), bags),
    "hash_words": Case(
        l9.hash_words,
        (lists(WORD), either(1, 7, 2**40)),
        lambda r, words, m: (array(r, (len(words),), np.int64), (r < m).all() or pytest.fail()),
    ),
    "collisions": Case(
        l9.collisions,
        (lists(WORD), either(1, 7, 2**40)),
        lambda r, words, m: same(r, len({*words}) - len({*l9.hash_words(words, m).tolist()})),
    ),
    "expected_collisions": Case(
        l9.expected_collisions,
        (lists(WORD) | st.integers(0, 99), either(1, 7, 90)),
        lambda r, words, m: same(
            round(r, 6), birthday(len({*words}) if np.iterable(words) else int(words), int(m))
        ),
    ),
    "skip_gram_pairs": Case(
        l9.skip_gram_pairs,
        (lists(IDS), WINDOW),
        lambda r, ids, w: same(r.tolist(), [[i, j] for i, j, _ in near([[*ids]], w)]),
    ),
    "cooccurrences": Case(l9.cooccurrences, (lists(lists(IDS)), either(6, 8), WINDOW), counted),
    "number_words": Case(l9.number_words, (lists(lists(WORD, 1), 1), st.just(1)), numbered),
    "train_glove": Case(
        lambda counts, dim, epochs, seed, x, rate, on: l9.train_glove(
            counts, dim, epochs, seed, x_max=x, learning_rate=rate, on_epoch=on
        ),
        (
            COUNTS,
            either(1, 3),
            either(1, 2),
            SEED,
            either(1, 1e-300, 1e300),
            either(1e-9, 0.1),
            either(None, abs),
        ),
        lambda r, counts, dim, *_: array(r, (np.shape(counts)[0], dim), np.float64),
        0.4,
    ),
    "train_word2vec": Case(
        lambda texts, n, dim, window, negative, epochs, seed, model, sample, on: l9.train_word2vec(
            texts, n, dim, window, negative, epochs, seed, model=model, sample=sample, on_epoch=on
        ),
        (
            lists(lists(IDS, 2), 1),
            either(6),
            either(1, 3),
            WINDOW,
            either(1, 1000),
            either(1, 2),
            SEED,
            either("skip-gram", "cbow"),
            either(0, 1e-3, 1e-30, 1e300),
            either(None, abs),
        ),
        lambda r, _, n, dim, *__: array(r, (n, dim), np.float32),
        0.4,
    ),
    "shifted_pmi": Case(l9.shifted_pmi, (COUNTS,), pmi),
    "svd_vectors": Case(l9.svd_vectors, (MATRIX, either(1, 2), SEED), taken_apart),
    "WordVectors": Case(
        lambda *a: l9.WordVectors(*a).vectors,
        (st.just(["a", "b"]), either([[1, 2], [3, 4]], np.eye(2), np.eye(2, 3, dtype="f2"))),
        lambda r, words, rows: same((r.dtype, r.shape), (np.dtype("f4"), (len([*words]), len(rows[0])))),
    ),
    "WordVectors.unit": Case(
        lambda row: l9.WordVectors(["a"], [row]).unit["a"],
        (either(*ROWS),),
        lambda r, row: array(
            r, np.shape(row), "f4", np.divide(row, np.linalg.norm(np.float32(row).astype(float)) or 1)
        ),
    ),
    "WordVectors.read": Case(read, (FILES,), as_in_the_file),
    "WordVectors[word]": Case(
        VECTORS.__getitem__, (WORD,), lambda r, word: array(r, (2,), "f4", ROWS[LETTERS.index(word)])
    ),
    "word in WordVectors": Case(
        VECTORS.__contains__, (WORD,), lambda r, word: same(r, isinstance(word, str) and word in LETTERS)
    ),
    "WordVectors.nearest": Case(
        VECTORS.nearest, (VECTOR.filter(lambda v: v is not LETTERS[2]), either(0, 2, 99)), nearest
    ),
    "WordVectors.analogy": Case(
        VECTORS.analogy, (st.just("a"), either("b", "."), either("b", "Ünï"), either(1, 9)), analogous
    ),
    "WordVectors.similarity": Case(
        VECTORS.similarity,
        (WORD, WORD),
        lambda r, *_: (type(r) is float and abs(r) < 1.00001) or pytest.fail(),
    ),
    "WordVectors.matrix": Case(
        VECTORS.matrix,
        (st.just(VOCABULARY), either(1, 3, 9)),
        lambda r, _, n: array(r, (n, 2), "f4", [*[[0, 0], *ROWS[:3], *[[0, 0]] * 6][:n]]),
    ),
    "WordVectors.missing": Case(
        VECTORS.missing,
        (st.just(VOCABULARY), either(1, 3, 9)),
        lambda r, _, n: same(r, ["newt"] if n > 4 else []),
    ),
    "parallelism": Case(
        l9.parallelism,
        (st.just(VECTORS), st.just([("a", "b"), ("frog", ".")])),
        lambda r, *_: (type(r) is float and abs(r) < 1.00001) or pytest.fail(),
    ),
    "analogy_questions": Case(
        l9.analogy_questions,
        (st.dictionaries(WORD, lists(PAIR)),),
        lambda r, given: same(r, {k: [(*p, *q) for p, q in permutations(v, 2)] for k, v in given.items()}),
    ),
    "analogy_accuracy": Case(
        l9.analogy_accuracy,
        (st.just(VECTORS), st.dictionaries(WORD, lists(QUESTION))),
        lambda r, _, asked: same(
            {k: n for k, (_, n) in r.items()},
            {
                k: sum({w.upper() for w in q} <= {w.upper() for w in LETTERS} for q in v)
                for k, v in asked.items()
            },
        ),
        0.5,
    ),
    "load_relations": Case(
        l9.load_relations, (either(None, VECTORS),), lambda r, v: same(len(r), 0 if v else 7), 0.5
    ),
    "kmer_sentences": Case(
        l9.kmer_sentences,
        (DNA, SEED),
        lambda r, dna, _: same([len(s) for s in r], [len(dna) - 7] if len(dna) > 7 else []),
    ),
    "needleman_wunsch": Case(
        l9.needleman_wunsch,
        (DNA, DNA),
        lambda r, a, b: (type(r) is int and -len(a) - len(b) <= r <= min(len(a), len(b))) or pytest.fail(),
    ),
    "simple_rnn": Case(
        l9.simple_rnn,
        (
            *(st.just(np.full(shape, 0.5)) for shape in ((2, 4, 3), (3, 2), (2, 2), (2,))),
            either(None, np.ones((2, 2))),
            either("tanh", "relu", "linear"),
        ),
        states,
    ),
    "compare": Case(
        l9.compare,
        (
            lists(st.floats(-9, 9), 4, 4),
            lists(IDS, 4, 4) | IDS,
            either(None, [*"aabb"], [1, 2, 3, 1], np.array([1, "a", None, 1])),
            either(0.5, 0.95),
            SEED,
        ),
        mean_and_interval,
        0.5,
    ),
    "measured": Case(
        l9.measured,
        (
            either(
                True, 3, 1e300, math.nan, [1, 2, 2], np.array([1e300, -1e308]), l9.Interval(0.5, -1, 2, 9)
            ),
            either("", "%"),
        ),
        lambda r, *_: re.fullmatch(r"≈ \S+( ± \S+)?( \[.+\])?( \(n = [\d,.a-z+]+\))?", r) or pytest.fail(),
    ),
    "Interval": Case(l9.Interval, (*[st.floats()] * 3, IDS), lambda r, *a: same((*r,), a)),
    "begin": Case(begun, (either("sample", "full"), SEED.filter(lambda n: type(n) is int)), is_none),
    "claim": Case(
        lambda id, a, b: begun("sample", 0, lambda: l9.claim(id, reviews=a, words=b)),
        (st.just("C28"), either(6000, 7.5, math.nan), either(100, [99, 101])),
        is_none,
        0.5,
    ),
    "real": Case(l9.real, (either("00_none", "a/b"),), is_none),
    "check": Case(
        checked(l9.check),
        (either(1, "a", [1, 2], {"a": 0.5}),) * 2,
        lambda r, a, e: (
            a == e and (r or pytest.fail()) if isinstance(a, (str, int)) and type(a) is type(e) else None
        ),
    ),
    "your_turn": Case(
        checked(l9.your_turn), (either(1, "a", [1, 2], {"a": 0.5}),) * 2, lambda r, *_: r or pytest.fail()
    ),
    "write_it_yourself": Case(
        switched_off, (either("pad", "one_hot", "WordVectors.nearest"),), lambda r, *_: r or pytest.fail()
    ),
    "progress": Case(
        lambda some: [*(l9.progress(some, disable=True) if some is not None else ())],
        (lists(IDS),),
        lambda r, some: same([*map(repr, r)], [*map(repr, () if some is None else some)]),
    ),
    "slider": Case(
        lambda *a: l9.slider(lambda v: v, *a),
        (WORD, st.just([1, 2, 4]), either(1, 4)),
        lambda r, _, __, v: same(r, v),
    ),
    "draw_scenes": Case(
        l9.draw_scenes,
        (either(0, 1, 3), SEED, either(None, 1, 2)),
        lambda r, n, *_: drawn(
            [np.stack([s.image for s in r] or np.zeros((1, 24, 24, 3)))][: n > 0], n, *[(24, 24, 3)][: n > 0]
        ),
    ),
    "draw_films": Case(
        l9.draw_films, (either(0, 1, 3), SEED), lambda r, n, _: drawn(r, n, (12, 16, 16), (12,))
    ),
    "draw_epidemics": Case(
        l9.draw_epidemics, (either(0, 1, 3), SEED), lambda r, n, _: drawn(r, n, (60,), ())
    ),
    "synthetic_records": Case(
        l9.synthetic_records,
        (either(1, 30), SEED),
        lambda r, *_: array(r.visits.data, (r.visits.nnz,), float),
        0.3,
    ),
    "Patients.random_pairs": Case(
        l9.synthetic_records(9).random_pairs,
        (either("drug for", "comorbidity"), either(0, 9), SEED),
        lambda r, _, n, __: same(len(r), n),
    ),
    "sentences": Case(
        l9.sentences,
        (TEXT,),
        lambda r, text: same(" ".join(r).split(), re.sub("(?m)^#.*$", "", text).split()),
    ),
    "load_medicines": Case(l9.load_medicines, (), lambda r: same(len(r), 889), 0.1),
    "load_imdb": loads(l9.load_imdb),
    "load_imdb_sequences": loads(l9.load_imdb_sequences, either(None, 3, 1000)),
    "load_glove": loads(lambda dim, data: l9.load_glove(data, dim), either(100)),
    "load_books": loads(l9.load_books),
    "load_corpus": loads(l9.load_corpus),
    "load_translations": loads(l9.load_translations),
    "load_weather": loads(l9.load_weather),
    "load_genome": loads(l9.load_genome),
    "load_similarity": loads(
        lambda name, data: l9.load_similarity(data, name), either("wordsim353", "simlex999")
    ),
    "load_questions": loads(l9.load_questions),
}


def spoilt(draw: Callable[[Strategy], Any], value: Any) -> Any:
    """Exchange something in a value, or all of it."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return type(value)(spoilt(draw, one) if i == place else one for i, one in enumerate(value))
    if isinstance(value, dict) and value and draw(st.booleans()):
        place = draw(st.sampled_from([*value]))
        return {key: spoilt(draw, one) if key == place else one for key, one in value.items()}
    return draw(JUNK)


def outcome(call: Callable[..., Any], arguments: Any, is_own: bool = True) -> tuple[Any, Exception | None]:
    """Call, without a warning; what comes of it is a result, or an error in one sentence of the package."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # names in any letters
        try:
            return call(*arguments), None
        except (ValueError, TypeError, KeyError, OSError) as error:
            message, last = str(error), traceback.extract_tb(error.__traceback__)[-1]
            assert "\n" not in message and 10 < len(message) < 600, message
            said = "lecture9_utils" in last.filename and "raise " in linecache.getline(
                last.filename, last.lineno or 0
            )
            assert said or isinstance(error, OSError) or not is_own, f"not by the package: {error!r}"
            return None, error


def fuzz(case: Case, examples: int, is_own: bool = True, strict: bool = True) -> None:
    """Try many arguments; `strict` is whether the case's own must be right."""

    # What fails is small as it is: to make it smaller takes minutes.
    @settings(
        derandomize="LECTURE9_FUZZ" not in os.environ,
        max_examples=max(4, int(examples * case.share)),
        database=None,
        phases=[Phase.generate],
    )
    @given(st.data())
    def one(data: st.DataObject) -> None:
        arguments = [data.draw(strategy) for strategy in case.right]
        if is_right := not (strict and arguments) or data.draw(st.booleans()):
            result, error = outcome(case.call, arguments, is_own)
        else:
            place = data.draw(st.integers(0, len(arguments) - 1))
            if type(arguments[place]) is not bool:  # whose place may be taken by what Python takes for true
                arguments[place] = spoilt(data.draw, arguments[place])
            result, error = outcome(case.call, arguments, is_own)
        assert not (strict and is_right and error), error
        if error is None:
            case.holds(result, *arguments)

    one()


EXAMPLES = int(os.environ.get("LECTURE9_FUZZ", "100"))


@pytest.mark.parametrize("name", CASES)
def test_a_right_result_or_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_DATA", "/nonexistent/data")
    monkeypatch.setenv("TQDM_DISABLE", "1")
    fuzz(CASES[name], EXAMPLES)


def test_every_public_name_is_here() -> None:
    assert {*l9.__all__} - {"plots"} == {name for name in CASES if name.isidentifier()}
    assert len(DRAWINGS) >= 21, "each picture of plots, by its own name"


# Readers: a person's own file in the place of a known one, with something in it exchanged


def packed(name: str) -> Callable[[str], bytes]:
    return lambda text: zipped({name: text})


READERS: dict[str, tuple[Callable[..., Any], str, Callable[[str], bytes]]] = {
    "books": (l9.load_books, "# Mud\n---\nMud. Mud!\n", packed("books/Al_Poe/Mud.md")),
    "translations": (l9.load_translations, "Hi.\tSelam.\nGo!\tGit!\tCC\n", packed("tur.txt")),
    "weather": (l9.load_weather, str(TEXTS["weather"]), str.encode),
    "genome": (l9.load_genome, ">some\nACGT\nACG N\n", str.encode),
    "wordsim353": (l9.load_similarity, str(TEXTS["wordsim353"]), str.encode),
    "questions": (l9.load_questions, str(TEXTS["questions"]), str.encode),
}
BROKEN = st.text(st.sampled_from('aA1-.,;:>#\n\r\t "\u00e9\0'), max_size=4) | either(
    "nan", "1e999", "\ufeff", "\n\n"
)


@pytest.mark.parametrize("key", READERS)
def test_a_file_is_read_or_one_sentence_says_what_is_wrong(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTURE9_DATA", str(tmp_path))
    load, text, made = READERS[key]
    own = replace(known_sources()[key], name="own", sha256=None, md5=None, contents={}, package="")

    def call(start: int, length: int, other: str) -> Any:
        (tmp_path / "own").write_bytes(made(text[:start] + other + text[start + length :]))
        return load("full", sources={key: own})

    assert outcome(call, (0, 0, ""))[1] is None
    anywhere = st.integers(0, len(text))
    fuzz(
        Case(call, (anywhere, st.integers(0, 9), BROKEN), lambda result, *_: result or pytest.fail()),
        EXAMPLES,
        strict=False,
    )


# Pictures: what test_plots draws, as the arguments of its functions


def arguments_of(name: str) -> dict[str, Any]:
    """Say with which arguments a picture of the tests of pictures is drawn."""
    found: dict[str, Any] = {}
    function = getattr(plots, name)

    def caught(*arguments: Any, **options: Any) -> None:
        found.update(inspect.signature(function).bind(*arguments, **options).arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, name, caught)
        for picture in PICTURES.values():
            if name in picture.__code__.co_names:
                picture()
    return found


DRAWINGS = [
    name
    for name, value in inspect.getmembers(plots, inspect.isfunction)
    if value.__module__ == plots.__name__ and name[0] != "_"
]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_or_one_sentence(name: str) -> None:
    options = arguments_of(name)
    case = Case(
        lambda *values: getattr(plots, name)(**dict(zip(options, values, strict=True))),
        tuple(map(st.just, options.values())),
        lambda figure, *_: isinstance(figure, Figure) or pytest.fail(),
        0.1,
    )
    fuzz(case, EXAMPLES, is_own=False)
