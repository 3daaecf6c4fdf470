"""Word vectors: looked up, compared, calculated with, read and written."""

import gzip
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecture9_utils import Vocabulary, WordVectors
from tests.datasets.stand_ins import zipped

FROGS = WordVectors(["frog", "toad", "king", "frogs"], [[3, 4], [4, 3], [-4, 3], [3, 4.5]])
REPEATABLE = settings(derandomize=True)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1)


def read(text: str | bytes) -> WordVectors:
    return WordVectors.read(BytesIO(text if isinstance(text, bytes) else text.encode()))


# Looking up and comparing


def test_it_is_a_collection_of_words() -> None:
    assert list(FROGS) == FROGS.words == ["frog", "toad", "king", "frogs"]
    assert (len(FROGS), FROGS.dim) == (4, 2)
    assert "newt" not in FROGS
    assert FROGS["toad"].tolist() == [4, 3]
    assert FROGS["toad"].dtype == np.float32
    with pytest.raises(KeyError, match=r"^there is no .* 'frogg' among 4; spelt nearly so: frog, frogs$"):
        FROGS["frogg"]


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


def test_similarities_neighbours_and_analogies_are_those_of_gensim() -> None:
    random = np.random.default_rng(0)
    words = [f"word{i}" for i in range(500)]
    vectors, theirs = WordVectors(words, random.normal(size=(500, 20))), KeyedVectors(20)
    theirs.add_vectors(words, vectors.vectors)
    np.testing.assert_allclose(vectors.unit.vectors, theirs.get_normed_vectors(), atol=1e-6)
    assert (len(vectors.nearest(words[0])), len(vectors.analogy(*words[:3]))) == (10, 1)
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
    words = list(vocabulary.word_index)[: max_words - 1]
    rows = [FROGS[word].tolist() if word in FROGS else [0, 0] for word in words]
    matrix = FROGS.matrix(vocabulary, max_words)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[0, 0], *rows, *[[0, 0]] * (max_words - 1 - len(words))]
    assert FROGS.missing(vocabulary, max_words) == [word for word in words if word not in FROGS]


# Reading and writing


@REPEATABLE
@given(
    words=st.lists(WORDS.filter(lambda word: word.split() == [word]), min_size=1, max_size=8, unique=True),
    data=st.data(),
)
def test_what_gensim_saves_is_read_back_bit_for_bit(
    words: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    theirs = KeyedVectors(data.draw(st.integers(1, 5)))
    theirs.add_vectors(
        words, data.draw(arrays(np.float32, (len(words), theirs.vector_size), elements=FLOATS))
    )
    theirs.save_word2vec_format(path := tmp_path_factory.mktemp("saved") / "vectors.txt")
    again = WordVectors.read(path)
    assert again.words == words
    assert again.vectors.tobytes() == theirs.vectors.tobytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("frog 1 2.5\ntoad -0.5 .4", ["frog", "toad"]),  # no line break at the end
        ("frog 1 2.5\r\ntoad -0.5 4e-1\r\n", ["frog", "toad"]),
        ("\ufefffrog  1\t2.5\ntoad -0.5  0.4\n", ["frog", "toad"]),
        ("2 2\nfrog 1 2.5 \ntoad -0.5 0.4 \n", ["frog", "toad"]),  # word2vec.c's blanks
        (". . 1 2.5\n7 -0.5 0.4\n", [". .", "7"]),
        ("7  1 2.5\n8 -0.5  0.4\n", ["7", "8"]),
        (", 1 2.5\n\u00a0\u00e9t\u00e9\u00a0\u2603 -0.5 0.4\n", [",", "\u00a0\u00e9t\u00e9\u00a0\u2603"]),
        ("\u00a0frog 1 2.5\na,b -0.5 0.4\n", ["\u00a0frog", "a,b"]),
        ('word,x,y\n"a,b",1,2.5\n"say ""hi""",-0.5,0.4\n', ["a,b", 'say "hi"']),
        ('"a,b",1,2.5\ntype 2,-0.5,0.4\n', ["a,b", "type 2"]),
        ("heart attack, 1, 2.5\r\nqueen, -0.5, 0.4\r\n", ["heart attack", "queen"]),
        (",0,1\nking,1,2.5\nqueen,-0.5,0.4\n", ["king", "queen"]),  # as pandas writes it
    ],
)
def test_the_formats(text: str, words: list[str]) -> None:
    vectors = read(text)
    assert vectors.words == words
    assert vectors.vectors.tolist() == np.array([[1, 2.5], [-0.5, 0.4]], dtype=np.float32).tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\nb 1\n", "line 2: expected a word and 2 numbers, got 'b 1'"),
        ("a 1 2\nb 1 2 3\n", "line 2: expected a word and 2 numbers, got 'b 1 2 3'"),
        ("a 1 2\n\nb 1 2\n", "line 2: expected a word and 2 numbers, got ''"),
        ("a 1 2\n 1 2\n", "line 2: expected a word and 2 numbers, got ' 1 2'"),
        ("a 1 2\nb 1_0 2\n", "line 2: '1_0' is not a finite number"),
        ("a 1 2\nb 1 3.4028236e38\n", "line 2: '3.4028236e38' is not a finite number"),
        ("a 1 2\nb 0.1 2\nc 1 2\nb 3 4\n", "line 4: the word 'b' is in line 2 already"),
        ("2 2\na 1 2\na 1 2\n", "line 3: the word 'a' is in line 2 already"),
        (b"a 1 2\n\xff 1 2\n", "line 2: 'utf-8' codec can't decode byte 0xff"),
        ('a,1,2\nb,"0,5",2\n', "line 2: '0,5' is not a finite number"),
        ("a,1\nb,\n", "line 2: expected a word and 1 numbers, got 0"),
        ("3 2\na 1 2\n", "is incomplete: it holds 1 words, not 3"),
        ("word,x\n", "is incomplete: it holds 0 words, not one or more"),
        ("", "line 1: expected a word and 1 numbers"),
        (zipped({"a.txt": "a 1"}), "line 1: it is packed: unpack it first"),
        (gzip.compress(b"a 1"), "line 1: it is packed: unpack it first"),
        ("<html>\n", "line 1: expected a word and 1 numbers, got '<html>'"),
        pytest.param(f"a,1\n{'b' * 200_000},1\n", "line 2: field larger than field limit", id="long"),
        pytest.param(
            "\n".join(f"a{i} {i - 12000 or 'one'}" for i in range(20_000)), "line 12001: 'one'", id="far"
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=f"vectors.txt,? {message}"):
        WordVectors.read(path)


NUMBERS = FLOATS.map(repr) | st.from_regex(r"-?[0-9]\.[0-9]{1,16}", fullmatch=True)


@REPEATABLE
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1))
def test_numbers_are_parsed_as_float_does(rows: list[tuple[str, str, str]]) -> None:
    text = "\n".join(f"w{i} {' '.join(row)}" for i, row in enumerate(rows))
    expected = np.array([[float(number) for number in row] for row in rows]).astype(np.float32)
    assert read(text).vectors.tobytes() == expected.tobytes()
