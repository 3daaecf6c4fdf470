"""Word vectors by counting: pointwise mutual information, and its singular value decomposition."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import seeded, sparse, whole
from .glove import checked_counts


def shifted_pmi(counts: Any, *, clip: bool = True) -> Any:
    r"""Compare how often two words occur together with how often they would by chance.

    :math:`\log \frac{n_{ij} / n}{p_i\,q_j}` for each pair that occurs, where :math:`p_i` is the row's share
    of all counts and :math:`q_j` the column's. Less log(k), it is what skip-gram with k random words learns
    (Levy, Goldberg, 2014, "Neural word embedding as implicit matrix factorization").

    Parameters
    ----------
    counts : scipy.sparse array or matrix, or ndarray, shape (n_words, n_words)
        How often word i occurs with word j; ValueError as in `train_glove`.
    clip : bool
        Whether values below 0 become 0, and leave the matrix. Otherwise every pair that occurs keeps its
        value; a stored 0 is then a value, unlike what is not stored.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (n_words, n_words)
        In natural logarithms. Pairs that never occur, whose value would be minus infinity, are not stored.

    Examples
    --------
    >>> shifted_pmi([[0, 4, 0], [4, 0, 2], [0, 2, 0]]).toarray().round(2)
    array([[0.  , 0.69, 0.  ],
           [0.69, 0.  , 0.69],
           [0.  , 0.69, 0.  ]])
    """
    pmi = checked_counts(counts).tocoo()
    rows, columns = pmi.sum(axis=1), pmi.sum(axis=0)
    i, j = pmi.coords
    pmi.data = np.log(pmi.data / rows[i]) - np.log(columns[j] / columns.sum())
    pmi = pmi.tocsr()
    if clip:
        pmi.data = np.maximum(pmi.data, 0)
        pmi.eliminate_zeros()
    return pmi


def svd_vectors(matrix: Any, dim: int, seed: int = 0) -> NDArray[np.float64]:
    r"""Take the best vectors of a given length out of a matrix: :math:`U_d \sqrt{\Sigma_d}`.

    So Levy, Goldberg, Dagan (2015), "Improving distributional similarity …", equation 7.

    Parameters
    ----------
    matrix : scipy.sparse array or matrix, or ndarray, shape (n_words, n_contexts)
        As `shifted_pmi` returns it; ValueError if it holds something that is not a finite number.
    dim, seed : int
        The length of each vector, at least 1 and below the smaller side of the matrix, else ValueError; and
        where the iteration begins, which hardly matters.

    Returns
    -------
    ndarray of float64, shape (n_words, dim)
        The strongest direction first, with the signs that scikit-learn gives.

    Examples
    --------
    >>> np.abs(svd_vectors([[4, 0, 0], [0, 1, 0], [0, 0, 9]], dim=2)).round(3)
    array([[0., 2.],
           [0., 0.],
           [3., 0.]])
    """
    from sklearn.decomposition import TruncatedSVD

    entries = sparse("matrix", matrix)
    largest = abs(entries.data).max(initial=0.0)
    if not (largest == 0 or 1e-100 <= largest <= 1e100):  # whose squares are numbers
        raise ValueError(f"matrix must be finite, the largest from 1e-100 to 1e100 or 0, got {largest}")
    if (dim := whole("dim", dim, 1)) >= min(entries.shape):
        raise ValueError(f"dim must be below the smaller side of the matrix {entries.shape}, got {dim}")
    svd = TruncatedSVD(dim, algorithm="arpack", random_state=seeded(seed))
    if largest == 0:  # which ARPACK refuses
        return np.zeros((entries.shape[0], dim))
    with np.errstate(all="ignore"):  # it also computes shares of the variance, which may be 0
        vectors: NDArray[np.float64] = svd.fit_transform(entries)
    return vectors / np.sqrt(np.where(svd.singular_values_, svd.singular_values_, 1))
