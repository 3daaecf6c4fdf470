"""Word vectors: look them up, compare them, calculate with them, read and write them."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import numbers, of_type, shown, strings, whole
from ..text import Vocabulary
from .reading import Floats, read_rows


class UnknownWordError(KeyError):
    """A word has no vector; the message names words that are spelt nearly the same."""

    def __str__(self) -> str:
        word, vectors = self.args
        near = difflib.get_close_matches(str(word), vectors.words[:20_000], cutoff=0.75)
        hint = f"; spelt nearly so: {', '.join(near)}" if near else ""
        return f"there is no vector for the word {shown(word)} among {len(vectors):,}{hint}"


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
    vectors : ndarray of float32, shape (len(words), dim), perhaps read-only

    Raises
    ------
    ValueError
        If the shapes do not fit, a word occurs twice or there is none; where angles are asked for, if a
        vector holds something that is not a finite number.
    UnknownWordError
        A KeyError: wherever a word is given that has no vector.

    Examples
    --------
    >>> vectors = WordVectors(["frog", "toad", "king"], [[3, 4], [4, 3], [-4, 3]])
    >>> "frog" in vectors, len(vectors), vectors.dim
    (True, 3, 2)
    >>> vectors["toad"]
    array([4., 3.], dtype=float32)
    >>> vectors.unit["toad"]
    array([0.8, 0.6], dtype=float32)
    """

    def __init__(self, words: Iterable[str], vectors: ArrayLike):
        self.words = strings("words", words)
        self.vectors: Floats = numbers("vectors", vectors, np.float32)
        if not self.vectors.size or self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise ValueError(f"each word needs a vector: {len(self.words)} words, shape {self.vectors.shape}")
        self._row = {word: row for row, word in enumerate(self.words)}
        if len(self._row) < len(self.words):
            [(word, n)] = Counter(self.words).most_common(1)
            raise ValueError(f"each word must occur once, {word!r} occurs {n} times")

    @property
    def dim(self) -> int:
        """The length of each vector."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._row

    def __getitem__(self, word: str) -> Floats:
        if of_type(str, "word", word) not in self._row:
            raise UnknownWordError(word, self)
        vector: Floats = self.vectors[self._row[word]]
        return vector

    @cached_property
    def unit(self) -> "WordVectors":
        """The same with all vectors 1 long, but for those of zeros; made when first asked for, in memory."""
        lengths = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))[:, None]
        with np.errstate(all="ignore"):  # what is not finite is made again, or refused, below
            unit = self.vectors / np.where(lengths, lengths, 1)
        for row in np.flatnonzero(~((lengths > 1e-15) & (lengths < np.inf))):  # too small or large to square
            vector = self.vectors[row].astype(float)
            if not np.isfinite(vector).all():
                word = self.words[row]
                raise ValueError(f"the vector of {word!r} holds something that is not a finite number")
            unit[row] = vector / (np.linalg.norm(vector) or 1)
        return WordVectors(self.words, unit)

    def similarity(self, a: str, b: str) -> float:
        """Compare two words by the cosine of the angle of their vectors; 0 if one is all zeros."""
        return float(self.unit[a] @ self.unit[b])

    def nearest(self, word: str | ArrayLike, k: int = 10) -> list[tuple[str, float]]:
        """Find the words whose vectors point most nearly in the same direction.

        Parameters
        ----------
        word : str or array_like of float, shape (dim,)
            A word, which is then left out of the answer, or any vector that is not all zeros.
        k : int
            How many words; fewer come back if there are no more.

        Returns
        -------
        list of (str, float)
            Words and the cosines of their angles, the nearest first; of equal ones the earlier word first.

        Examples
        --------
        >>> vectors = WordVectors(["frog", "toad", "king"], [[3, 4], [4, 3], [-4, 3]])
        >>> [(word, round(cosine, 2)) for word, cosine in vectors.nearest("frog", k=2)]
        [('toad', 0.96), ('king', 0.0)]
        """
        if isinstance(word, str):
            return self._closest(self[word], k, {word})
        return self._closest(numbers("word", word, np.float32), k, set())

    def analogy(self, a: str, b: str, c: str, k: int = 1) -> list[tuple[str, float]]:
        """Complete "`a` is to `b` as `c` is to …" by the nearest words to b - a + c, all of length 1.

        The three words are left out of the answer; `k`, it and what is raised are those of `nearest`. Slide
        "Word Embeddings"; Levy, Goldberg (2014), "Linguistic regularities …" (3CosAdd).
        """
        return self._closest(self.unit[b] - self.unit[a] + self.unit[c], k, {a, b, c})

    def _closest(self, vector: Any, k: int, leave_out: set[str]) -> list[tuple[str, float]]:
        k = whole("k", k)
        if vector.shape != (self.dim,):
            raise ValueError(f"the vector must have the shape ({self.dim},), got {vector.shape}")
        with np.errstate(over="ignore"):
            length = np.linalg.norm(vector)
        if not 1e-15 < length < np.inf:  # perhaps its squares are too small or large
            length = np.linalg.norm(vector := vector.astype(float))
        if not 0 < length < np.inf:
            raise ValueError(f"a vector of length {length} has no direction, so no nearest words")
        cosines = self.unit.vectors @ (vector / length)
        cosines[[self._row[word] for word in leave_out]] = -np.inf
        if (k := min(k, len(self) - len(leave_out))) < 1:
            return []
        best = np.flatnonzero(cosines >= np.partition(cosines, -k)[-k])  # and what is equal to the last
        best = best[np.argsort(-cosines[best], kind="stable")][:k]
        return [(self.words[row], float(cosines[row])) for row in best]

    def matrix(self, vocabulary: Vocabulary, max_words: int) -> Floats:
        """Arrange the vectors in the order of a vocabulary's ids, for an ``Embedding`` layer (slide "IMDb").

        Returns
        -------
        ndarray of float32, shape (max_words, dim)
            Row i is the vector of the word with id i; zeros for the padding (0) and for words without one.

        Examples
        --------
        >>> WordVectors(["frog"], [[3, 4]]).matrix(Vocabulary({"the": 2, "frog": 1}), max_words=3)
        array([[0., 0.],
               [0., 0.],
               [3., 4.]], dtype=float32)
        """
        rows = np.zeros((whole("max_words", max_words, 1), self.dim), dtype=np.float32)
        for word, i in of_type(Vocabulary, "vocabulary", vocabulary).word_index.items():
            if i < max_words and word in self:
                rows[i] = self[word]
        return rows

    def missing(self, vocabulary: Vocabulary, max_words: int) -> list[str]:
        """List the words with ids below `max_words` that have no vector: their rows in `matrix` are zeros."""
        max_words = whole("max_words", max_words, 1)
        ids = of_type(Vocabulary, "vocabulary", vocabulary).word_index.items()
        return [word for word, i in ids if i < max_words and word not in self]

    @classmethod
    def read(cls, source: "str | PathLike[str] | IO[bytes]") -> "WordVectors":
        r"""Read vectors from a text file or an open binary file: UTF-8, one word a line with its numbers.

        The first line tells the format:

        * word2vec, if it is two whole numbers: of words and of dimensions. The rest is as in GloVe.
        * CSV, if it holds numbers between commas, or commas and no number at its end. A word with a comma is
          quoted. A first line that has no numbers, or no word, or counts 0, 1, 2 … names the columns.
        * GloVe otherwise: word and numbers separated by blanks. A word may hold blanks itself, but not end
          in a number after one: the last numbers are the vector, as many as the first line ends with.

        ValueError, with the file and the line, if a number is missing, too many or not finite, a word occurs
        twice, the text is not UTF-8, or there are not as many words as the first line says.

        Examples
        --------
        >>> from io import BytesIO
        >>> WordVectors.read(BytesIO(b"frog 0.25 1\n. . -1 2\n")).words
        ['frog', '. .']
        """
        is_path = isinstance(source, (str, PathLike))
        if not is_path and not isinstance(getattr(source, "read", str)(0), bytes):
            raise TypeError(f"source must be a path, or a file opened in binary mode, got {shown(source)}")
        with Path(source).open("rb") if isinstance(source, (str, PathLike)) else nullcontext(source) as file:
            return cls(*read_rows(file, str(getattr(file, "name", "the file"))))
