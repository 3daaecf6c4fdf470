"""GloVe, short enough to read aloud: word vectors from the counts of which words occur near which."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..notebook import progress

Floats = NDArray[np.float64]


def cooccurrences(sequences: Sequence[ArrayLike], n_words: int, window: int = 10) -> Any:
    """Count how often each word occurs near each other word.

    Two words that are :math:`d` places apart in a sequence, :math:`d` at most `window`, add :math:`1/d` to
    their count, in both orders.

    Parameters
    ----------
    sequences : sequence of array_like of int
        Texts as ids from 0 to `n_words` - 1. Words of different sequences are never neighbours.
    n_words : int
        How many ids there are, at least 1.
    window : int
        The largest distance that counts, in words, at least 1.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (n_words, n_words)
        Symmetric; only the pairs that occur are stored.

    Raises
    ------
    ValueError
        If `n_words` or `window` is below 1, or an id is outside 0 … `n_words` - 1, or not a whole number.

    Examples
    --------
    >>> cooccurrences([[0, 1, 2], [1]], n_words=3, window=2).toarray()
    array([[0. , 1. , 0.5],
           [1. , 0. , 1. ],
           [0.5, 1. , 0. ]])

    References
    ----------
    Lecture 9, slide "GloVe"; Pennington, Socher, Manning (2014), "GloVe: Global vectors for word
    representation", section 4.2.
    """
    from scipy.sparse import coo_array, csr_array

    if n_words < 1 or window < 1:
        raise ValueError(f"n_words and window must be at least 1, got {n_words} and {window}")
    ids, text_of = _joined(sequences, n_words)
    counts = csr_array((n_words, n_words))
    distances = range(1, min(window, len(ids) - 1) + 1)
    for distance in progress(distances, desc="counting neighbours", unit="distance"):
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
    batch_size: int = 100,
    on_epoch: Callable[[float], object] | None = None,
) -> Floats:
    r"""Learn a vector for each word, so that dot products of vectors give the logarithms of the counts.

    Minimises :math:`\sum_{ij} f(X_{ij}) (w_i \cdot \tilde w_j + b_i + \tilde b_j - \log X_{ij})^2` with
    :math:`f(x) = \min(1, (x / x_{max})^{0.75})`, which is 0 where the count is 0, by AdaGrad.

    Parameters
    ----------
    counts : scipy.sparse array or matrix, or ndarray, shape (n_words, n_words)
        As `cooccurrences` returns it: no negative counts.
    dim : int
        The length of each vector, at least 1.
    epochs : int
        How often all the words are gone through, at least 1.
    seed : int
        The starting vectors and the order of the words follow from it.
    x_max : float
        The count from which on a pair of words has its full weight.
    learning_rate : float
        AdaGrad's first step size.
    batch_size : int
        How many words make one step, each with all its neighbours.
    on_epoch : callable, optional
        Called after each epoch with the sum that is minimised, as it was met on the way.

    Returns
    -------
    ndarray of float64, shape (n_words, dim)
        :math:`W + \tilde W`: each word's vector as a word plus its vector as a neighbour.

    Raises
    ------
    ValueError
        If `counts` is not square, is all zero, or holds a negative or infinite count, or a size is below 1.

    Examples
    --------
    >>> counts = cooccurrences([[0, 1, 0, 1], [2, 3, 2, 3], [0, 2]] * 9, n_words=4)
    >>> losses = []
    >>> vectors = train_glove(counts, dim=2, epochs=50, on_epoch=losses.append)
    >>> vectors.shape
    (4, 2)
    >>> losses[-1] < losses[0] / 10
    True

    References
    ----------
    Lecture 9, slide "GloVe"; Pennington, Socher, Manning (2014), equations 8 and 9; Duchi, Hazan, Singer
    (2011), "Adaptive subgradient methods" (AdaGrad).
    """
    for name, size in (("dim", dim), ("epochs", epochs), ("batch_size", batch_size)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    weights, logarithms = _weights_and_logarithms(counts, x_max)
    n_words, random = counts.shape[0], np.random.RandomState(seed)
    parameters = _start(n_words, dim, random)
    squares = [np.ones_like(parameter) for parameter in parameters]
    for _ in progress(range(epochs), desc=f"GloVe, {dim} dimensions", unit="epoch"):
        loss, order = 0.0, random.permutation(n_words)
        for i in range(0, n_words, batch_size):
            rows = order[i : i + batch_size]
            weight, logarithm = weights[rows].toarray(), logarithms[rows].toarray()
            loss += _step(parameters, squares, rows, weight, logarithm, learning_rate)
        if on_epoch:
            on_epoch(loss)
    W, C = parameters[:2]
    return W + C


def _step(
    parameters: list[Floats],
    squares: list[Floats],
    rows: NDArray[np.int64],
    weight: Floats,
    logarithm: Floats,
    learning_rate: float,
) -> float:
    """Move the parameters against the gradient of some words' rows; return their part of the sum."""
    W, C, b, c = parameters
    error = W[rows] @ C.T + b[rows, None] + c - logarithm
    slope = weight * error  # half the derivative of weight * error²
    everywhere = slice(None)
    gradients: list[tuple[Any, Floats]] = [
        (rows, slope @ C),
        (everywhere, slope.T @ W[rows]),
        (rows, slope.sum(axis=1)),
        (everywhere, slope.sum(axis=0)),
    ]
    for parameter, square, (where, gradient) in zip(parameters, squares, gradients, strict=True):
        square[where] += gradient**2
        parameter[where] -= learning_rate * gradient / np.sqrt(square[where])
    return float((slope * error).sum())


def _start(n_words: int, dim: int, random: np.random.RandomState) -> list[Floats]:
    """Draw W and W~ between -0.5 / dim and 0.5 / dim, as GloVe's own code does; the biases start at 0."""
    W, C = (random.random_sample((2, n_words, dim)) - 0.5) / dim
    return [W, C, np.zeros(n_words), np.zeros(n_words)]


def _weights_and_logarithms(counts: Any, x_max: float) -> tuple[Any, Any]:
    """Take f and the logarithm of each count; both are 0 where the count is."""
    if not x_max > 0:
        raise ValueError(f"x_max must be above 0, got {x_max}")
    weights = checked_counts(counts)
    logarithms = weights.copy()
    logarithms.data = np.log(weights.data)
    weights.data = np.minimum(1.0, weights.data / x_max) ** 0.75
    return weights, logarithms


def checked_counts(counts: Any) -> Any:
    """Copy a square matrix of counts as a csr_array of those above 0, or say what is wrong with it."""
    from scipy.sparse import csr_array

    positive = csr_array(counts, dtype=np.float64, copy=True)
    if positive.ndim != 2 or positive.shape[0] != positive.shape[1]:
        raise ValueError(f"counts must be a square matrix, words by words, got shape {positive.shape}")
    positive.sum_duplicates()
    positive.eliminate_zeros()
    if positive.nnz == 0:
        raise ValueError("counts are all zero: no two words occur together, give longer sequences")
    if not (np.isfinite(positive.data).all() and positive.data.min() > 0):
        raise ValueError("counts must be finite and not negative")
    return positive


def _joined(sequences: Sequence[ArrayLike], n_words: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put all sequences in one row; say of each id which sequence it is from."""
    arrays = [np.asarray(sequence) for sequence in sequences if np.size(sequence)]
    if not arrays:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ids = np.concatenate(arrays)
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"ids must be whole numbers, got {ids.dtype}")
    if ids.min() < 0 or ids.max() >= n_words:
        wrong = ids[(ids < 0) | (ids >= n_words)][0]
        raise ValueError(f"id {wrong} is outside 0 … {n_words - 1} (n_words {n_words})")
    return ids.astype(np.int64), np.repeat(np.arange(len(arrays)), [len(array) for array in arrays])
