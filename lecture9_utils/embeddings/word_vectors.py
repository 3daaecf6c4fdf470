"""Word vectors: look them up, compare them, calculate with them, read and write them."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import ArrayLike

from ..files import write_atomically
from ..text import Vocabulary
from .vector_text import Floats, Format, read_rows


class UnknownWordError(KeyError):
    """A word has no vector; the message names words that are spelt nearly the same."""

    def __init__(self, word: object, words: Sequence[str]):
        super().__init__(word)
        self._word, self._words = word, words

    def __str__(self) -> str:
        near = difflib.get_close_matches(str(self._word), self._words[:20_000], cutoff=0.75)
        hint = f"; spelt nearly so: {', '.join(near)}" if near else ""
        return f"there is no vector for the word {self._word!r} among {len(self._words):,}{hint}"


class WordVectors:
    """One vector for each of many words.

    Parameters
    ----------
    words : iterable of str
        All different, at least one.
    vectors : array_like of float, shape (number of words, dim)
        One row a word, kept as float32.

    Attributes
    ----------
    words : list of str
    vectors : ndarray of float32, shape (len(words), dim)
        May be memory-mapped and read-only.

    Raises
    ------
    ValueError
        If the shapes do not fit, a word occurs twice or there is none.

    Examples
    --------
    >>> vectors = WordVectors(["frog", "toad", "king"], [[3, 4], [4, 3], [-4, 3]])
    >>> "frog" in vectors, len(vectors), vectors.dim
    (True, 3, 2)
    >>> vectors["toad"]
    array([4., 3.], dtype=float32)
    >>> [(word, round(cosine, 2)) for word, cosine in vectors.nearest("frog", k=2)]
    [('toad', 0.96), ('king', 0.0)]

    References
    ----------
    Lecture 9, slides "Word Embeddings" and "GloVe".
    """

    def __init__(self, words: Iterable[str], vectors: ArrayLike):
        self.words = list(words)
        self.vectors: Floats = np.asarray(vectors, dtype=np.float32)
        if not self.words or self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise ValueError(
                f"vectors must have one row for each of the {len(self.words)} words (at least one), "
                f"got the shape {self.vectors.shape}"
            )
        self._row = dict(zip(self.words, range(len(self.words)), strict=True))
        if len(self._row) < len(self.words):
            first, second = _twice(self.words)
            raise ValueError(
                f"each word must occur once, {self.words[first]!r} is number {first + 1} and {second + 1}"
            )

    @property
    def dim(self) -> int:
        """The length of each vector."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._row

    def __getitem__(self, word: str) -> Floats:
        vector: Floats = self.vectors[self._number(word)]
        return vector

    def _number(self, word: str) -> int:
        if word not in self._row:
            raise UnknownWordError(word, self.words)
        return self._row[word]

    @cached_property
    def _lengths(self) -> Floats:
        lengths: Floats = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))
        if not np.isfinite(lengths).all():
            word = self.words[int(np.argmin(np.isfinite(lengths)))]
            raise ValueError(f"the vector of {word!r} holds something that is not a finite number")
        lengths[lengths == 0] = 1
        return lengths

    def nearest(self, word: str | ArrayLike, k: int = 10) -> list[tuple[str, float]]:
        """Find the words whose vectors point most nearly in the same direction.

        Parameters
        ----------
        word : str or array_like of float, shape (dim,)
            A word, which is then left out of the answer, or any vector.
        k : int
            How many words, at least 1; fewer come back if there are no more.

        Returns
        -------
        list of (str, float)
            Words and the cosines of their angles, the nearest first; of equal ones the earlier word first.

        Raises
        ------
        UnknownWordError
            If the word has no vector. It is a KeyError.
        ValueError
            If `k` is below 1, or the vector has the wrong shape or the length 0.

        References
        ----------
        Lecture 9, slide "GloVe" (the neighbours of "frog"); gensim, ``KeyedVectors.most_similar``.
        """
        if isinstance(word, str):
            return self._closest(self[word], k, leave_out=[self._number(word)])
        return self._closest(np.asarray(word, dtype=np.float32), k, leave_out=[])

    def analogy(self, a: str, b: str, c: str, k: int = 1) -> list[tuple[str, float]]:
        """Complete "`a` is to `b` as `c` is to …" by the nearest words to b - a + c, all of length 1.

        Parameters
        ----------
        a, b, c : str
            Words, which are left out of the answer.
        k : int
            How many words, at least 1.

        Returns
        -------
        list of (str, float)
            Words and cosines, the best first.

        Raises
        ------
        UnknownWordError, ValueError
            As for `nearest`.

        References
        ----------
        Lecture 9, slides "Word Embeddings" ("king" + "female") and "GloVe"; Levy, Goldberg (2014),
        "Linguistic regularities in sparse and explicit word representations" (3CosAdd); gensim,
        ``KeyedVectors.most_similar(positive=[b, c], negative=[a])``.
        """
        rows = [self._number(word) for word in (a, b, c)]
        unit_a, unit_b, unit_c = self.vectors[rows] / self._lengths[rows, None]
        return self._closest(unit_b - unit_a + unit_c, k, leave_out=rows)

    def _closest(self, vector: Floats, k: int, leave_out: list[int]) -> list[tuple[str, float]]:
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        if vector.shape != (self.dim,):
            raise ValueError(f"the vector must have the shape ({self.dim},), got {vector.shape}")
        length = float(np.linalg.norm(vector))
        if not 0 < length < np.inf:
            raise ValueError(f"a vector of length {length} has no direction, so no nearest words")
        cosines = self.vectors @ (vector / np.float32(length))
        cosines /= self._lengths
        cosines[leave_out] = -np.inf
        k = min(k, len(self) - len(set(leave_out)))
        if k == 0:
            return []
        best = np.flatnonzero(
            cosines >= np.partition(cosines, -k)[-k]
        )  # k of them, and what is equal to the last
        best = best[np.argsort(-cosines[best], kind="stable")][:k]
        return [(self.words[i], float(cosines[i])) for i in best]

    def matrix(self, vocabulary: Vocabulary | Mapping[str, int], max_words: int) -> Floats:
        """Arrange the vectors in the order of a vocabulary's ids, for an ``Embedding`` layer.

        Parameters
        ----------
        vocabulary : Vocabulary or mapping of str to int
            The ids, from 1.
        max_words : int
            The number of rows: ids below it are used, as with ``Vocabulary(max_words=…)``.

        Returns
        -------
        ndarray of float32, shape (max_words, dim)
            Row i is the vector of the word with id i; zeros for the padding (0) and for words without one.

        Raises
        ------
        ValueError
            If `max_words` is below 1.

        Examples
        --------
        >>> WordVectors(["frog"], [[3, 4]]).matrix({"the": 1, "frog": 2, "newt": 3}, max_words=3)
        array([[0., 0.],
               [0., 0.],
               [3., 4.]], dtype=float32)

        References
        ----------
        Lecture 9, slide "IMDb Example - Word Embeddings" (``embedding_matrix``).
        """
        if max_words < 1:
            raise ValueError(f"max_words must be at least 1, got {max_words}")
        known = {i: self._row[word] for word, i in _ids(vocabulary, max_words) if word in self._row}
        rows = np.zeros((max_words, self.dim), dtype=np.float32)
        rows[list(known)] = self.vectors[list(known.values())]
        return rows

    def missing(self, vocabulary: Vocabulary | Mapping[str, int], max_words: int) -> list[str]:
        """List the words with ids below `max_words` that have no vector; see `matrix`.

        Examples
        --------
        >>> WordVectors(["frog"], [[3, 4]]).missing({"the": 1, "frog": 2, "newt": 3}, max_words=3)
        ['the']
        """
        return [word for word, _ in _ids(vocabulary, max_words) if word not in self._row]

    @classmethod
    def read(cls, source: "str | PathLike[str] | IO[bytes]", format: Format | None = None) -> "WordVectors":
        r"""Read vectors from a text file.

        Parameters
        ----------
        source : path or binary file
            UTF-8 text, one word a line with its numbers.
        format : {"glove", "word2vec", "csv"}, optional
            * ``"glove"``: word and numbers separated by single spaces. A word may hold spaces itself: the
              last numbers are the vector, as many as the first line ends with.
            * ``"word2vec"``: the same after a first line with the number of words and of dimensions.
            * ``"csv"``: separated by commas; a word with a comma is quoted; a first line without numbers
              names the columns.

            By default it is found out: CSV if the first line has commas and no spaces between them,
            word2vec if it is two whole numbers, GloVe otherwise.

        Returns
        -------
        WordVectors

        Raises
        ------
        ValueError
            With the file and the line, if a number is missing, too many or not a finite number, a word occurs
            twice, the text is not UTF-8, or there are not as many words as the first line says.
        OSError
            If the file cannot be read.

        Examples
        --------
        >>> from io import BytesIO
        >>> vectors = WordVectors.read(BytesIO(b"frog 0.25 1\n. . -1 2\n"))
        >>> vectors.words, vectors.dim
        (['frog', '. .'], 2)

        References
        ----------
        Lecture 9, slide "IMDb Example - Word Embeddings" (``embeddings_index``).
        """
        if isinstance(source, (str, PathLike)):
            with Path(source).open("rb") as file:
                return cls(*read_rows(file, str(source), format))
        return cls(*read_rows(source, str(getattr(source, "name", "the file")), format))

    def save(self, path: "str | PathLike[str]") -> None:
        """Write the vectors as word2vec text, which `read` reads back bit for bit.

        Parameters
        ----------
        path : path
            The file; it is there as a whole or not at all.

        Raises
        ------
        ValueError
            If a word is empty or holds a line break.
        OSError
            If there is no room or no permission.
        """
        for word in self.words:
            if not word or "\n" in word or "\r" in word:
                raise ValueError(
                    f"a word in a text file must not be empty or hold a line break, got {word!r}"
                )
        write_atomically(Path(path), self._write)

    def _write(self, file: IO[bytes]) -> None:
        file.write(f"{len(self)} {self.dim}\n".encode())
        for word, vector in zip(self.words, self.vectors, strict=True):
            file.write(f"{word} {' '.join(vector.astype(str))}\n".encode())


def _ids(vocabulary: Vocabulary | Mapping[str, int], max_words: int) -> list[tuple[str, int]]:
    index = vocabulary.word_index if isinstance(vocabulary, Vocabulary) else vocabulary
    return [(word, i) for word, i in index.items() if 0 < i < max_words]


def _twice(words: Sequence[str]) -> tuple[int, int]:
    """Find the rows of the first word that occurs again."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        if word in first:
            return first[word], row
        first[word] = row
    raise ValueError("no word occurs twice")
