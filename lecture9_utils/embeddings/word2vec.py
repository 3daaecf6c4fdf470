"""word2vec, short enough to read aloud: word vectors from telling near words from random ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..notebook import progress
from .glove import _joined

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Model = Literal["skip-gram", "cbow"]

_BATCH = 64  # places in the text that are learned from at once, at most
_DRAWN = 256  # random words that all of them are held against


def number_words(texts: Sequence[Sequence[str]], min_count: int = 5) -> tuple[list[str], list[list[int]]]:
    """Give a number to each word that occurs often enough to be learned, and leave out all others.

    Parameters
    ----------
    texts : sequence of sequences of str
        Texts as lists of words, as `tokenize` returns them.
    min_count : int
        How often a word must occur, at least 1.

    Returns
    -------
    words : list of str
        By falling frequency; of equally frequent words the one that was seen first comes first.
    sequences : list of list of int
        The texts as numbers of their words, from 0.

    Raises
    ------
    TypeError
        If a text is a string.
    ValueError
        If `min_count` is below 1, or no word occurs so often.

    Examples
    --------
    >>> number_words([["the", "frog", "saw", "the", "toad"], ["the", "toad"]], min_count=2)
    (['the', 'toad'], [[0, 0, 1], [0, 1]])

    References
    ----------
    Mikolov et al. (2013), "Distributed representations of words and phrases", section 3 (rare words are
    discarded); gensim, ``Word2Vec(min_count=…)``.
    """
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, got {min_count}")
    if any(isinstance(text, str) for text in texts):
        raise TypeError("texts must be lists of words: call tokenize on each text first")
    counts = Counter(word for text in texts for word in text)
    words = [word for word, n in counts.most_common() if n >= min_count]
    if not words:
        most = max(counts.values(), default=0)
        raise ValueError(
            f"no word occurs {min_count} times, the most frequent one {most} times: lower min_count"
        )
    number = {word: i for i, word in enumerate(words)}
    return words, [[number[word] for word in text if word in number] for text in texts]


def skip_gram_pairs(sequence: ArrayLike, window: int = 5, seed: int | None = None) -> Ids:
    """List the pairs of a word and a near one, from which both models learn.

    Parameters
    ----------
    sequence : array_like of int, shape (n,)
        One text as ids from 0.
    window : int
        How many words on either side are near, at least 1.
    seed : int, optional
        With a seed each place draws its own window, from 1 to `window`, as word2vec does, so that closer
        words come up more often. Without one all windows are full.

    Returns
    -------
    ndarray of int64, shape (number of pairs, 2)
        The word and its neighbour, in the order of the text.

    Raises
    ------
    ValueError
        If `window` is below 1, or an id is not a whole number from 0.

    Examples
    --------
    >>> skip_gram_pairs([7, 8, 9], window=1)
    array([[7, 8],
           [8, 7],
           [8, 9],
           [9, 8]])

    References
    ----------
    Lecture 9, slide "Word2vec" (figure 1, Skip-gram); Mikolov et al. (2013), "Efficient estimation of word
    representations in vector space", section 3.2.
    """
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    ids, text_of = _joined([sequence], int(np.max(sequence, initial=0)) + 1)
    words, texts = _with_margins(ids, text_of, window)
    random = None if seed is None else np.random.default_rng(seed)
    rows, near = _near(texts, np.arange(len(ids)) + window, window, random)
    return np.stack([ids[rows], words[near]], axis=1)


@overload
def train_word2vec(
    sequences: Sequence[ArrayLike],
    n_words: int,
    dim: int = ...,
    window: int = ...,
    negative: int = ...,
    epochs: int = ...,
    seed: int = ...,
    *,
    model: Model = ...,
    sample: float = ...,
    learning_rate: float = ...,
    on_epoch: Callable[[float], object] | None = ...,
    outputs: Literal[False] = ...,
) -> Floats: ...
@overload
def train_word2vec(
    sequences: Sequence[ArrayLike],
    n_words: int,
    dim: int = ...,
    window: int = ...,
    negative: int = ...,
    epochs: int = ...,
    seed: int = ...,
    *,
    model: Model = ...,
    sample: float = ...,
    learning_rate: float = ...,
    on_epoch: Callable[[float], object] | None = ...,
    outputs: Literal[True],
) -> tuple[Floats, Floats]: ...
def train_word2vec(
    sequences: Sequence[ArrayLike],
    n_words: int,
    dim: int = 100,
    window: int = 5,
    negative: int = 5,
    epochs: int = 5,
    seed: int = 0,
    *,
    model: Model = "skip-gram",
    sample: float = 1e-3,
    learning_rate: float = 0.025,
    on_epoch: Callable[[float], object] | None = None,
    outputs: bool = False,
) -> Floats | tuple[Floats, Floats]:
    r"""Learn a vector for each word with word2vec: skip-gram or CBOW with negative sampling.

    Each word has two vectors: :math:`w` as an input, :math:`c` as an output. :math:`\sigma(w \cdot c)` is the
    model's probability that an input and an output were seen together, rather than drawn at random. Inputs
    are words (skip-gram) or the means of all near words (CBOW). The random words of 64 places are drawn
    together and count for all of them, in the right proportion: so each step is three products of matrices.

    Parameters
    ----------
    sequences : sequence of array_like of int
        Texts as ids from 0 to `n_words` - 1. Words of different sequences are never near.
    n_words : int
        How many ids there are.
    dim : int
        The length of each vector, at least 1.
    window : int
        How many words on either side are near, at most; each place draws its own window from 1 to this.
    negative : int
        How many random words there are for each pair, at least 1; drawn by the 3/4 power of their counts.
    epochs : int
        How often all texts are read, at least 1.
    seed : int
        All that is drawn follows from it.
    model : {"skip-gram", "cbow"}
        What predicts what: the word its neighbours, or the mean of the neighbours the word.
    sample : float
        Words with a larger share of the text than this are left out at random, more often the more frequent
        they are; 0 keeps all.
    learning_rate : float
        The first step size; it falls in a line to nearly 0.
    on_epoch : callable, optional
        Called after each epoch with the mean loss of a pair, as it was met on the way.
    outputs : bool
        Whether to return the output vectors too.

    Returns
    -------
    ndarray of float32, shape (n_words, dim), or two of them
        The input vectors; with `outputs` also the output vectors.

    Raises
    ------
    ValueError
        If a size is below 1, `sample` below 0 or `model` neither; if an id is outside 0 … `n_words` - 1 or
        not whole; if there are not two different words or not more words than `window`, or no text has two.

    Examples
    --------
    >>> texts = [[0, 1, 0, 1], [2, 3, 2, 3]] * 100
    >>> losses = []
    >>> vectors = train_word2vec(texts, 4, dim=5, epochs=5, sample=0, on_epoch=losses.append)
    >>> vectors.shape
    (4, 5)
    >>> losses[-1] < losses[0]
    True

    References
    ----------
    Lecture 9, slide "Word2vec"; Mikolov et al. (2013), "Distributed representations of words and phrases and
    their compositionality", section 2; Ji et al. (2019), "Parallelizing word2vec in shared and distributed
    memory" (shared random words); gensim, ``Word2Vec``.
    """
    from threadpoolctl import threadpool_limits

    for name, size in (("dim", dim), ("window", window), ("negative", negative), ("epochs", epochs)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    if model not in ("skip-gram", "cbow"):
        raise ValueError(f"model must be 'skip-gram' or 'cbow', got {model!r}")
    if sample < 0:
        raise ValueError(f"sample must be at least 0, got {sample}")
    text = _Text(sequences, n_words, window, negative, sample)
    random = np.random.default_rng(seed)
    W = ((2 * random.random((n_words, dim)) - 1) / dim).astype(np.float32)
    C = np.zeros_like(W)
    bar = progress(total=epochs * len(text.ids), desc=f"word2vec, {dim} dimensions", unit="word")
    with bar, threadpool_limits(1):  # the matrices are small: more threads would wait for each other
        for _ in range(epochs):
            loss, pairs = 0.0, 0.0
            for batch, n_read in text.batches(model, random):
                rate = learning_rate * max(1 - bar.n / bar.total, 1e-4)
                loss += _update(W, C, batch, rate, bool(on_epoch))
                pairs += float(batch.seen.sum())
                bar.update(n_read)
            if on_epoch:
                on_epoch(loss / max(pairs, 1))
    return (W, C) if outputs else W


class _Batch(NamedTuple):
    """What is learned at once: which inputs were seen with which outputs, and how often by chance."""

    words: Ids  # (w,) the different words of the inputs
    inputs: Floats | None  # (n, w) how often each of them is in each input; None: each is an input
    others: Ids  # (m,) the different words of the outputs
    seen: Floats  # (n, m) how often an input was seen with an output
    noise: Floats  # (n, m) how often it would be if outputs were random


def _update(W: Floats, C: Floats, batch: _Batch, rate: float, measure: bool = True) -> float:
    """Move the vectors against the gradient of the loss; return the loss as it was before.

    As in word2vec's own program each word of a CBOW window moves by the whole gradient of their mean.
    """
    words, inputs, others, seen, noise = batch
    mean = W[words]
    if inputs is not None:
        mean = (inputs / inputs.sum(axis=1, keepdims=True)) @ mean
    output = C[others]
    x = np.maximum(mean @ output.T, -80)  # so that exp(-x) is finite
    e = 1 + np.exp(-x)
    slope = np.float32(rate) * (seen - (seen + noise) / e)
    change = slope @ output
    W[words] += change if inputs is None else inputs.T @ change
    C[others] += slope.T @ mean
    return float(((seen + noise) * np.log(e) + noise * x).sum()) if measure else 0.0


class _Text:
    """All texts in one row, and from it batch after batch."""

    def __init__(
        self, sequences: Sequence[ArrayLike], n_words: int, window: int, negative: int, sample: float
    ):
        self.ids, self.text_of = _joined(sequences, n_words)
        counts = np.bincount(self.ids, minlength=n_words)
        if (distinct := np.count_nonzero(counts)) < 2:
            raise ValueError(f"sequences must hold at least two different words, got {distinct}")
        if len(self.ids) <= window:
            raise ValueError(f"the text has {len(self.ids)} words, not more than the window of {window}")
        if (np.diff(self.text_of) != 0).all():
            raise ValueError("no sequence holds two words, so no word has a neighbour: give longer sequences")
        share = sample * len(self.ids) / np.maximum(counts, 1)
        self.keep = np.sqrt(share) + share if sample else np.ones(n_words)
        self.noise = np.cumsum(counts**0.75)
        self.window, self.negative = window, negative
        self.rank = np.zeros(n_words, dtype=np.int64)
        self.places = int(np.clip(distinct // 8, 1, _BATCH))  # a word that comes up often moves too far

    def batches(self, model: Model, random: np.random.Generator) -> Iterator[tuple[_Batch, int]]:
        """Go through the text once; say with each batch how many words of it were read."""
        kept = np.flatnonzero(random.random(len(self.ids)) < self.keep[self.ids])
        words, texts = _with_margins(self.ids[kept], self.text_of[kept], self.window)
        read = 0
        for start in range(0, len(kept), self.places):
            places = np.arange(start, min(start + self.places, len(kept))) + self.window
            row, near = _near(texts, places, self.window, random)
            drawn = np.searchsorted(self.noise, self.noise[-1] * random.random(_DRAWN), side="right")
            if len(row):
                end = int(kept[places[-1] - self.window]) + 1
                yield self._batch(model, row, words[places], words[near], drawn), end - read
                read = end

    def _batch(self, model: Model, row: Ids, here: Ids, near: Ids, drawn: Ids) -> _Batch:
        """Count who was seen with whom: `row` says at which place each of the `near` words was found."""
        if model == "skip-gram":  # each word is an input, its neighbours are outputs
            words, row = self._different(here[row])
            inputs, targets, n = None, near, len(words)
        else:  # the neighbours of a place are an input, its word is the output
            places, row = np.unique(row, return_inverse=True)
            words, column = self._different(near)
            inputs, targets, n = _count(row, column, (len(places), len(words))), here[places], len(places)
            row = np.arange(n)
        others, column = self._different(np.concatenate([targets, drawn]))
        seen = _count(row, column[: len(targets)], (n, len(others)))
        often = _count(np.zeros_like(drawn), column[len(targets) :], (1, len(others)))
        noise = seen.sum(axis=1, keepdims=True) * often * np.float32(self.negative / len(drawn))
        return _Batch(words, inputs, others, seen, noise)

    def _different(self, ids: Ids) -> tuple[Ids, Ids]:
        """Do as ``np.unique`` with its inverse, several times faster: by a table instead of sorting."""
        occurs = np.zeros(len(self.rank), dtype=bool)
        occurs[ids] = True
        different = np.flatnonzero(occurs)
        self.rank[different] = np.arange(len(different))
        return different, self.rank[ids]


def _with_margins(ids: Ids, text_of: Ids, window: int) -> tuple[Ids, Ids]:
    """Put a text of nobody's on either side, so that every place has a whole window."""
    return np.pad(ids, window), np.pad(text_of, window, constant_values=-1)


def _near(texts: Ids, places: Ids, window: int, random: np.random.Generator | None = None) -> tuple[Ids, Ids]:
    """Find all places near to each of some places, in the same text: numbers in `places`, and places."""
    offsets = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    near = places[:, None] + offsets
    own = random.integers(1, window + 1, (len(places), 1)) if random else window
    row, column = np.nonzero((np.abs(offsets) <= own) & (texts[near] == texts[places, None]))
    return row, near[row, column]


def _count(rows: Ids, columns: Ids, shape: tuple[int, int]) -> Floats:
    """Count how often each pair of a row and a column occurs."""
    counts = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.float32)
