"""GloVe, short enough to read aloud: word vectors from the counts of which words occur near which."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import each_sequence, ids_below, ids_of, of_type, positive, seeded, sparse, whole
from ..notebook import progress

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

_BATCH = 100  # words that make one step, each with all its neighbours


def cooccurrences(sequences: Sequence[ArrayLike], n_words: int, window: int = 10) -> Any:
    """Count how often each word occurs near each other word (slide "GloVe").

    Two words that are :math:`d` places apart in a text, :math:`d` at most `window`, add :math:`1/d` to their
    count, in both orders (Pennington, Socher, Manning, 2014, "GloVe", section 4.2).

    Parameters
    ----------
    sequences : sequence of array_like of int
        Texts as ids from 0. Words of different texts are never neighbours.
    n_words, window : int
        How many ids there are (ValueError for others), and the largest distance that counts.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (n_words, n_words)
        Symmetric; only the pairs that occur are stored.

    Examples
    --------
    >>> cooccurrences([[0, 1, 2], [1]], n_words=3, window=2).toarray()
    array([[0. , 1. , 0.5],
           [1. , 0. , 1. ],
           [0.5, 1. , 0. ]])
    """
    from scipy.sparse import coo_array, csr_array

    window, (ids, text_of) = whole("window", window, 1), joined(sequences, n_words)
    window = min(window, longest(text_of) - 1)  # beyond it no two words are in one text
    counts = csr_array((n_words, n_words))
    for distance in progress(range(1, window + 1), desc="counting neighbours", unit="distance"):
        together = text_of[distance:] == text_of[:-distance]
        left, right = ids[:-distance][together], ids[distance:][together]
        pairs = coo_array((np.ones(len(left)), (left, right)), shape=(n_words, n_words)).tocsr()
        counts = counts + (pairs + pairs.T) / distance
    return counts


def train_glove(
    counts: Any,
    dim: int,
    epochs: int = 25,
    seed: int = 0,
    *,
    x_max: float = 100.0,
    learning_rate: float = 0.1,
    on_epoch: Callable[[float], object] | None = None,
) -> Floats:
    r"""Learn a vector for each word, so that dot products of vectors give the logarithms of the counts.

    Minimises :math:`\sum_{ij} f(X_{ij}) (w_i \cdot \tilde w_j + b_i + \tilde b_j - \log X_{ij})^2` with
    :math:`f(x) = \min(1, (x / x_{max})^{0.75})`, which is 0 where the count is 0, by AdaGrad (Pennington,
    Socher, Manning, 2014, equations 8 and 9).

    Parameters
    ----------
    counts : scipy.sparse array or matrix, or ndarray, shape (n_words, n_words)
        As `cooccurrences` returns it. ValueError if it is not square, all zero, or holds a number that is
        negative or not finite.
    dim, epochs : int
        The length of each vector, and how often all the words are gone through.
    seed : int
        The starting vectors and the order of the words follow from it.
    x_max, learning_rate : float
        The count from which on a pair has its full weight, and AdaGrad's first step size.
    on_epoch : callable, optional
        Called after each epoch with the sum that is minimised, as it was met on the way.

    Returns
    -------
    ndarray of float64, shape (n_words, dim)
        :math:`W + \tilde W`: each word's vector as a word plus its vector as a neighbour.

    Examples
    --------
    >>> train_glove(cooccurrences([[0, 1, 0, 1], [2, 3, 2, 3]], n_words=4), dim=2).shape
    (4, 2)
    """
    dim, epochs, seed = whole("dim", dim, 1), whole("epochs", epochs, 1), seeded(seed)
    if on_epoch is not None:
        of_type(Callable, "on_epoch", on_epoch)
    x_max, learning_rate = positive("x_max", x_max), positive("learning_rate", learning_rate)
    weights = checked_counts(counts)
    logarithms = weights.copy()
    logarithms.data = np.log(weights.data)
    with np.errstate(over="ignore"):
        weights.data = np.minimum(1.0, weights.data / x_max) ** 0.75
    n_words, random = weights.shape[0], np.random.RandomState(seed)
    W, C = (random.random_sample((2, n_words, dim)) - 0.5) / dim  # as GloVe's own program does
    all_learned = [W, C, b := np.zeros(n_words), c := np.zeros(n_words)]
    squares = [np.ones_like(learned) for learned in all_learned]
    with np.errstate(all="ignore"):  # what is not finite in the end is refused
        for _ in progress(range(epochs), desc=f"GloVe, {dim} dimensions", unit="epoch"):
            loss, order = 0.0, random.permutation(n_words)
            for start in range(0, n_words, _BATCH):
                rows, everywhere = order[start : start + _BATCH], slice(None)
                error = W[rows] @ C.T + b[rows, None] + c - logarithms[rows].toarray()
                slope = weights[rows].toarray() * error  # half the derivative of weight * error²
                loss += float((slope * error).sum())
                gradients = slope @ C, slope.T @ W[rows], slope.sum(axis=1), slope.sum(axis=0)
                places = rows, everywhere, rows, everywhere
                for learned, square, place, gradient in zip(
                    all_learned, squares, places, gradients, strict=True
                ):
                    square[place] += gradient**2  # AdaGrad's
                    learned[place] -= learning_rate * gradient / np.sqrt(square[place])
            if on_epoch is not None:
                on_epoch(loss)
    vectors: Floats = W + C
    if not np.isfinite(vectors).all():
        raise ValueError(
            f"the vectors grew beyond all bounds: learning_rate must be lower than {learning_rate}"
        )
    return vectors


def checked_counts(counts: Any) -> Any:
    """Copy a square matrix of counts as a csr_array of those above 0, or say what is wrong with it."""
    above = sparse("counts", counts)
    if above.shape[0] != above.shape[1]:
        raise ValueError(f"counts must be a square matrix, words by words, got shape {above.shape}")
    above.sum_duplicates()
    above.eliminate_zeros()
    if above.nnz == 0:
        raise ValueError("counts are all zero: no two words occur together, give longer sequences")
    if not (above.data.min() >= 1e-100 and above.data.max() <= 1e100):  # so that all ratios are numbers
        raise ValueError("counts must be finite and not negative, from 1e-100 to 1e100 or 0")
    return above


def joined(sequences: Sequence[ArrayLike], n_words: int) -> tuple[Ids, Ids]:
    """Put all sequences in one row; say of each id which sequence it is from."""
    arrays = [ids_of(sequence, ndim=1) for sequence in each_sequence(sequences)]
    arrays = [np.zeros(0, np.int64), *(array for array in arrays if len(array))]
    text_of = np.repeat(np.arange(len(arrays)), [len(array) for array in arrays])
    return ids_below(whole("n_words", n_words, 1), np.concatenate(arrays)), text_of


def longest(text_of: Ids) -> int:
    """Say how many words the longest of the texts has that were `joined`."""
    return int(np.bincount(text_of).max(initial=0))
