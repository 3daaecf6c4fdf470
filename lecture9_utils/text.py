"""From text to tokens, from tokens to integers, from integers to a rectangle of integers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Side = Literal["pre", "post"]

# What Keras's historic Tokenizer turned into spaces: all ASCII punctuation but the apostrophe.
_MARKS = b'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_TO_SPACE = bytes.maketrans(_MARKS, b" " * len(_MARKS))


def tokenize(text: str, lower: bool = True) -> list[str]:
    """Split a text into words as Keras 2 did (``text_to_word_sequence``; slide "Tokenization").

    Punctuation becomes a space, except for the apostrophe; only spaces, tabs and newlines separate words.

    Examples
    --------
    >>> tokenize("Data science rocks my socks off!")
    ['data', 'science', 'rocks', 'my', 'socks', 'off']
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    # UTF-8 keeps ASCII apart from all else, and bytes are translated several times faster than a str.
    line = (text.lower() if lower else text).encode("utf-8", "surrogatepass").translate(_TO_SPACE)
    return [word for word in line.decode("utf-8", "surrogatepass").split(" ") if word]


def characters(text: str) -> list[str]:
    """Split a text into its characters, spaces and punctuation included (slide "Text Data").

    Examples
    --------
    >>> characters("Hi all")
    ['H', 'i', ' ', 'a', 'l', 'l']
    """
    return list(text)


def ngrams(tokens: Sequence[str], n: int, joiner: str = " ") -> list[str]:
    """List every run of 1 to `n` consecutive tokens (slide "N-grams").

    Parameters
    ----------
    tokens : sequence of str
        Words or characters, in order; TypeError if it is a string.
    n : int
        The longest run, at least 1, else ValueError.
    joiner : str
        What stands between the tokens of a run: a space for words, nothing for characters.

    Returns
    -------
    list of str
        The runs by where they begin, the shorter first; a run that occurs twice is listed twice.

    Examples
    --------
    >>> ngrams(["data", "science", "rocks"], 2)
    ['data', 'data science', 'science', 'science rocks', 'rocks']
    >>> ngrams(characters("abc"), 3, joiner="")
    ['a', 'ab', 'abc', 'b', 'bc', 'c']
    """
    refuse_string("tokens", tokens)
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    return [
        joiner.join(tokens[start : start + size])
        for start in range(len(tokens))
        for size in range(1, min(n, len(tokens) - start) + 1)
    ]


def bag_of_ngrams(tokens: Sequence[str], n: int, joiner: str = " ") -> set[str]:
    """Collect the distinct `ngrams`: a set, so without order (slide "N-grams", "bag of 3-grams").

    Examples
    --------
    >>> sorted(bag_of_ngrams(["so", "so", "good"], 2))
    ['good', 'so', 'so good', 'so so']
    """
    return set(ngrams(tokens, n, joiner))


class Vocabulary:
    """Words numbered from 1 by falling frequency, of equals the first seen first; 0 is left for padding.

    So did Keras 2, ``Tokenizer(num_words=…)``; slides "Tokenization" and "One-hot Encoding".

    Parameters
    ----------
    counts : mapping of str to int
        How often each word occurs.
    max_words : int, optional
        `encode` uses the ids below this, so that ``Embedding(max_words, …)`` has a row for each of them and
        for the padding: 10,000 keeps the 9,999 most frequent words. At least 2, else ValueError.

    Attributes
    ----------
    word_index : dict of str to int
        All words that were seen, whatever `max_words` is, from 1.

    Examples
    --------
    >>> vocabulary = Vocabulary.from_texts(["The frog saw the toad.", "The toad left."])
    >>> vocabulary.word_index
    {'the': 1, 'toad': 2, 'frog': 3, 'saw': 4, 'left': 5}
    >>> vocabulary.encode(["The newt saw the frog"])
    [[1, 4, 1, 3]]
    >>> vocabulary.decode([1, 4, 1, 3])
    'the saw the frog'
    """

    def __init__(self, counts: Mapping[str, int], max_words: int | None = None):
        if max_words is not None and max_words < 2:
            raise ValueError(f"max_words must be at least 2, got {max_words}: 0 is the padding")
        self.word_index = {word: i for i, (word, _) in enumerate(Counter(counts).most_common(), start=1)}
        self._words = ["", *self.word_index]
        self._known = dict(list(self.word_index.items())[: max_words - 1]) if max_words else self.word_index

    @classmethod
    def from_texts(cls, texts: Iterable[str], max_words: int | None = None) -> "Vocabulary":
        """Count the words of many texts; TypeError if `texts` is a single string."""
        refuse_string("texts", texts)
        return cls(Counter(chain.from_iterable(map(tokenize, texts))), max_words)

    def __len__(self) -> int:
        """Return how many distinct words were seen."""
        return len(self.word_index)

    def encode(self, texts: Iterable[str]) -> list[list[int]]:
        """Turn each text into the ids of its known words; TypeError if `texts` is a single string."""
        refuse_string("texts", texts)
        id_of = self._known.get
        return [[i for i in map(id_of, tokenize(text)) if i is not None] for text in texts]

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids back into words, joined by spaces, without padding; ValueError if an id has no word."""
        ids = list(ids)
        if wrong := [i for i in ids if not 0 <= i < len(self._words)]:
            raise ValueError(f"id {wrong[0]} has no word: ids go from 1 to {len(self)}, 0 is the padding")
        return " ".join(self._words[i] for i in ids if i)


def pad(
    sequences: Sequence[Sequence[int]], length: int, padding: Side = "pre", truncating: Side = "pre"
) -> NDArray[np.int32]:
    """Make sequences equally long, with zeros for what is missing, as ``keras.utils.pad_sequences`` does.

    The picture of slide "IMDb Example" pads behind, its code before.

    Parameters
    ----------
    sequences : sequence of sequences of int
        Ids, of any lengths, none included; TypeError if one is not a whole number, ValueError if one is below
        0 or above 2**31 - 1.
    length : int
        The common length, at least 1, else ValueError.
    padding, truncating : {"pre", "post"}
        Where the zeros go, and where a longer sequence loses ids: at its beginning or its end.

    Returns
    -------
    ndarray of int32, shape (len(sequences), length)

    Examples
    --------
    >>> pad([[5, 6, 11], [1, 2, 3, 4, 5]], 4)
    array([[ 0,  5,  6, 11],
           [ 2,  3,  4,  5]], dtype=int32)
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    if {padding, truncating} - {"pre", "post"}:
        raise ValueError(f"padding and truncating are 'pre' or 'post', got {padding!r} and {truncating!r}")
    padded = np.zeros((len(sequences), length), dtype=np.int64)
    for row, sequence in zip(padded, each_sequence(sequences), strict=True):
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        place = row[length - len(kept) :] if padding == "pre" else row[: len(kept)]
        if len(kept):
            np.copyto(place, kept, casting="same_kind")  # which refuses what is no whole number
    return ids_below(2**31, padded).astype(np.int32)  # all at once: row by row takes twice as long


def each_sequence(sequences: Iterable[Any]) -> Iterator[Any]:
    """Go through sequences of ids; TypeError if it is one sequence, not several."""
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise TypeError(f"sequences must be a list of lists of ids, got {sequence!r} as one of them")
        yield sequence


def ids_below(depth: int, ids: ArrayLike) -> NDArray[np.int64]:
    """Make an array of ids; ValueError if one is outside 0 … `depth` - 1, or not a whole number."""
    array = np.asarray(ids)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"ids must be whole numbers, got {array.dtype}")
    if array.size and not 0 <= array.min() <= array.max() < depth:
        raise ValueError(f"ids must be from 0 to {depth - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64, copy=False)


def refuse_string(name: str, value: object) -> None:
    """Raise a TypeError for one string where a list is meant: Python would go through its letters."""
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list, got the string {value!r}: split it, or wrap it in []")
