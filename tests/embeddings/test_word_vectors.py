"""Word vectors: looked up, compared, calculated with, read and written."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecture9_utils import Vocabulary, WordVectors
from lecture9_utils.embeddings.reading import is_readable

FROGS = WordVectors(["frog", "toad", "king", "frogs"], [[3, 4], [4, 3], [-4, 3], [3, 4.5]])
REPEATABLE = settings(deadline=None, derandomize=True)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1)


@st.composite
def word_vectors(draw: st.DrawFn, elements: st.SearchStrategy[float] = FLOATS) -> WordVectors:
    words = draw(st.lists(WORDS, min_size=1, max_size=8, unique=True))
    dim = draw(st.integers(1, 5))
    return WordVectors(words, draw(arrays(np.float32, (len(words), dim), elements=elements)))


def read(text: str | bytes, format: str | None = None) -> WordVectors:
    return WordVectors.read(BytesIO(text if isinstance(text, bytes) else text.encode()), format)  # type: ignore[arg-type]


# Looking up and comparing


def test_it_is_a_collection_of_words() -> None:
    assert list(FROGS) == FROGS.words == ["frog", "toad", "king", "frogs"]
    assert (len(FROGS), FROGS.dim) == (4, 2)
    assert "newt" not in FROGS
    assert FROGS["toad"].tolist() == [4, 3]
    assert FROGS["toad"].dtype == np.float32
    with pytest.raises(KeyError) as caught:
        FROGS["frogg"]
    assert str(caught.value) == (
        "there is no vector for the word 'frogg' among 4; spelt nearly so: frog, frogs"
    )


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        ([], np.zeros((0, 2)), "at least one"),
        (["a", "b"], [[1, 2]], r"2 words .* got the shape \(1, 2\)"),
        (["a"], [1, 2], r"got the shape \(2,\)"),
        (["b", "a", "a"], np.eye(3), "each word must occur once, 'a' occurs 2 times"),
    ],
)
def test_what_does_not_fit_together_is_refused(words: list[str], vectors: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WordVectors(words, vectors)


def test_of_equally_near_words_the_earlier_comes_first() -> None:
    words = [f"word{i}" for i in range(1000)]
    rows = np.array([[1, 0], [1, 1], [2, 0], [0, 1], [2, 2]] * 200)
    closeness = np.array([0, 1, 0, 2, 1] * 200)
    expected = [words[i] for i in sorted(range(1000), key=lambda i: (closeness[i], i))]
    for k in (1, 70, 600, 999, 2000):
        assert [word for word, _ in WordVectors(words, rows).nearest("word0", k)] == expected[1 : k + 1]


def test_a_vector_of_zeros_is_near_to_nothing() -> None:
    vectors = WordVectors(["a", "b", "zero"], [[1, 0], [1, 1], [0, 0]])
    assert vectors.nearest("a")[-1] == ("zero", 0)
    assert vectors.similarity("a", "zero") == 0
    assert vectors.unit["zero"].tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"a vector of length 0\.0 has no direction"):
        vectors.nearest("zero")


def test_a_question_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        FROGS.nearest("frog", 0)
    with pytest.raises(ValueError, match=r"shape \(2,\), got \(3,\)"):
        FROGS.nearest([1, 2, 3])
    with pytest.raises(ValueError, match="the vector of 'b' holds something that is not a finite number"):
        WordVectors(["a", "b"], [[1], [np.nan]]).nearest("a")
    with pytest.raises(KeyError, match="'prince'"):
        FROGS.analogy("frog", "toad", "prince")


def test_similarities_neighbours_and_analogies_are_those_of_gensim() -> None:
    random = np.random.default_rng(0)
    words = [f"word{i}" for i in range(500)]
    vectors, theirs = WordVectors(words, random.normal(size=(500, 20))), KeyedVectors(20)
    theirs.add_vectors(words, vectors.vectors)
    np.testing.assert_allclose(vectors.unit.vectors, theirs.get_normed_vectors(), atol=1e-6)
    for a, b, c in random.choice(words, (20, 3), replace=False):
        assert vectors.similarity(a, b) == pytest.approx(theirs.similarity(a, b), abs=1e-6)
        for ours, expected in (
            (vectors.nearest(a, 15), theirs.most_similar(a, topn=15)),
            (vectors.nearest(vectors[a] + 1, 15), theirs.similar_by_vector(vectors[a] + 1, topn=15)),
            (vectors.analogy(a, b, c, 5), theirs.most_similar(positive=[b, c], negative=[a], topn=5)),
        ):
            assert [word for word, _ in ours] == [word for word, _ in expected]
            np.testing.assert_allclose([x for _, x in ours], [x for _, x in expected], atol=1e-6)


@REPEATABLE
@given(st.lists(st.sampled_from([*FROGS.words, "newt", "eft"]), min_size=1), st.integers(2, 8))
def test_row_i_of_the_matrix_is_the_vector_of_word_i(texts: list[str], max_words: int) -> None:
    vocabulary = Vocabulary.from_texts(texts)
    matrix = FROGS.matrix(vocabulary, max_words)
    expected, missing = np.zeros((max_words, 2), np.float32), []
    for word, i in vocabulary.word_index.items():
        if i < max_words and word in FROGS:
            expected[i] = FROGS[word]
        elif i < max_words:
            missing.append(word)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == FROGS.matrix(vocabulary.word_index, max_words).tolist() == expected.tolist()
    assert FROGS.missing(vocabulary, max_words) == missing


# Reading and writing


@REPEATABLE
@given(vectors=word_vectors())
def test_what_is_saved_is_read_back_bit_for_bit_and_all_else_is_refused(
    vectors: WordVectors, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / "vectors.txt"
    if not all(is_readable(word.encode()) for word in vectors):
        with pytest.raises(ValueError, match="a word in a text file must not be empty"):
            vectors.save(path)
        return
    vectors.save(path)
    again = WordVectors.read(path)
    assert again.words == vectors.words
    assert again.vectors.tobytes() == vectors.vectors.tobytes()


@pytest.mark.parametrize("word", ["", "two\nlines", "carriage\rreturn", "blank ", "type 2"])
def test_a_word_that_no_line_can_hold_is_not_saved(word: str, tmp_path: Path) -> None:
    for vectors in (WordVectors([word], [[1]]), WordVectors(["frog"], [[np.inf]])):
        with pytest.raises(ValueError, match=r"must not be empty|not a finite number"):
            vectors.save(tmp_path / "vectors.txt")
    assert not list(tmp_path.iterdir())


def test_gensim_reads_what_is_saved(tmp_path: Path) -> None:
    FROGS.save(tmp_path / "frogs.txt")
    theirs = KeyedVectors.load_word2vec_format(tmp_path / "frogs.txt")
    assert theirs.index_to_key == FROGS.words
    assert (theirs.vectors == FROGS.vectors).all()


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("frog 1 2.5\ntoad -0.5 .4", "glove", ["frog", "toad"]),  # no line break at the end
        ("frog 1 2.5\r\ntoad -0.5 4e-1\r\n", "glove", ["frog", "toad"]),
        ("\ufefffrog  1\t2.5\ntoad -0.5  0.4\n", "glove", ["frog", "toad"]),
        ("2 2\nfrog 1 2.5 \ntoad -0.5 0.4 \n", "word2vec", ["frog", "toad"]),  # word2vec.c's blanks
        (". . 1 2.5\n7 -0.5 0.4\n", "glove", [". .", "7"]),
        (
            ", 1 2.5\n\u00a0\u00e9t\u00e9\u00a0\u2603 -0.5 0.4\n",
            "glove",
            [",", "\u00a0\u00e9t\u00e9\u00a0\u2603"],
        ),
        ("\u00a0frog 1 2.5\na,b -0.5 0.4\n", "glove", ["\u00a0frog", "a,b"]),
        ('word,x,y\n"a,b",1,2.5\n"say ""hi""",-0.5,0.4\n', "csv", ["a,b", 'say "hi"']),
        ('"a,b",1,2.5\nheart attack,-0.5,0.4\n', "csv", ["a,b", "heart attack"]),
        ("heart attack,1,2.5\ntype 2,-0.5,0.4\n", "csv", ["heart attack", "type 2"]),
        ("king, 1, 2.5\nqueen, -0.5, 0.4\n", "csv", ["king", "queen"]),
        (",0,1\nking,1,2.5\nqueen,-0.5,0.4\n", "csv", ["king", "queen"]),  # as pandas writes it
    ],
)
def test_the_formats(text: str, format: str, words: list[str]) -> None:
    for vectors in (read(text), read(text, format)):
        assert vectors.words == words
        assert vectors.vectors.tolist() == np.array([[1, 2.5], [-0.5, 0.4]], dtype=np.float32).tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\nb 1\n", r"line 2: expected a word and 2 numbers, got 'b 1'"),
        ("a 1 2\nb 1 2 3\n", r"line 2: expected a word and 2 numbers, got 'b 1 2 3'"),
        ("a 1 2\n\nb 1 2\n", r"line 2: expected a word and 2 numbers, got ''"),
        ("a 1 2\n 1 2\n", r"line 2: expected a word and 2 numbers, got ' 1 2'"),
        ("a 1 2\nb x 2\n", r"line 2: 'x' is not a finite number"),
        ("a 1 2\nb 1_0 2\n", r"line 2: '1_0' is not a finite number"),
        ("a 1 2\nb 1 1e39\n", r"line 2: '1e39' is not a finite number"),
        ("a 1 2\nb 1 3.4028236e38\n", r"line 2: '3.4028236e38' is not a finite number"),
        ("a 1 2\nb 0.1 2\nc 1 2\nb 3 4\n", r"line 4: the word 'b' is in line 2 already"),
        (b"a 1 2\n\xff 1 2\n", r"line 2: 'utf-8' codec can't decode byte 0xff"),
        ("a,1,2\nb,1\n", r"line 2: expected a word and 2 numbers, got 'b,1'"),
        ('a,1,2\nb,"0,5",2\n', r"line 2: '0,5' is not a finite number"),
        ("a,1\nb,\n", r"line 2: '' is not a finite number"),
        (f"a,1\n{'b' * 200_000},1\n", r"line 2: field larger than field limit"),
        ("3 2\na 1 2\n", r"holds 1 words, expected the 3 words of its first line"),
        ("", r"line 1: expected a word and 1 numbers"),
        ("<html>\n", r"line 1: expected a word and 1 numbers, got '<html>'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=f"vectors.txt,? {message}"):
        WordVectors.read(path)


def test_a_format_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="format must be 'glove', 'word2vec' or 'csv', got 'json'"):
        read("a 1", "json")
    with pytest.raises(ValueError, match=r"line 1: expected the numbers of words and dimensions, got b'a 1"):
        read("a 1 2\n", "word2vec")
    with pytest.raises(ValueError, match=r"line 2: expected a word and 1 numbers, got 'the 0.1 0.2 0.3'"):
        read("3 3\nthe 0.1 0.2 0.3\n", "glove")


def test_an_error_far_down_names_its_line() -> None:
    lines = [f"word{i} 0.{i} 1.5" for i in range(100_000)]
    lines[81_233] = "word 0.25 one"
    with pytest.raises(ValueError, match=r"the file, line 81234: 'one' is not a finite number"):
        read("\n".join(lines))


@REPEATABLE
@given(
    st.lists(
        st.lists(
            FLOATS.map(repr) | st.from_regex(r"-?[0-9]\.[0-9]{1,16}", fullmatch=True), min_size=3, max_size=3
        ),
        min_size=1,
    )
)
def test_numbers_are_parsed_as_float_does(rows: list[list[str]]) -> None:
    text = "\n".join(f"w{i} {' '.join(row)}" for i, row in enumerate(rows))
    expected = np.array([[float(number) for number in row] for row in rows]).astype(np.float32)
    assert read(text).vectors.tobytes() == expected.tobytes()
