"""From text to tokens, from tokens to integers, from integers to a rectangle of integers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .arguments import chosen, each_sequence, ids_below, ids_of, in_order, of_type, strings, whole

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
    of_type(str, "text", text)
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
    return list(of_type(str, "text", text))


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
    tokens, n, joiner = strings("tokens", tokens), whole("n", n, 1), of_type(str, "joiner", joiner)
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
        most = whole("max_words", max_words, 2) - 1 if max_words is not None else None  # 0 is the padding
        for word, n in of_type(Mapping, "counts", counts).items():
            of_type(str, "each word", word), whole("each count", n)
        self.word_index = {word: i for i, (word, _) in enumerate(Counter(counts).most_common(), start=1)}
        self._words = ["", *self.word_index]
        self._known = dict(islice(self.word_index.items(), most))

    @classmethod
    def from_texts(cls, texts: Iterable[str], max_words: int | None = None) -> "Vocabulary":
        """Count the words of many texts; TypeError if `texts` is a single string."""
        return cls(Counter(chain.from_iterable(map(tokenize, in_order("texts", texts)))), max_words)

    def __len__(self) -> int:
        """Return how many distinct words were seen."""
        return len(self.word_index)

    def encode(self, texts: Iterable[str]) -> list[list[int]]:
        """Turn each text into the ids of its known words; TypeError if `texts` is a single string."""
        id_of, texts = self._known.get, in_order("texts", texts)
        return [[i for i in map(id_of, tokenize(text)) if i is not None] for text in texts]

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids back into words, joined by spaces, without padding; ValueError if an id has no word."""
        known = ids_below(len(self._words), [*in_order("ids", ids)], ndim=1)  # 0 is the padding
        return " ".join(self._words[i] for i in known.tolist() if i)


def pad(
    sequences: Sequence[Sequence[int]], length: int, padding: Side = "pre", truncating: Side = "pre"
) -> NDArray[np.int32]:
    """Make sequences equally long, with zeros for what is missing, as ``keras.utils.pad_sequences`` does.

    The picture of slide "IMDb Example" pads behind, its code before.

    Parameters
    ----------
    sequences : sequence of sequences of int
        Ids, of any lengths, none included; ValueError if one is not a whole number from 0 to 2**31 - 1.
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
    length, sides = whole("length", length, 1), ("pre", "post")
    chosen("padding", padding, sides), chosen("truncating", truncating, sides)
    every = list(each_sequence(sequences))
    padded = np.zeros((len(every), length), dtype=np.int64)
    for row, sequence in zip(padded, every, strict=True):
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        place = row[length - len(kept) :] if padding == "pre" else row[: len(kept)]
        place[:] = ids_of(kept, ndim=1)
    return ids_below(2**31, padded).astype(np.int32)  # all at once: row by row takes twice as long
