"""GloVe, short enough to read aloud: word vectors from the counts of which words occur near which."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    for distance in range(1, min(window, len(ids) - 1) + 1):
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
    learning_rate: float = 0.05,
    batch_size: int = 10_000,
) -> Floats:
    """Learn a vector for each word, so that dot products of vectors give the logarithms of the counts.

    Minimises :math:`\\sum_{ij} f(X_{ij}) (w_i \\cdot \\tilde w_j + b_i + \\tilde b_j - \\log X_{ij})^2` over the
    counts that are not zero, with :math:`f(x) = \\min(1, (x / x_{max})^{0.75})`, by AdaGrad.

    Parameters
    ----------
    counts : scipy.sparse array or matrix, shape (n_words, n_words)
        As `cooccurrences` returns it: no negative counts.
    dim : int
        The length of each vector, at least 1.
    epochs : int
        How often all the counts are gone through, at least 1.
    seed : int
        The starting vectors and the order of the counts follow from it.
    x_max : float
        The count from which on a pair of words has its full weight.
    learning_rate : float
        AdaGrad's first step size.
    batch_size : int
        How many counts make one step.

    Returns
    -------
    ndarray of float64, shape (n_words, dim)
        :math:`W + \\tilde W`: each word's vector as a word plus its vector as a neighbour.

    Raises
    ------
    ValueError
        If `counts` is not square, is empty, or holds a negative or infinite count, or if a size is below 1.

    Examples
    --------
    >>> counts = cooccurrences([[0, 1, 0, 1], [2, 3, 2, 3]] * 9, n_words=4)
    >>> vectors = train_glove(counts, dim=2, epochs=50)
    >>> vectors.shape
    (4, 2)
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True

    References
    ----------
    Lecture 9, slide "GloVe"; Pennington, Socher, Manning (2014), equations 8 and 9; Duchi, Hazan, Singer
    (2011), "Adaptive subgradient methods" (AdaGrad).
    """
    from .progress import progress

    for name, size in (("dim", dim), ("epochs", epochs), ("batch_size", batch_size)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    entries = _entries(counts, x_max)
    random = np.random.RandomState(seed)
    parameters = _start(counts.shape[0], dim, random)
    squares = [np.ones_like(parameter) for parameter in parameters]
    for _ in progress(range(epochs), desc=f"GloVe, {dim} dimensions", unit="epoch"):
        for batch in _batches(entries, batch_size, random):
            for parameter, gradient, square in zip(
                parameters, _gradients(parameters, *batch), squares, strict=True
            ):
                square += gradient**2
                parameter -= learning_rate * gradient / np.sqrt(square)
    words, neighbours = parameters[:2]
    return words + neighbours


def _gradients(
    parameters: list[Floats], i: NDArray[np.int64], j: NDArray[np.int64], log_count: Floats, weight: Floats
) -> list[Floats]:
    """Differentiate half the weighted squared error of some counts by W, W~, b and b~."""
    from scipy.sparse import csr_array

    W, C, b, c = parameters
    error = (W[i] * C[j]).sum(axis=1) + b[i] + c[j] - log_count
    slope = csr_array((weight * error, (i, j)), shape=(len(b), len(c)))
    return [slope @ C, slope.T @ W, slope.sum(axis=1), slope.sum(axis=0)]


def _start(n_words: int, dim: int, random: np.random.RandomState) -> list[Floats]:
    """Draw W and W~ between -0.5 / dim and 0.5 / dim, as GloVe's own code does; the biases start at 0."""
    W, C = (random.random_sample((2, n_words, dim)) - 0.5) / dim
    return [W, C, np.zeros(n_words), np.zeros(n_words)]


def _entries(counts: Any, x_max: float) -> tuple[NDArray[Any], ...]:
    """List row, column, logarithm and weight of each count."""
    from scipy.sparse import coo_array

    if len(counts.shape) != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"counts must be a square matrix, words by words, got shape {counts.shape}")
    table = coo_array(counts, dtype=np.float64)
    table.eliminate_zeros()
    if table.nnz == 0:
        raise ValueError("counts are all zero: no two words occur together, give longer sequences")
    if not (np.isfinite(table.data).all() and table.data.min() > 0 and x_max > 0):
        raise ValueError("counts must be finite and not negative, and x_max above 0")
    weight = np.minimum(1.0, table.data / x_max) ** 0.75
    return table.row.astype(np.int64), table.col.astype(np.int64), np.log(table.data), weight


def _batches(
    entries: tuple[NDArray[Any], ...], size: int, random: np.random.RandomState
) -> Iterator[list[NDArray[Any]]]:
    """Go through all counts once, in a new order."""
    order = random.permutation(len(entries[0]))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        yield [entry[chosen] for entry in entries]


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
