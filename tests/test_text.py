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

# Few letters, so that words come again, and everything that could separate words or change its case.
TEXT = st.text(st.sampled_from("aAbBİß'’.,-_!?\"<>/ \t\n\r\x0b\u00a0\u2028é")) | st.text(max_size=30)
TEXTS = st.lists(TEXT, max_size=6)
TOKENS = st.lists(st.sampled_from(["so", "good", "bad", "it's"]), max_size=9)
IDS = st.integers(0, 2**31 - 1)
ROWS: dict[str, Callable[[list[list[int]]], Any]] = {
    "lists": lambda rows: rows,
    "tuples": lambda rows: tuple(map(tuple, rows)),
    "arrays": lambda rows: [np.array(row, dtype=np.int64) for row in rows],
    "an array of lists": lambda rows: np.fromiter(rows, dtype=object, count=len(rows)),
}


def historic(texts: list[str], num_words: int | None = None) -> Any:
    from lecture9_utils.quiet import keras  # noqa: F401, I001  (TensorFlow starts without messages)
    from keras.src.legacy.preprocessing.text import Tokenizer

    tokenizer = Tokenizer(num_words=num_words)
    tokenizer.fit_on_texts(texts)
    return tokenizer


@settings(max_examples=150, deadline=None)
@given(TEXT, st.booleans())
@example("This movie's <br /><br />GREAT -- 10/10, a_b!\r\nIt\tis.", True)
def test_tokens_are_the_historic_ones(text: str, lower: bool) -> None:
    from lecture9_utils.quiet import keras  # noqa: F401, I001
    from keras.src.legacy.preprocessing.text import text_to_word_sequence

    assert tokenize(text, lower) == text_to_word_sequence(text, lower=lower)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.none() | st.integers(2, 6))
def test_a_vocabulary_is_the_historic_tokenizer(texts: list[str], max_words: int | None) -> None:
    vocabulary, tokenizer = Vocabulary.from_texts(texts, max_words), historic(texts, max_words)
    assert list(vocabulary.word_index.items()) == list(tokenizer.word_index.items())
    assert len(vocabulary) == len(tokenizer.word_index)
    others = [*texts, "a word it never saw"]
    ids = vocabulary.encode(others)
    assert ids == tokenizer.texts_to_sequences(others)
    assert [vocabulary.decode([0, *row]) for row in ids] == tokenizer.sequences_to_texts(ids)


def test_max_words_counts_the_padding_too() -> None:
    vocabulary = Vocabulary.from_texts(["c c c b b a"], max_words=3)
    assert vocabulary.encode(["a b c"]) == [[2, 1]]
    assert vocabulary.decode([3]) == "a"


def test_characters_are_all_of_them() -> None:
    assert characters("Hé, \n") == ["H", "é", ",", " ", "\n"]


@given(TOKENS, st.integers(1, 12))
def test_word_ngrams_are_those_of_scikit_learn(tokens: list[str], n: int) -> None:
    analyse = CountVectorizer(tokenizer=list, token_pattern=None, lowercase=False, ngram_range=(1, n))
    ours = ngrams(tokens, n)
    assert Counter(ours) == Counter(analyse.build_analyzer()(tokens))
    assert len(ours) == sum(max(len(tokens) - size + 1, 0) for size in range(1, n + 1))
    assert bag_of_ngrams(tokens, n) == set(ours)


@given(st.text("abé", max_size=9), st.integers(1, 12))
def test_character_ngrams_are_those_of_scikit_learn(text: str, n: int) -> None:
    analyse = CountVectorizer(analyzer="char", lowercase=False, ngram_range=(1, n)).build_analyzer()
    assert Counter(ngrams(characters(text), n, joiner="")) == Counter(analyse(text))


def test_ngrams_stand_in_the_order_of_the_text() -> None:
    assert ngrams(["a", "b", "a"], 3) == ["a", "a b", "a b a", "b", "b a", "a"]


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.lists(IDS, max_size=7), max_size=6), length=st.integers(1, 9))
def test_padding_is_that_of_keras(
    form: str, padding: Side, truncating: Side, rows: list[list[int]], length: int
) -> None:
    from lecture9_utils.quiet import keras

    ours = pad(ROWS[form](rows), length, padding, truncating)
    theirs = keras.utils.pad_sequences(rows, length, padding=padding, truncating=truncating)
    assert ours.dtype == np.int32
    np.testing.assert_array_equal(ours, theirs.reshape(len(rows), length), strict=True)


def test_padding_takes_a_matrix_and_leaves_it_as_it_was() -> None:
    matrix = np.array([[1, 2, 3], [4, 5, 6]])
    padded = pad(matrix, 2)
    padded[:] = 0
    np.testing.assert_array_equal(matrix, [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(pad(matrix, 4, padding="post"), [[1, 2, 3, 0], [4, 5, 6, 0]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tokenize(None), TypeError, "text must be a string, got NoneType"),
        (lambda: tokenize(b"a"), TypeError, "text must be a string, got bytes"),
        (lambda: characters(["a"]), TypeError, "text must be a string, got list"),
        (lambda: ngrams("abc", 2), TypeError, "got the string 'abc': call tokenize or characters first"),
        (lambda: ngrams(["a"], 0), ValueError, "n must be at least 1, got 0"),
        (lambda: bag_of_ngrams(["a"], -1), ValueError, "n must be at least 1, got -1"),
        (lambda: Vocabulary.from_texts("a text"), TypeError, "got one string: put it in a list"),
        (lambda: Vocabulary.from_texts(["a", 3]), TypeError, "text must be a string, got int"),
        (lambda: Vocabulary.from_texts(["a"], 1), ValueError, "max_words must be at least 2 .*, got 1"),
        (lambda: Vocabulary.from_texts(["a"]).encode("a"), TypeError, "got one string: put it in a list"),
        (lambda: Vocabulary.from_texts(["a b"]).decode([3]), ValueError, "id 3 belongs .* from 1 to 2"),
        (lambda: Vocabulary.from_texts(["a b"]).decode([1, -1]), ValueError, "id -1 belongs to no word"),
        (lambda: pad([[1]], 0), ValueError, "length must be at least 1, got 0"),
        (lambda: pad([[1]], 2, "left"), ValueError, "padding must be 'pre' or 'post', got 'left'"),
        (lambda: pad([[1]], 2, "pre", "end"), ValueError, "truncating must be 'pre' or 'post', got 'end'"),
    ],
)
def test_bad_input_is_refused_in_words(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nothing_is_no_error() -> None:
    assert tokenize("") == tokenize(" \n!") == characters("") == ngrams([], 3) == []
    assert Vocabulary.from_texts([]).encode(["frog", ""]) == [[], []]
    assert pad([], 3).shape == (0, 3)


def test_pad_refuses_what_is_no_id_and_takes_empty_rows_of_any_kind() -> None:
    for rows in ([[2**31]], [np.array([2**31])]):
        with pytest.raises(ValueError, match="32 bits"):
            pad(rows, 3)
    for rows in ([[1.5]], [np.array([1.5])]):
        with pytest.raises(ValueError, match="whole numbers"):
            pad(rows, 3)
    assert pad([np.array([]), np.array([7])], 2).tolist() == [[0, 0], [0, 7]]
