"""Tokens, n-grams, ids and padding against Keras's historic Tokenizer, Keras's padding and scikit-learn."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from lecture9_utils.text import Side, Vocabulary, bag_of_ngrams, characters, ngrams, pad, tokenize

# isort: split
import keras  # after the package, which starts TensorFlow without messages
from keras.src.legacy.preprocessing.text import Tokenizer, text_to_word_sequence

# Few letters, so that words come again, and everything that could separate words or change its case.
TEXT = st.text(st.sampled_from("aAbBİß'’.,-_!?\"<>/ \t\n\r\x0b\u00a0\u2028é")) | st.text(max_size=30)
SIDES = st.sampled_from(["pre", "post"])


@settings(max_examples=150)
@given(TEXT, st.booleans())
@example("This movie's <br /><br />GREAT -- 10/10, a_b!\r\nIt\tis.", True)
def test_tokens_are_the_historic_ones(text: str, lower: bool) -> None:
    assert tokenize(text, lower) == text_to_word_sequence(text, lower=lower)


@settings(max_examples=150)
@given(st.lists(TEXT, max_size=6), st.none() | st.integers(2, 6))
def test_a_vocabulary_is_the_historic_tokenizer(texts: list[str], max_words: int | None) -> None:
    vocabulary, tokenizer = Vocabulary.from_texts(texts, max_words), Tokenizer(num_words=max_words)
    tokenizer.fit_on_texts(texts)
    assert list(vocabulary.word_index.items()) == list(tokenizer.word_index.items())
    assert len(vocabulary) == len(tokenizer.word_index)
    others = [*texts, "a word it never saw"]
    ids = vocabulary.encode(others)
    assert ids == tokenizer.texts_to_sequences(others)
    assert [vocabulary.decode([0, *row]) for row in ids] == tokenizer.sequences_to_texts(ids)


@given(st.text("abé", max_size=9), st.integers(1, 12))
def test_ngrams_are_those_of_scikit_learn(text: str, n: int) -> None:
    def theirs(units: str, of: str) -> Counter[str]:
        analyse = CountVectorizer(analyzer=units, token_pattern=".", lowercase=False, ngram_range=(1, n))
        return Counter(analyse.build_analyzer()(of))

    letters = characters(text)
    assert Counter(ngrams(letters, n, joiner="")) == theirs("char", text)
    assert Counter(ngrams(letters, n)) == theirs("word", text)
    assert bag_of_ngrams(letters, n) == set(ngrams(letters, n))


@settings(max_examples=200)
@given(
    st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=7), max_size=6),
    st.integers(1, 9),
    SIDES,
    SIDES,
    st.sampled_from([list, tuple, lambda row: np.array(row, dtype=np.int64)]),
)
def test_padding_is_that_of_keras(
    rows: list[list[int]], length: int, padding: Side, truncating: Side, form: Callable[[list[int]], Any]
) -> None:
    ours = pad([form(row) for row in rows], length, padding, truncating)
    theirs = keras.utils.pad_sequences(rows, length, padding=padding, truncating=truncating)
    np.testing.assert_array_equal(ours, theirs.reshape(len(rows), length), strict=True)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tokenize(b"a"), TypeError, "text must be a string, got bytes"),
        (lambda: ngrams("abc", 2), TypeError, "tokens must be a list, got the string 'abc'"),
        (lambda: Vocabulary.from_texts("a b"), TypeError, "texts must be a list, got the string 'a b'"),
        (lambda: Vocabulary.from_texts(["a"], 1), ValueError, "max_words must be at least 2, got 1"),
        (lambda: Vocabulary.from_texts(["a"]).encode("a"), TypeError, "got the string 'a'"),
        (
            lambda: Vocabulary.from_texts(["a b"]).decode([3]),
            ValueError,
            "ids must be from 0 to 2, got 3 to 3",
        ),
        (
            lambda: Vocabulary.from_texts(["a b"]).decode([1, -1]),
            ValueError,
            "ids must be from 0 to 2, got -1 to 1",
        ),
        (lambda: pad([[1]], 2, "left"), ValueError, "padding must be one of 'pre', 'post'; got 'left'"),
        (lambda: pad([5, 6, 11], 4), TypeError, "sequences must be a list of lists of ids, got 5"),
        (lambda: pad([[1.5]], 3), ValueError, "ids must be whole numbers, got float64"),
        (lambda: pad([[[1], [2]]], 3), ValueError, r"ids must be in one list, got shape \(2, 1\)"),
        (lambda: pad([[1]], None), TypeError, "length must be a whole number, got None"),
        (lambda: ngrams(["a"], (1, 2)), TypeError, r"n must be a whole number, got \(1, 2\)"),
        (
            lambda: Vocabulary.from_texts(["a"], 1e4),
            TypeError,
            r"max_words must be a whole number, got 10000\.0",
        ),
        (
            lambda: pad([np.array([7, 2**32 + 5])], 3),
            ValueError,
            "ids must be from 0 to 2147483647, got 0 to",
        ),
        (lambda: pad([[2**64 - 1]], 3), ValueError, "ids must be from 0 to 2147483647, got -1 to 0"),
        (lambda: Vocabulary({"a": 1}).decode("frog"), TypeError, "^ids must be a list, got the string"),
    ],
)
def test_bad_input_is_refused_in_words(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nothing_is_no_error() -> None:
    assert tokenize("") == tokenize(" \n!") == characters("") == ngrams([], 3) == []
    assert Vocabulary.from_texts([]).encode(["frog", ""]) == [[], []]
    assert pad([], 3).shape == (0, 3)
    assert pad([np.array([]), np.array([7])], 2).tolist() == [[0, 0], [0, 7]]
