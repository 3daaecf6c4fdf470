"""What makes no sense is refused with a sentence that names it."""

from collections.abc import Callable

import numpy as np
import pytest

import lecture9_utils as l9

V = l9.WordVectors(["a", "b", "c"], [[1, 0], [2, 0], [0, 1]])
EYE = np.eye(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: l9.WordVectors([], np.zeros((0, 2))), "each word needs a vector: 0 words"),
        (lambda: l9.WordVectors(["a", "b"], [[1, 2]]), r"2 words, shape \(1, 2\)"),
        (lambda: l9.WordVectors(["a"], [1, 2]), r"shape \(2,\)"),
        (lambda: l9.WordVectors(["a"], "frog"), "^vectors must be numbers"),
        (lambda: l9.analogy_accuracy("frog", {}), "^vectors must be a WordVectors"),
        (lambda: l9.WordVectors(["b", "a", "a"], EYE), "each word must occur once, 'a' occurs 2 times"),
        (lambda: V.nearest([1, 2, 3]), r"shape \(2,\), got \(3,\)"),
        (lambda: V.nearest([0, 0]), r"a vector of length 0\.0 has no direction"),
        (lambda: l9.WordVectors(["a", "b"], [[1], [np.nan]]).unit, "the vector of 'b' holds something"),
        (lambda: V.analogy("a", "b", "x"), "no vector for the word 'x' among 3"),
        (lambda: l9.parallelism(V, [("a", "c")]), "at least two, got 1"),
        (lambda: l9.parallelism(V, [("a", "b"), ("a", "c")]), "same direction"),
        (lambda: l9.parallelism(V, [("a", "x"), ("a", "c")]), "'x'"),
        (lambda: l9.kmer_sentences("ACGNTACG"), "got 'ACGNT'"),
        (lambda: l9.cooccurrences([[0, 3]], 3), "from 0 to 2, got 0 to 3"),
        (lambda: l9.cooccurrences([[-1, 0]], 3), "from 0 to 2, got -1 to 0"),
        (lambda: l9.cooccurrences([[0.5]], 3), "whole numbers"),
        (lambda: l9.train_glove(-EYE, 2), "not negative"),
        (lambda: l9.shifted_pmi(np.zeros((2, 2))), "all zero"),
        (lambda: l9.shifted_pmi(np.ones((2, 3))), r"square matrix, words by words, got shape \(2, 3\)"),
        (lambda: l9.shifted_pmi([[1, np.nan], [0, 1]]), "finite and not negative"),
        (lambda: l9.svd_vectors(np.ones((3, 5)), 3), r"dim must be below .* matrix \(3, 5\), got 3"),
        (lambda: l9.svd_vectors([[1, np.nan], [0, 1]], 1), "matrix must be finite"),
        (lambda: l9.svd_vectors(np.ones((3, 3, 3)), 1), r"must be a matrix, got shape \(3, 3, 3\)"),
        (lambda: l9.svd_vectors(EYE * 1e-200, 1), "from 1e-100 to 1e100 or 0, got 1e-200"),
        (lambda: l9.train_glove(EYE * 1e-200, 2), "not negative, from 1e-100 to 1e100 or 0"),
        (lambda: l9.train_glove(EYE, 2, learning_rate=1e200), r"learning_rate must be lower than 1e\+200"),
        (lambda: l9.needleman_wunsch("A" * 50_000, "C" * 50_000), "50,000 by 50,000 letters would take"),
        (lambda: l9.number_words(["frog"]), "call tokenize"),
        (lambda: l9.number_words([["frog"]]), "no word occurs 5 times: lower min_count"),
        (lambda: l9.skip_gram_pairs(np.array([2**63], "u8")), "from 0 to 9223372036854775807"),
        (lambda: l9.train_word2vec([[0, 1]], 2**63), "n_words must be at most 9223372036854775807"),
        (lambda: l9.train_word2vec([], 3), "no sequence holds two words"),
        (lambda: l9.train_word2vec([[0, 3, 1]], 3), "from 0 to 2, got 0 to 3"),
        (
            lambda: l9.train_word2vec([[0, 1]], 3, model="sg"),
            "model must be one of 'skip-gram', 'cbow'; got 'sg'",
        ),
        (lambda: l9.train_word2vec([[0, 1]], 3, on_epoch=1), "on_epoch must be a Callable, got int: 1"),
        (lambda: l9.train_glove(EYE, 2, on_epoch=1), "on_epoch must be a Callable, got int: 1"),
        (lambda: l9.train_word2vec([[0, 1]], 3, sample=-1.0), "sample must be at least 0"),
    ],
)
def test_it_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError), match=message):
        call()
