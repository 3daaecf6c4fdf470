"""Word vectors by counting: pointwise mutual information, and its singular value decomposition."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .glove import checked_counts

Floats = NDArray[np.float64]


def shifted_pmi(counts: Any, shift: float = 0.0, *, smoothing: float = 1.0, clip: bool = True) -> Any:
    r"""Compare how often two words occur together with how often they would by chance.

    :math:`\log \frac{n_{ij} / n}{p_i\,q_j} - s` for each pair that occurs, where :math:`p_i` is the row's
    share of all counts, :math:`q_j` the column's, and :math:`s` the shift.

    Parameters
    ----------
    counts : scipy.sparse array or matrix, or ndarray, shape (n_words, n_words)
        How often word i occurs with word j, as `cooccurrences` returns it: no negative counts.
    shift : float
        What is taken off. log(k) gives what skip-gram with k negative samples factorises.
    smoothing : float
        The power to which the columns' counts are raised before :math:`q_j` is their share; word2vec's noise
        has 0.75. From 0 to 1.
    clip : bool
        Whether values below 0 become 0, and leave the matrix. Otherwise every pair that occurs keeps its
        value; a stored 0 is then a value, unlike what is not stored.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (n_words, n_words)
        In natural logarithms. Pairs that never occur, whose value would be minus infinity, are not stored.

    Raises
    ------
    ValueError
        If `counts` is not square, is all zero or holds a negative or infinite count, `shift` is not finite,
        or `smoothing` is outside 0 … 1.

    Examples
    --------
    >>> shifted_pmi([[0, 4, 0], [4, 0, 2], [0, 2, 0]]).toarray().round(2)
    array([[0.  , 0.69, 0.  ],
           [0.69, 0.  , 0.69],
           [0.  , 0.69, 0.  ]])

    References
    ----------
    Lecture 9, slides "GloVe" (count-based) and "cui2vec"; Levy, Goldberg (2014), "Neural word embedding as
    implicit matrix factorization"; Levy, Goldberg, Dagan (2015), section 3 (smoothing).
    """
    if not (np.isfinite(shift) and 0 <= smoothing <= 1):
        raise ValueError(f"shift must be finite and smoothing from 0 to 1, got {shift} and {smoothing}")
    pmi = checked_counts(counts).tocoo()
    rows, columns = (np.asarray(pmi.sum(axis=axis)).ravel() for axis in (1, 0))
    noise = columns**smoothing * (columns > 0)  # 0 ** 0 would be 1
    i, j = pmi.coords
    pmi.data = np.log(pmi.data / rows[i]) - np.log(noise[j] / noise.sum()) - shift
    if clip:
        pmi.data = np.maximum(pmi.data, 0)
    pmi = pmi.tocsr()
    if clip:
        pmi.eliminate_zeros()
    return pmi


def svd_vectors(matrix: Any, dim: int, seed: int = 0) -> Floats:
    r"""Take the best vectors of a given length out of a matrix: :math:`U_d \sqrt{\Sigma_d}`.

    Parameters
    ----------
    matrix : scipy.sparse array or matrix, or ndarray, shape (n_words, n_contexts)
        As `shifted_pmi` returns it.
    dim : int
        The length of each vector, at least 1 and below the smaller side of the matrix.
    seed : int
        Where the iteration begins; it hardly matters.

    Returns
    -------
    ndarray of float64, shape (n_words, dim)
        The strongest direction first. In each column the number that is largest in size is positive.

    Raises
    ------
    ValueError
        If `dim` is out of range, or the matrix holds something that is not a finite number.

    Examples
    --------
    >>> vectors = svd_vectors([[4, 0, 0], [0, 1, 0], [0, 0, 9]], dim=2)
    >>> np.abs(vectors).round(3)
    array([[0., 2.],
           [0., 0.],
           [3., 0.]])

    References
    ----------
    Levy, Goldberg, Dagan (2015), "Improving distributional similarity with lessons learned from word
    embeddings", equation 7; SciPy, ``scipy.sparse.linalg.svds`` (ARPACK).
    """
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import svds

    sparse = csr_array(matrix, dtype=np.float64)
    if not 1 <= dim < min(sparse.shape):
        raise ValueError(
            f"dim must be at least 1 and below the smaller side of the shape {sparse.shape}, got {dim}"
        )
    if not np.isfinite(sparse.data).all():
        raise ValueError("the matrix must hold finite numbers only")
    start = np.random.default_rng(seed).uniform(-1, 1, min(sparse.shape))
    U, sigma, _ = svds(sparse, dim, v0=start)
    strongest = np.argsort(-sigma, kind="stable")
    U, sigma = U[:, strongest], sigma[strongest]
    signs = np.where(U[np.abs(U).argmax(axis=0), np.arange(dim)] < 0, -1.0, 1.0)
    vectors: Floats = U * signs * np.sqrt(sigma)
    return vectors
