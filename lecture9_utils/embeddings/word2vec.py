"""word2vec, short enough to read aloud: word vectors from telling near words from random ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import chosen, ids_below, in_order, of_type, positive, seeded, strings, whole
from ..notebook import progress
from .glove import Ids, joined, longest

Floats = NDArray[np.float32]
Model = Literal["skip-gram", "cbow"]

_BATCH = 64  # places in the text that are learned from at once, at most
_DRAWN = 128  # random words that all of them are held against; with 32 they end up less near to gensim's
_AHEAD = 32  # batches that are prepared together: many short calls of NumPy would take longer
_RATE = 0.025  # the first step size; it falls in a line to nearly 0


def number_words(texts: Sequence[Sequence[str]], min_count: int = 5) -> tuple[list[str], list[list[int]]]:
    """Give a number to each word that occurs `min_count` times, and leave out all others.

    Parameters
    ----------
    texts : sequence of sequences of str
        Texts as lists of words, as `tokenize` returns them; TypeError if one is a string.
    min_count : int
        ValueError if no word occurs so often.

    Returns
    -------
    words : list of str
        By falling frequency; of equally frequent words the one that was seen first comes first.
    sequences : list of list of int
        The texts as numbers of their words, from 0.

    Examples
    --------
    >>> number_words([["the", "frog", "saw", "the", "toad"], ["the", "toad"]], min_count=2)
    (['the', 'toad'], [[0, 0, 1], [0, 1]])
    """
    min_count, texts = whole("min_count", min_count, 1), list(in_order("texts", texts))
    if any(isinstance(text, str) for text in texts):
        raise TypeError("texts must be lists of words: call tokenize on each text first")
    texts = [strings("each of texts", text) for text in texts]
    counts = Counter(word for text in texts for word in text)
    words = [word for word, n in counts.most_common() if n >= min_count]
    if not words:
        raise ValueError(f"no word occurs {min_count} times: lower min_count, or give more text")
    number = {word: i for i, word in enumerate(words)}
    return words, [[number[word] for word in text if word in number] for text in texts]


def skip_gram_pairs(sequence: Sequence[int], window: int = 5) -> Ids:
    """List the pairs of a word and a near one, from which both models learn (slide "Word2vec", figure 1).

    The text is given as ids; `window` says how many words on either side are near.

    Returns
    -------
    ndarray of int64, shape (number of pairs, 2)
        The word and its neighbour, in the order of the text.

    Examples
    --------
    >>> skip_gram_pairs([7, 8, 9], window=1).tolist()
    [[7, 8], [8, 7], [8, 9], [9, 8]]
    """
    ids = ids_below(2**63, sequence, ndim=1)
    window = min(whole("window", window, 1), len(ids))
    near = np.arange(len(ids))[:, None] + np.delete(np.arange(-window, window + 1), window)
    place, column = np.nonzero((near >= 0) & (near < len(ids)))
    return np.stack([ids[place], ids[near[place, column]]], axis=1)


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
    on_epoch: Callable[[float], object] | None = None,
    outputs: bool = False,
) -> Floats | tuple[Floats, Floats]:
    r"""Learn a vector for each word with word2vec: skip-gram or CBOW with negative sampling.

    Each word has two vectors: :math:`w` as an input, :math:`c` as an output. :math:`\sigma(w \cdot c)` is the
    model's probability that an input and an output were seen together, rather than drawn at random. The
    random words of 64 places are drawn together and count for all of them, in the right proportion: so each
    step is three products of matrices (Mikolov et al., 2013, "Distributed representations of words and
    phrases"; Ji et al., 2019, "Parallelizing word2vec …", for the shared random words).

    ValueError if a size is below 1, `sample` below 0 or `model` neither; if an id is out of range or not
    whole; if no text has two words.

    Parameters
    ----------
    sequences : sequence of array_like of int
        Texts as ids from 0 to `n_words` - 1. Words of different texts are never near.
    n_words, dim, epochs, seed : int
        How many ids there are, the length of each vector, how often all texts are read, and what all that
        is drawn follows from.
    window : int
        How many words on either side are near, at most; each place draws its own window from 1 to this.
    negative : int
        How many random words there are for each pair; drawn by the 3/4 power of their counts.
    model : {"skip-gram", "cbow"}
        What predicts what: the word its neighbours, or the mean of the neighbours the word.
    sample : float
        Words with a larger share of the text than this are left out at random, more often the more frequent
        they are; 0 keeps all.
    on_epoch : callable, optional
        Called after each epoch with the mean loss of a pair, as it was met on the way.
    outputs : bool
        Whether to return the output vectors too.

    Returns
    -------
    ndarray of float32, shape (n_words, dim), or two of them
        The input vectors; with `outputs` also the output vectors.

    Examples
    --------
    >>> texts = [[0, 1, 0, 1], [2, 3, 2, 3]] * 100
    >>> train_word2vec(texts, 4, dim=5, sample=0).shape
    (4, 5)
    """
    from threadpoolctl import threadpool_limits

    dim, window, epochs = whole("dim", dim, 1), whole("window", window, 1), whole("epochs", epochs, 1)
    negative, model = whole("negative", negative, 1, 1000), chosen("model", model, ("skip-gram", "cbow"))
    sample = positive("sample", sample, or_zero=True)
    if on_epoch is not None:
        of_type(Callable, "on_epoch", on_epoch)
    ids, text_of = text = joined(sequences, n_words)
    if (np.diff(text_of) != 0).all():
        raise ValueError("no sequence holds two words, so no word has a neighbour: give longer sequences")
    random = np.random.default_rng(seeded(seed))
    W = ((2 * random.random((n_words, dim)) - 1) / dim).astype(np.float32)
    C = np.zeros_like(W)
    bar = progress(total=epochs * len(ids), desc=f"word2vec, {dim} dimensions", unit="word")
    with bar, threadpool_limits(1):  # the matrices are small: more threads would wait for each other
        for _ in range(epochs):
            loss = pairs = 0.0
            for batch, n_read in batches(text, model, window, negative, sample, random):
                loss += update(W, C, batch, _RATE * max(1 - bar.n / bar.total, 1e-4), on_epoch is not None)
                pairs += float(batch.seen.sum()) if on_epoch else 0.0
                bar.update(n_read)
            if on_epoch is not None:
                on_epoch(loss / max(pairs, 1))
    return (W, C) if outputs else W


class Batch(NamedTuple):
    """What is learned at once: which inputs were seen with which outputs, and how often by chance."""

    words: Ids  # (w,) the different words of the inputs
    inputs: Floats | None  # (n, w) how often each of them is in each input; None: each is an input
    others: Ids  # (m,) the different words of the outputs
    seen: Floats  # (n, m) how often an input was seen with an output
    noise: Floats  # (n, m) how often it would be if outputs were random


def update(W: Floats, C: Floats, batch: Batch, rate: float, measure: bool = True) -> float:
    """Move the vectors against the gradient of the loss; return the loss as it was before, if measured.

    As in word2vec's own program each word of a CBOW window moves by the whole gradient of their mean.
    """
    words, inputs, others, seen, noise = batch
    old, output = W.take(words, axis=0), C.take(others, axis=0)
    mean = old if inputs is None else (inputs / inputs.sum(axis=1, keepdims=True)) @ old
    x = np.maximum(mean @ output.T, -80)  # so that exp(-x) is finite
    e = np.exp(-x)
    e += 1
    both = seen + noise
    slope = np.float32(rate) * (seen - both / e)
    change = slope @ output
    W[words] = old + (change if inputs is None else inputs.T @ change)
    C[others] = output + slope.T @ mean
    return float(np.vdot(both, np.log(e)) + np.vdot(noise, x)) if measure else 0.0


def batches(
    text: tuple[Ids, Ids], model: Model, window: int, negative: int, sample: float, random: Any
) -> Iterator[tuple[Batch, int]]:
    """Go through a text that was `joined` once; say with each batch how many words of it were read."""
    ids, text_of = text
    counts = np.bincount(ids)
    share = sample * len(ids) / np.maximum(counts, 1)
    keep = np.sqrt(share) + share if sample else np.ones(len(counts))
    chance = np.cumsum(counts**0.75)
    kept = np.flatnonzero(random.random(len(ids)) < keep[ids])
    # A text of nobody's on either side gives every place a whole window; beyond a text there is no neighbour.
    reach = min(window, longest(text_of) - 1)
    words, texts = np.pad(ids[kept], reach), np.pad(text_of[kept], reach, constant_values=-1)
    offsets = np.delete(np.arange(-reach, reach + 1), reach)
    n_places = int(np.clip(np.count_nonzero(counts) // 8, 1, _BATCH))  # what comes up often moves too far
    read = 0
    for start in range(0, len(kept), _AHEAD * n_places):
        places = np.arange(start, min(start + _AHEAD * n_places, len(kept)))
        batch = (places - start) // n_places
        # Each place draws its own window, each batch its random words.
        sizes = np.bincount(batch).tolist()
        draws = [(random.integers(1, window + 1, n), random.random(_DRAWN)) for n in sizes]
        own, drawn = (np.concatenate(numbers) for numbers in zip(*draws, strict=True))
        near = places[:, None] + reach + offsets
        is_near = (np.abs(offsets) <= own[:, None]) & (texts[near] == text_of[kept[places], None])
        found = np.flatnonzero(is_near)
        row, near = found // len(offsets), words[near.ravel()[found]]
        drawn = np.searchsorted(chance, chance[-1] * drawn, side="right").reshape(-1, _DRAWN)
        for prepared in _batches(model, batch[row], row, ids[kept[places]], near, drawn, negative):
            start += n_places
            if len(prepared.seen):
                end = int(kept[min(start, len(kept)) - 1]) + 1
                yield prepared, end - read
                read = end


def _batches(
    model: Model, batch: Ids, row: Ids, here: Ids, near: Ids, drawn: Ids, negative: int
) -> Iterator[Batch]:
    """Count who was seen with whom: `row` says at which place each of the `near` words was found."""
    all_batches = np.arange(len(drawn))
    inputs: Sequence[Floats | None] = [None] * len(drawn)
    if model == "skip-gram":  # each word is an input, its neighbours are outputs
        words, w, row = _different(batch, here[row], len(drawn))
        n, targets = w, near
    else:  # the neighbours of a place are an input, its word is the output
        words, w, column = _different(batch, near, len(drawn))
        places, n, row = _different(batch, row, len(drawn))
        inputs = _count(batch, row, column, n, w)
        batch, targets = np.repeat(all_batches, n), here[places]
        row = np.arange(len(batch)) - (np.cumsum(n) - n)[batch]
    of_drawn = np.repeat(all_batches, _DRAWN)
    outputs = np.concatenate([targets, drawn.ravel()])
    others, m, column = _different(np.concatenate([batch, of_drawn]), outputs, len(drawn))
    seen = _count(batch, row, column[: len(batch)], n, m)
    often = _count(of_drawn, 0 * of_drawn, column[len(batch) :], np.ones_like(m), m)
    share = np.float32(negative / _DRAWN)
    for parts in zip(_parts(words, w), inputs, _parts(others, m), seen, often, strict=True):
        yield Batch(*parts[:4], noise=parts[3].sum(axis=1, keepdims=True) * (parts[4] * share))


def _different(batch: Ids, ids: Ids, n_batches: int) -> tuple[Ids, Ids, Ids]:
    """Do as ``np.unique`` in each batch: who is there, how many, and the inverse; tables beat sorting."""
    width = ids.max(initial=0) + 1
    keys = batch * width + ids
    occurs = np.zeros(n_batches * width, dtype=bool)
    occurs[keys] = True
    different = np.flatnonzero(occurs)
    rank = np.empty(len(occurs), dtype=np.intp)
    rank[different] = np.arange(len(different))
    batch_of, ids_of = np.divmod(different, width)
    sizes = np.bincount(batch_of, minlength=n_batches)
    return ids_of, sizes, rank[keys] - (np.cumsum(sizes) - sizes)[batch]


def _count(batch: Ids, rows: Ids, columns: Ids, n: Ids, m: Ids) -> list[Floats]:
    """Count in each batch how often each pair of a row and a column occurs, in a matrix of n times m."""
    starts = np.cumsum(n * m) - n * m
    counts = np.bincount(starts[batch] + rows * m[batch] + columns, minlength=n @ m).astype(np.float32)
    return [part.reshape(shape) for part, *shape in zip(_parts(counts, n * m), n, m, strict=True)]


def _parts(array: Any, sizes: Ids) -> list[Any]:
    """Cut into the parts of each batch."""
    return [array[i:j] for i, j in pairwise([0, *np.cumsum(sizes).tolist()])]
