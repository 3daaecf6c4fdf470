"""From text to tokens, from tokens to integers, from integers to a rectangle of integers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["pre", "post"]

# What Keras's historic Tokenizer turned into spaces: all ASCII punctuation but the apostrophe.
_MARKS = b'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_TO_SPACE = bytes.maketrans(_MARKS, b" " * len(_MARKS))


def tokenize(text: str, lower: bool = True) -> list[str]:
    """Split a text into words, as Keras's historic ``Tokenizer`` did.

    Punctuation becomes a space, except for the apostrophe; only spaces, tabs and newlines separate words.

    Parameters
    ----------
    text : str
        Any text; an empty one gives no tokens.
    lower : bool
        Whether upper-case letters become lower-case ones.

    Returns
    -------
    list of str
        The words, in order.

    Raises
    ------
    TypeError
        If `text` is not a string.

    Examples
    --------
    >>> tokenize("Data science rocks my socks off!")
    ['data', 'science', 'rocks', 'my', 'socks', 'off']

    References
    ----------
    Lecture 9, slide "Tokenization"; Keras 2, ``keras.preprocessing.text.text_to_word_sequence``.
    """
    _check_text(text)
    # UTF-8 keeps ASCII apart from all else, and bytes are translated several times faster than a str.
    line = (text.lower() if lower else text).encode("utf-8", "surrogatepass").translate(_TO_SPACE)
    words = line.decode("utf-8", "surrogatepass").split(" ")
    return [word for word in words if word]


def characters(text: str) -> list[str]:
    """Split a text into its characters.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        One string of length 1 for each character, spaces and punctuation included.

    Raises
    ------
    TypeError
        If `text` is not a string.

    Examples
    --------
    >>> characters("Hi all")
    ['H', 'i', ' ', 'a', 'l', 'l']

    References
    ----------
    Lecture 9, slide "Text Data".
    """
    _check_text(text)
    return list(text)


def ngrams(tokens: Sequence[str], n: int, joiner: str = " ") -> list[str]:
    """List every run of 1 to `n` consecutive tokens.

    Parameters
    ----------
    tokens : sequence of str
        Words or characters, in order.
    n : int
        The longest run, at least 1.
    joiner : str
        What stands between the tokens of a run: a space for words, nothing for characters.

    Returns
    -------
    list of str
        The runs by where they begin, the shorter first; a run that occurs twice is listed twice.

    Raises
    ------
    TypeError
        If `tokens` is a string: split it first.
    ValueError
        If `n` is below 1.

    Examples
    --------
    >>> ngrams(["data", "science", "rocks"], 2)
    ['data', 'data science', 'science', 'science rocks', 'rocks']
    >>> ngrams(characters("abc"), 3, joiner="")
    ['a', 'ab', 'abc', 'b', 'bc', 'c']

    References
    ----------
    Lecture 9, slide "N-grams".
    """
    if isinstance(tokens, str):
        raise TypeError(
            f"tokens must be a list of tokens, got the string {tokens!r}: call tokenize or characters first"
        )
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    return [
        joiner.join(tokens[start : start + size])
        for start in range(len(tokens))
        for size in range(1, min(n, len(tokens) - start) + 1)
    ]


def bag_of_ngrams(tokens: Sequence[str], n: int, joiner: str = " ") -> set[str]:
    """Collect the distinct runs of 1 to `n` consecutive tokens: a set, so without order.

    Parameters
    ----------
    tokens, n, joiner
        As for `ngrams`.

    Returns
    -------
    set of str
        Each run once.

    Raises
    ------
    TypeError, ValueError
        As for `ngrams`.

    Examples
    --------
    >>> sorted(bag_of_ngrams(["so", "so", "good"], 2))
    ['good', 'so', 'so good', 'so so']

    References
    ----------
    Lecture 9, slide "N-grams" ("bag of 3-grams").
    """
    return set(ngrams(tokens, n, joiner))


class Vocabulary:
    """Words numbered from 1 by falling frequency; 0 is left for padding.

    Words that are equally frequent are numbered in the order in which they were first seen.

    Parameters
    ----------
    counts : mapping of str to int
        How often each word occurs.
    max_words : int, optional
        Ids below this are used by `encode`, so that ``Embedding(max_words, …)`` has a row for each of them
        and for the padding: 10,000 keeps the 9,999 most frequent words. By default all words are kept.

    Attributes
    ----------
    word_index : dict of str to int
        All words that were seen, whatever `max_words` is, from 1.
    max_words : int or None

    Raises
    ------
    ValueError
        If `max_words` is below 2, so that no word is left.

    Examples
    --------
    >>> vocabulary = Vocabulary.from_texts(["The frog saw the toad.", "The toad left."])
    >>> vocabulary.word_index
    {'the': 1, 'toad': 2, 'frog': 3, 'saw': 4, 'left': 5}
    >>> vocabulary.encode(["The newt saw the frog"])
    [[1, 4, 1, 3]]
    >>> vocabulary.decode([1, 4, 1, 3])
    'the saw the frog'

    References
    ----------
    Lecture 9, slides "Tokenization" and "One-hot Encoding"; Keras 2, ``Tokenizer(num_words=…)``.
    """

    def __init__(self, counts: Counter[str], max_words: int | None = None):
        if max_words is not None and max_words < 2:
            raise ValueError(
                f"max_words must be at least 2 (0 is the padding, 1 the first word), got {max_words}"
            )
        self.max_words = max_words
        self.word_index = {word: i for i, (word, _) in enumerate(counts.most_common(), start=1)}
        self._words = ["", *self.word_index]
        self._known = dict(list(self.word_index.items())[: max_words - 1]) if max_words else self.word_index

    @classmethod
    def from_texts(cls, texts: Iterable[str], max_words: int | None = None) -> "Vocabulary":
        """Count the words of many texts; see the class for the parameters."""
        _check_texts(texts)
        return cls(Counter(chain.from_iterable(map(tokenize, texts))), max_words)

    def __len__(self) -> int:
        """Return how many distinct words were seen."""
        return len(self.word_index)

    def encode(self, texts: Iterable[str]) -> list[list[int]]:
        """Turn each text into the ids of its known words; words without an id are left out.

        Raises
        ------
        TypeError
            If `texts` is a single string rather than a list of them.
        """
        _check_texts(texts)
        id_of = self._known.get
        return [[i for i in map(id_of, tokenize(text)) if i is not None] for text in texts]

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids back into words, joined by spaces; padding (0) is left out.

        Raises
        ------
        ValueError
            If an id belongs to no word.
        """
        ids = list(ids)
        if wrong := [i for i in ids if not 0 <= i < len(self._words)]:
            raise ValueError(
                f"id {wrong[0]} belongs to no word: ids go from 1 to {len(self)}, 0 is the padding"
            )
        return " ".join(self._words[i] for i in ids if i)


def pad(
    sequences: Sequence[Sequence[int]], length: int, padding: Side = "pre", truncating: Side = "pre"
) -> NDArray[np.int32]:
    """Make sequences equally long, with zeros for what is missing.

    Parameters
    ----------
    sequences : sequence of sequences of int
        Ids, of any lengths, none included.
    length : int
        The common length, at least 1.
    padding : {"pre", "post"}
        Where the zeros go: before the ids (Keras's default) or after them (the slide's picture).
    truncating : {"pre", "post"}
        What a longer sequence loses: its beginning or its end. The default is Keras's: the *last* ids stay.

    Returns
    -------
    ndarray of int32, shape (len(sequences), length)

    Raises
    ------
    ValueError
        If `length` is below 1, a side is neither ``"pre"`` nor ``"post"``, or an id is not a whole number of
        at most 32 bits.

    Examples
    --------
    >>> pad([[5, 6, 11], [1, 2, 3, 4, 5]], 4)
    array([[ 0,  5,  6, 11],
           [ 2,  3,  4,  5]], dtype=int32)
    >>> pad([[5, 6, 11], [1, 2, 3, 4, 5]], 4, padding="post", truncating="post")
    array([[ 5,  6, 11,  0],
           [ 1,  2,  3,  4]], dtype=int32)

    References
    ----------
    Lecture 9, slide "IMDb Example" (padding); ``keras.utils.pad_sequences``.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"{name} must be 'pre' or 'post', got {side!r}")
    kept = [sequence[-length:] if truncating == "pre" else sequence[:length] for sequence in sequences]
    sizes = np.fromiter(map(len, kept), dtype=np.int64, count=len(kept))
    column = np.arange(length)
    filled = column >= length - sizes[:, None] if padding == "pre" else column < sizes[:, None]
    padded = np.zeros((len(kept), length), dtype=np.int32)
    if filled.any():
        padded[filled] = _joined([sequence for sequence in kept if len(sequence)])
    return padded


def _joined(sequences: list[Sequence[int]]) -> NDArray[np.integer]:
    """Put the ids of sequences that are not empty into one row."""
    if isinstance(sequences[0], np.ndarray):
        ids = np.concatenate(sequences)
    else:
        ids = np.array(list(chain.from_iterable(sequences)))
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"sequences must hold whole numbers, got {ids.dtype}")
    if ids.max() > np.iinfo(np.int32).max or ids.min() < np.iinfo(np.int32).min:
        raise ValueError(f"ids must fit into 32 bits, got {ids[np.abs(ids).argmax()]}")
    return ids


def _check_text(text: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")


def _check_texts(texts: Iterable[str]) -> None:
    if isinstance(texts, str):
        raise TypeError("texts must be a list of strings, got one string: put it in a list")
