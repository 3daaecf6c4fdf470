"""What is said of a wrong argument: its name, what it must be, and what was given, in one short line."""

import inspect
from collections import deque
from collections.abc import Callable
from io import BytesIO, StringIO

import numpy as np
import pytest
from scipy.sparse import csr_array

import lecture9_utils as l9

EYE = np.eye(2)
V = l9.WordVectors(["a"], [[1]])
TABLE = type("DataFrame", (list,), {"columns": ["text"]})(["text"])  # as pandas' it gives its columns' names
SIZES: list[tuple[Callable[..., object], tuple[object, ...], str]] = [  # right arguments, and which are sizes
    (l9.ngrams, (["a"], 1), "n"), (l9.bag_of_ngrams, (["a"], 1), "n"), (l9.pad, ([[1]], 1), "length"),
    (l9.one_hot, ([0], 1), "depth"), (l9.multi_hot, ([[0]], 1), "depth"),
    (l9.hash_words, (["a"], 1), "buckets"), (l9.collisions, (["a"], 1), "buckets"),
    (l9.expected_collisions, (3, 1), "buckets"), (l9.number_words, ([["a"]], 1), "min_count"),
    (l9.skip_gram_pairs, ([0, 1],), "window"), (l9.cooccurrences, ([[0, 0]], 1), "n_words window"),
    (l9.train_glove, (EYE, 1), "dim epochs"), (l9.svd_vectors, (EYE, 1), "dim"),
    (l9.train_word2vec, ([[0, 0]], 1), "n_words dim window negative epochs"),
    (V.matrix, (l9.Vocabulary({}), 1), "max_words"), (V.missing, (l9.Vocabulary({}), 1), "max_words"),
    (l9.synthetic_records, (1,), "n_patients"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "right", "names"), SIZES)
def test_a_size_is_at_least_1(function: Callable[..., object], right: tuple[object, ...], names: str) -> None:
    for name in names.split():
        given = inspect.signature(function).bind(*right)
        given.arguments[name] = 0
        with pytest.raises(ValueError, match=f"^{name} must be at least 1, got 0$"):
            function(*given.args, **given.kwargs)
        given.arguments[name] = 1
        function(*given.args, **given.kwargs)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: l9.load_imdb(""), "TypeError: data must be a path, got ''"),
        (lambda: l9.load_imdb("a\0"), r"TypeError: data must be a path, got 'a\x00'"),
        (lambda: l9.load_imdb("~nobody0"), "ValueError: data begins with the home folder of nobody here: '~"),
        (lambda: l9.ngrams(["a"], True), "TypeError: n must be a whole number, got True"),
        (lambda: l9.ngrams(["a"], EYE), "n must be a whole number, got array([[1., 0.], [0., 1.]])"),
        (lambda: l9.ngrams("a" * 99, 1), f"got the string '{'a' * 27}...{'a' * 28}': split it, or wrap it"),
        (lambda: l9.one_hot([1], 2**63), "depth must be at most 9223372036854775807, got 922337203685477580"),
        (lambda: l9.draw_films(1, 2**32), "ValueError: seed must be at most 4294967295, got 4294967296"),
        (lambda: l9.compare([1, 2], level=True), "TypeError: level must be a number, got True"),
        (lambda: l9.compare([1, 2], level="1"), "TypeError: level must be a number, got '1'"),
        (lambda: l9.compare([1, 2], level=1), "ValueError: level must be above 0 and below 1, got 1"),
        (lambda: l9.train_glove(EYE, 2, x_max=0), "x_max must be above 0 and below inf, got 0"),
        (lambda: l9.train_glove(EYE, 2, learning_rate=0), "learning_rate must be above 0"),
        (lambda: l9.WordVectors(["a"], [[1e39]]), "must be numbers that fit into float32, got larger ones"),
        (lambda: l9.WordVectors(["a"], [[1], []]), "must be numbers in rows of one length, got [[1], []]"),
        (lambda: l9.shifted_pmi(csr_array(EYE * 1j)), "ValueError: counts must be numbers, got object: "),
        (lambda: l9.train_glove(EYE, 2, x_max=10**400), "x_max must be above 0 and below inf, got 1000"),
        (
            lambda: l9.ngrams(["a"], 10**5000),
            "n must be at most 9223372036854775807, got a int that is too",
        ),
        (lambda: l9.compare(np.ma.array([1, 99], mask=[0, 1])), "a must be numbers, got masked ones among"),
        (lambda: l9.ngrams({"a", "b"}, 2), "tokens must be a list, got a set, which has no order: sort it"),
        (lambda: l9.WordVectors({"a"}, [[1]]), "words must be a list, got a set, which has no order: sort"),
        (lambda: l9.analogy_questions({"r": [{"a", "b"}]}), "each of pairs must be a list, got a set, which"),
        (lambda: l9.Vocabulary.from_texts({"title": "a"}), "texts must be a list, got a dict, which has sev"),
        (lambda: l9.number_words([{"a": [1]}], 1), "each of texts must be a list, got a dict, which has sev"),
        (
            lambda: l9.hash_words(TABLE, 2),
            "words must be a list, got a DataFrame, wh",
        ),
        (lambda: l9.number_words(5), "TypeError: texts must be a list, got 5"),
        (lambda: l9.number_words(np.array(5)), "TypeError: texts must be a list, got array(5)"),
        (lambda: l9.hash_words(["a", 1], 2), "words must be a list of strings, got 1 as one of them"),
        (lambda: l9.analogy_questions({"r": ["ab"]}), "TypeError: each of pairs must be a list, got the"),
        (lambda: l9.analogy_questions({"r": [["a"]]}), "each of pairs must be 2 strings, got ['a']"),
        (lambda: l9.pad([EYE], 1), "sequences must be a list of lists of ids, got array([[1., 0.]"),
        (lambda: l9.pad([[1]], 2, "pre", "left"), "truncating must be one of 'pre', 'post'; got 'left'"),
        (lambda: l9.pad(["ab"], 1), "sequences must be a list of lists of ids, got 'ab' as one of them"),
        (lambda: l9.measured(1, "m"), "ValueError: unit must be one of '', '%', 'yes'; got 'm'"),
        (lambda: l9.draw_scenes(1, 0, 1.0), "ValueError: objects must be one of 1, 2; got 1.0"),
        (lambda: l9.Vocabulary(["a"]), "TypeError: counts must be a Mapping, got list: ['a']"),
        (lambda: l9.Vocabulary({1: 1}), "TypeError: each word must be a string, got int: 1"),
        (lambda: l9.Vocabulary({"a": -1}), "ValueError: each count must be at least 0, got -1"),
        (lambda: l9.compare(["a"]), "ValueError: a must be numbers, got <U1: ['a']"),
        (lambda: l9.compare([1], ["b"]), "ValueError: b must be numbers, got <U1: ['b']"),
        (lambda: l9.compare([1, 2], 0, [[1], []]), "groups must be one label for each pair, got [[1], []]"),
        (lambda: l9.sentences(5), "TypeError: text must be a string, got int: 5"),
        (lambda: l9.progress(5), "TypeError: iterable must be a list, got 5"),
        (lambda: l9.slider(len, "n", [1, 2], 3), "ValueError: start must be one of the values, got 3"),
        (lambda: l9.WordVectors.read(StringIO()), "must be a path, or a file opened in binary mode, got <"),
        (lambda: l9.WordVectors.read(BytesIO(b"a 1\nb")), "ValueError: the file, line 2: expected a word "),
        (lambda: l9.write_it_yourself("frog"), "there is no function frog in lecture9_utils"),
    ],
)
def test_it_is_said(call: Callable[[], object], said: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        call()
    whole = f"{type(raised.value).__name__}: {raised.value}"
    assert said in whole and "\n" not in whole


def test_what_has_no_order_is_taken_where_order_does_not_matter() -> None:
    assert l9.collisions({"frog", "toad", "newt"}, 4) == l9.collisions(["toad", "newt", "frog"], 4)
    assert l9.pad([deque([1, 2, 3])], 2).tolist() == [[2, 3]]
