"""Pointwise mutual information against a slow computation, singular vectors against a dense one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import mutual_info_score

from lecture9_utils import shifted_pmi, svd_vectors

COUNTS = np.array([[0, 4, 1, 0], [4, 0, 2, 0.5], [1, 2, 6, 0], [0, 0.5, 0, 0]])
SQUARES = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 3), min_size=n, max_size=n), min_size=n, max_size=n)
)


def naive_pmi(counts: NDArray[np.float64], shift: float, smoothing: float) -> dict[tuple[int, int], float]:
    """Follow the definition, pair by pair."""
    total, columns = counts.sum(), [column.sum() for column in counts.T]
    noise = sum(column**smoothing for column in columns if column)
    return {
        (i, j): math.log(n / total / (counts[i].sum() / total * columns[j] ** smoothing / noise)) - shift
        for (i, j), n in np.ndenumerate(counts)
        if n
    }


@settings(max_examples=60, deadline=None)
@given(SQUARES, st.floats(-2, 2), st.sampled_from([0.0, 0.75, 1.0]))
def test_pmi_is_that_of_the_definition(rows: list[list[int]], shift: float, smoothing: float) -> None:
    counts = np.array(rows, dtype=float)
    if not counts.any():
        counts[0, 0] = 1
    expected = naive_pmi(counts, shift, smoothing)
    free = shifted_pmi(counts, shift, smoothing=smoothing, clip=False)
    clipped = shifted_pmi(csr_array(counts), shift, smoothing=smoothing)
    i, j = free.tocoo().coords
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(expected)
    for pair, value in expected.items():
        assert free[pair] == pytest.approx(value, abs=1e-12)
        assert clipped[pair] == pytest.approx(max(value, 0), abs=1e-12)
    assert (clipped.data > 0).all()


def test_the_mean_of_pmi_is_the_mutual_information() -> None:
    counts = np.array([[30, 4, 1], [2, 50, 9], [7, 0, 20]])
    pmi = shifted_pmi(counts, clip=False).toarray()
    assert (counts * pmi).sum() / counts.sum() == pytest.approx(
        mutual_info_score(None, None, contingency=counts)
    )


def test_scale_does_not_matter_duplicates_add_up_and_counts_are_left_alone() -> None:
    before = COUNTS.copy()
    i, j = np.nonzero(COUNTS)
    halves = coo_matrix((np.tile(COUNTS[i, j] / 2, 2), (np.tile(i, 2), np.tile(j, 2))), shape=COUNTS.shape)
    expected = shifted_pmi(COUNTS).toarray()
    assert_allclose(shifted_pmi(COUNTS * 1e9).toarray(), expected)
    assert_allclose(shifted_pmi(halves).toarray(), expected)
    assert (before == COUNTS).all()


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (np.zeros((2, 2)), {}, "all zero"),
        (np.ones((2, 3)), {}, r"square matrix, words by words, got shape \(2, 3\)"),
        (np.ones(4), {}, "square matrix"),
        ([[1, -1], [0, 1]], {}, "finite and not negative"),
        ([[1, np.nan], [0, 1]], {}, "finite and not negative"),
        (COUNTS, {"shift": math.inf}, "shift must be finite"),
        (COUNTS, {"smoothing": 1.5}, "smoothing from 0 to 1, got 0.0 and 1.5"),
    ],
)
def test_bad_counts_are_refused(counts: object, options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shifted_pmi(counts, **options)


def test_vectors_are_those_of_the_dense_decomposition() -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 30)) @ np.diag(0.8 ** np.arange(30))
    vectors = svd_vectors(csr_array(matrix), dim=6)
    U, sigma, _ = np.linalg.svd(matrix, full_matrices=False)
    signs = np.sign(U[np.abs(U).argmax(axis=0), range(30)])
    assert_allclose(vectors, (U * signs * np.sqrt(sigma))[:, :6], atol=1e-9)


def test_vectors_are_those_of_scikit_learn() -> None:
    matrix = shifted_pmi(np.random.default_rng(1).poisson(1.0, (50, 50)))
    ours = svd_vectors(matrix, dim=5)
    arpack = TruncatedSVD(5, algorithm="arpack", random_state=0)
    theirs = arpack.fit_transform(matrix) / np.sqrt(arpack.singular_values_)
    assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-9)  # scikit-learn chooses the signs by the columns


def test_the_seed_hardly_matters_and_repeats_to_the_bit() -> None:
    matrix = np.diag([9.0, 4, 1, 0, 0, 0, 0, 0])
    assert (svd_vectors(matrix, 3, seed=1) == svd_vectors(matrix, 3, seed=1)).all()
    assert_allclose(svd_vectors(matrix, 3, seed=2), np.diag([3.0, 2, 1, 0, 0, 0, 0, 0])[:, :3], atol=1e-9)


@pytest.mark.parametrize("dim", [0, 3])
def test_a_wrong_length_of_vectors_is_refused(dim: int) -> None:
    with pytest.raises(ValueError, match=rf"smaller side of the shape \(3, 5\), got {dim}"):
        svd_vectors(np.ones((3, 5)), dim)


def test_a_matrix_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite numbers only"):
        svd_vectors([[1, np.nan], [0, 1]], 1)
