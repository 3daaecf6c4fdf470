"""Word vectors: looked up, compared, calculated with, read and written."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecture9_utils import Vocabulary, WordVectors
from lecture9_utils.embeddings import vector_text
from lecture9_utils.embeddings.word_vectors import UnknownWordError

FROGS = WordVectors(["frog", "toad", "king", "frogs"], [[3, 4], [4, 3], [-4, 3], [3, 4.5]])
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\n\r"), min_size=1
)
# The same examples in each run, however slow the machine is.
REPEATABLE = settings(deadline=None, derandomize=True)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def word_vectors(draw: st.DrawFn, elements: st.SearchStrategy[float] = FLOATS) -> WordVectors:
    words = draw(st.lists(WORDS, min_size=1, max_size=8, unique=True))
    dim = draw(st.integers(1, 5))
    return WordVectors(words, draw(arrays(np.float32, (len(words), dim), elements=elements)))


def read(text: str | bytes, format: vector_text.Format | None = None) -> WordVectors:
    return WordVectors.read(BytesIO(text if isinstance(text, bytes) else text.encode()), format)


# Looking up


def test_it_is_a_collection_of_words() -> None:
    assert len(FROGS) == 4
    assert list(FROGS) == FROGS.words == ["frog", "toad", "king", "frogs"]
    assert "frog" in FROGS
    assert "newt" not in FROGS
    assert FROGS["toad"].tolist() == [4, 3]
    assert FROGS["toad"].dtype == np.float32
    assert FROGS.dim == 2


def test_an_unknown_word_is_a_key_error_in_one_sentence_with_near_spellings() -> None:
    with pytest.raises(KeyError) as caught:
        FROGS["frogg"]
    assert isinstance(caught.value, UnknownWordError)
    assert (
        str(caught.value) == "there is no vector for the word 'frogg' among 4; spelt nearly so: frog, frogs"
    )
    with pytest.raises(UnknownWordError, match=r"^there is no vector for the word 'x' among 4$"):
        FROGS.nearest("x")


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        ([], np.zeros((0, 2)), "at least one"),
        (["a", "b"], [[1, 2]], r"2 words .* got the shape \(1, 2\)"),
        (["a"], [1, 2], r"got the shape \(2,\)"),
        (["a", "b", "a"], np.eye(3), "each word must occur once, 'a' is number 1 and 3"),
    ],
)
def test_what_does_not_fit_together_is_refused(words: list[str], vectors: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WordVectors(words, vectors)  # type: ignore[arg-type]


# Comparing


@REPEATABLE
@given(word_vectors(st.floats(-100, 100, width=16)), st.integers(1, 10), st.data())
def test_nearest_is_the_naive_cosine(vectors: WordVectors, k: int, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(vectors.words))
    query = vectors[word].astype(np.float64)
    if not query.any():
        with pytest.raises(ValueError, match="no direction"):
            vectors.nearest(word, k)
        return
    lengths = np.linalg.norm(vectors.vectors.astype(np.float64), axis=1)
    lengths[lengths == 0] = 1
    expected = vectors.vectors @ query / lengths / np.linalg.norm(query)
    others = [expected[i] for i, other in enumerate(vectors) if other != word]
    found = vectors.nearest(word, k)
    assert word not in dict(found)
    assert len(found) == min(k, len(vectors) - 1)
    np.testing.assert_allclose([cosine for _, cosine in found], sorted(others)[::-1][:k], atol=1e-5)
    for other, cosine in found:
        assert cosine == pytest.approx(expected[vectors.words.index(other)], abs=1e-5)


def test_of_equally_near_words_the_earlier_comes_first() -> None:
    words = [f"word{i}" for i in range(1000)]
    rows = np.array([[1, 0], [1, 1], [2, 0], [0, 1], [2, 2]] * 200)
    closeness = np.array([0, 1, 0, 2, 1] * 200)
    expected = [words[i] for i in sorted(range(1000), key=lambda i: (closeness[i], i))]
    for k in (1, 70, 600, 999):
        assert [word for word, _ in WordVectors(words, rows).nearest("word0", k)] == expected[1 : k + 1]


def test_a_vector_may_be_asked_for_and_then_leaves_no_word_out() -> None:
    assert FROGS.nearest([6, 8], k=1) == [("frog", pytest.approx(1))]
    assert FROGS.nearest(FROGS["frog"], k=1)[0][0] == "frog"


def test_a_vector_of_zeros_is_near_to_nothing() -> None:
    vectors = WordVectors(["a", "b", "zero"], [[1, 0], [1, 1], [0, 0]])
    assert vectors.nearest("a")[-1] == ("zero", 0)
    with pytest.raises(ValueError, match=r"a vector of length 0\.0 has no direction"):
        vectors.nearest("zero")


def test_a_question_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        FROGS.nearest("frog", 0)
    with pytest.raises(ValueError, match=r"shape \(2,\), got \(3,\)"):
        FROGS.nearest([1, 2, 3])
    with pytest.raises(ValueError, match="the vector of 'b' holds something that is not a finite number"):
        WordVectors(["a", "b"], [[1], [np.nan]]).nearest("a")


def test_an_analogy_leaves_out_the_words_it_is_made_of() -> None:
    vectors = WordVectors(
        ["man", "woman", "king", "queen", "frog"], [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]]
    )
    assert vectors.analogy("man", "woman", "king")[0][0] == "queen"
    assert [word for word, _ in vectors.analogy("man", "woman", "king", k=9)] == ["queen", "frog"]
    with pytest.raises(UnknownWordError, match="'prince'"):
        vectors.analogy("man", "woman", "prince")


def test_neighbours_and_analogies_are_those_of_gensim() -> None:
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    random = np.random.default_rng(0)
    words = [f"word{i}" for i in range(500)]
    vectors = WordVectors(words, random.normal(size=(500, 20)))
    theirs = keyedvectors.KeyedVectors(20)
    theirs.add_vectors(words, vectors.vectors)
    for a, b, c in random.choice(words, (20, 3), replace=False):
        for ours, expected in (
            (vectors.nearest(a, 15), theirs.most_similar(a, topn=15)),
            (vectors.nearest(vectors[a] + 1, 15), theirs.similar_by_vector(vectors[a] + 1, topn=15)),
            (vectors.analogy(a, b, c, 5), theirs.most_similar(positive=[b, c], negative=[a], topn=5)),
        ):
            assert [word for word, _ in ours] == [word for word, _ in expected]
            np.testing.assert_allclose([x for _, x in ours], [x for _, x in expected], atol=1e-6)


# For an Embedding layer


@REPEATABLE
@given(st.lists(st.sampled_from([*FROGS.words, "newt", "eft"]), min_size=1), st.integers(2, 8))
def test_row_i_of_the_matrix_is_the_vector_of_word_i(texts: list[str], max_words: int) -> None:
    vocabulary = Vocabulary.from_texts(texts)
    matrix = FROGS.matrix(vocabulary, max_words)
    assert matrix.shape == (max_words, 2)
    assert matrix.dtype == np.float32
    word_of = {i: word for word, i in vocabulary.word_index.items()}
    for i, row in enumerate(matrix):
        word = word_of.get(i)
        assert row.tolist() == (FROGS[word].tolist() if word in FROGS else [0, 0])
    expected = [word for word, i in vocabulary.word_index.items() if i < max_words and word not in FROGS]
    assert FROGS.missing(vocabulary, max_words) == expected
    assert (FROGS.matrix(vocabulary.word_index, max_words) == matrix).all()


def test_a_matrix_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="max_words must be at least 1, got 0"):
        FROGS.matrix({"frog": 1}, 0)


# Reading and writing


@REPEATABLE
@given(vectors=word_vectors())
def test_what_is_saved_is_read_back_bit_for_bit(
    vectors: WordVectors, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / "vectors.txt"
    vectors.save(path)
    again = WordVectors.read(path)
    assert again.words == vectors.words
    assert again.vectors.tobytes() == vectors.vectors.tobytes()


def test_gensim_reads_what_is_saved(tmp_path: Path) -> None:
    models = pytest.importorskip("gensim.models")
    FROGS.save(tmp_path / "frogs.txt")
    theirs = models.KeyedVectors.load_word2vec_format(tmp_path / "frogs.txt")
    assert theirs.index_to_key == FROGS.words
    assert (theirs.vectors == FROGS.vectors).all()


@pytest.mark.parametrize("word", ["", "two\nlines", "carriage\rreturn"])
def test_a_word_that_no_line_can_hold_is_not_saved(word: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not be empty or hold a line break"):
        WordVectors([word], [[1]]).save(tmp_path / "vectors.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("frog 1 2.5\ntoad -0.5 4e-1\n", "glove", ["frog", "toad"]),
        ("frog 1 2.5\ntoad -0.5 .4", "glove", ["frog", "toad"]),  # no line break at the end
        ("frog 1 2.5\r\ntoad -0.5 0.4\r\n", "glove", ["frog", "toad"]),
        ("2 2\nfrog 1 2.5 \ntoad -0.5 0.4 \n", "word2vec", ["frog", "toad"]),  # word2vec.c's trailing spaces
        (". . 1 2.5\n7 -0.5 0.4\n", "glove", [". .", "7"]),
        ("frog 1 2.5\n. . . -0.5 0.4\n", "glove", ["frog", ". . ."]),
        ("frog,1,2.5\n. .,-0.5,0.4\n", "csv", ["frog", ". ."]),
        ('word,x,y\n"a,b",1,2.5\n"say ""hi""",-0.5,0.4\n', "csv", ["a,b", 'say "hi"']),
        ('"frog",1,2.5\n"toad",-0.5,0.4\n', "csv", ["frog", "toad"]),
        (", 1 2.5\n\u00e9t\u00e9\u00a0\u2603 -0.5 0.4\n", "glove", [",", "\u00e9t\u00e9\u00a0\u2603"]),
    ],
)
def test_the_formats(text: str, format: vector_text.Format, words: list[str]) -> None:
    for vectors in (read(text), read(text, format)):
        assert vectors.words == words
        assert vectors.vectors.tolist() == np.array([[1, 2.5], [-0.5, 0.4]], dtype=np.float32).tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\nb 1\n", r"line 2: expected a word and 2 numbers, got 'b 1'"),
        ("a 1 2\nb 1 2 3 x\n", r"line 2: 'x' is not a finite number"),
        ("a 1 2\n\nb 1 2\n", r"line 2: expected a word and 2 numbers, got ''"),
        ("a 1 2\nb 1 \n", r"line 2: expected a word and 2 numbers, got 'b 1'"),
        ("a 1 2\nb  2\n", r"line 2: '' is not a finite number"),
        ("a 1 2\n 1 2\n", r"line 2: expected a word and 2 numbers, got ' 1 2'"),
        ("a 1 2\nb nan 2\n", r"line 2: 'nan' is not a finite number"),
        ("a 1 2\nb 1_0 2\n", r"line 2: '1_0' is not a finite number"),
        ("a 1 2\nb 1 1e999\n", r"line 2: '1e999' is not a finite number"),
        ("a 1 2\nb 3\n4\nc 5 6\n", r"line 2: expected a word and 2 numbers, got 'b 3'"),
        ("a 1 2\nb x.5 2\n", r"line 2: 'x.5' is not a finite number"),
        ("a 1 2\nb 0.12x4 2\n", r"line 2: '0.12x4' is not a finite number"),
        ("a 1 2\nb 0.1 2\nc 1 2\nb 3 4\n", r"line 4: the word 'b' is in line 2 already"),
        ("2 2\na 1 2\na 3 4\n", r"line 3: the word 'a' is in line 2 already"),
        (b"a 1 2\n\xff 1 2\n", r"line 2: 'utf-8' codec can't decode byte 0xff"),
        ("a,1,2\nb,1\n", r"line 2: expected a word and 2 numbers, got 'b,1'"),
        ("a,1,2\nb,1,2,3\n", r"line 2: expected a word and 2 numbers, got 'b,1,2,3'"),
        ("3 2\na 1 2\n", r"holds 1 words, expected the 3 words of its first line"),
        ("", r"holds 0 words, expected at least one word"),
        ("<html>\n", r"line 1: expected a word and 1 numbers, got '<html>'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=f"vectors.txt,? {message}"):
        WordVectors.read(path)


def test_an_error_far_down_names_its_line() -> None:
    lines = [f"word{i} 0.{i} 1.5" for i in range(100_000)]
    lines[81_233] = "word 0.25 one"
    with pytest.raises(ValueError, match=r"the file, line 81234: 'one' is not a finite number"):
        read("\n".join(lines))


def test_an_unknown_format_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="format must be 'glove', 'word2vec' or 'csv', got 'json'"):
        read("a 1", "json")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="line 1: expected the numbers of words and dimensions, got b'a 1"):
        read("a 1 2\n", "word2vec")
    with pytest.raises(FileNotFoundError):
        WordVectors.read(tmp_path / "nowhere.txt")


DECIMALS = st.from_regex(r"-?[0-9]\.[0-9]{1,16}", fullmatch=True)
OTHERS = FLOATS.map(repr) | st.integers(-(10**6), 10**6).map(str)


@REPEATABLE
@given(st.lists(st.lists(DECIMALS | OTHERS, min_size=3, max_size=3), min_size=1))
def test_numbers_are_parsed_as_float_does(rows: list[list[str]]) -> None:
    text = "\n".join(f"w{i} {' '.join(row)}" for i, row in enumerate(rows))
    expected = np.array([[float(number) for number in row] for row in rows]).astype(np.float32)
    assert read(text).vectors.tobytes() == expected.tobytes()


@REPEATABLE
@given(st.lists(DECIMALS | OTHERS, min_size=1))
def test_many_numbers_at_once_are_exact_in_double_precision(numbers: list[str]) -> None:
    text = np.frombuffer(" ".join(numbers).encode() + bytes(32), dtype=np.uint8)
    ends = np.cumsum([len(number) + 1 for number in numbers]) - 1
    starts = ends - [len(number) for number in numbers]
    parsed = vector_text._numbers(text, starts, ends)
    assert parsed.tobytes() == np.array([float(number) for number in numbers]).tobytes()
