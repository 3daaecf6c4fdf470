"""Pointwise mutual information against a slow computation, singular vectors against a dense one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import coo_matrix, csr_array

from lecture9_utils import shifted_pmi, svd_vectors

COUNTS = np.array([[0, 4, 1, 0], [4, 0, 2, 0.5], [1, 2, 6, 0], [0, 0.5, 0, 0]])
SQUARES = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 3), min_size=n, max_size=n), min_size=n, max_size=n)
)


@settings(max_examples=60)
@given(SQUARES.filter(lambda rows: np.sum(rows) > 0))
def test_pmi_is_that_of_the_definition(rows: list[list[int]]) -> None:
    counts = np.array(rows, dtype=float)
    free, clipped = shifted_pmi(counts, clip=False), shifted_pmi(csr_array(counts))
    i, j = free.tocoo().coords
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(zip(*np.nonzero(counts), strict=True))
    for (i, j), n in np.ndenumerate(counts):
        if n:
            expected = math.log(n * counts.sum() / (counts[i].sum() * counts[:, j].sum()))
            assert free[i, j] == pytest.approx(expected, abs=1e-12)
            assert clipped[i, j] == pytest.approx(max(expected, 0), abs=1e-12)
    assert (clipped.data > 0).all()


def test_scale_does_not_matter_duplicates_add_up_and_counts_are_left_alone() -> None:
    before = COUNTS.copy()
    i, j = np.nonzero(COUNTS)
    halves = coo_matrix((np.tile(COUNTS[i, j] / 2, 2), (np.tile(i, 2), np.tile(j, 2))), shape=COUNTS.shape)
    expected = shifted_pmi(COUNTS).toarray()
    assert_allclose(shifted_pmi(COUNTS * 1e9).toarray(), expected)
    assert_allclose(shifted_pmi(halves).toarray(), expected)
    assert (before == COUNTS).all()


def test_vectors_are_those_of_the_dense_decomposition() -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 30)) @ np.diag(0.8 ** np.arange(30))
    U, sigma, _ = np.linalg.svd(matrix, full_matrices=False)
    vectors = svd_vectors(csr_array(matrix), dim=6)
    assert_allclose(np.abs(vectors), np.abs(U * np.sqrt(sigma))[:, :6], atol=1e-9)
    assert_allclose(vectors @ vectors.T, (U * sigma)[:, :6] @ U[:, :6].T, atol=1e-9)  # signs fit together


def test_the_seed_hardly_matters_and_directions_without_strength_are_zeros() -> None:
    matrix = np.diag([9.0, 4, 1, 0, 0, 0, 0, 0])
    assert svd_vectors(np.zeros((3, 4)), 2).tolist() == [[0, 0]] * 3
    assert (svd_vectors(matrix, 3, seed=1) == svd_vectors(matrix, 3, seed=1)).all()
    for dim in (3, 4):
        expected = np.diag([3.0, 2, 1, 0, 0, 0, 0, 0])[:, :dim]
        assert_allclose(np.abs(svd_vectors(matrix, dim, seed=2)), expected, atol=1e-9)
