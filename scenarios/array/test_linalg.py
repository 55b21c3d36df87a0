"""Linear algebra and Fourier transforms agree with NumPy's."""

import dask.array as da
import numpy as np
import pytest

SQUARE = np.array([[4.0, 1, 0, 1], [1, 5, 2, 0], [0, 2, 6, 1], [1, 0, 1, 7]])


@pytest.mark.scenario(covers=["dask.array.linalg.solve", "dask.array.linalg.inv"])
def test_solve():
    """da.linalg.solve and inv of a matrix in four chunks agree with NumPy's."""
    matrix = da.from_array(SQUARE, chunks=2)
    right = np.arange(4.0)
    solution = da.linalg.solve(matrix, da.from_array(right, chunks=2)).compute()
    np.testing.assert_allclose(solution, np.linalg.solve(SQUARE, right))
    np.testing.assert_allclose(da.linalg.inv(matrix).compute(), np.linalg.inv(SQUARE), atol=1e-12)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12416", covers=["dask.array.linalg.cholesky"])
def test_the_cholesky_factor_of_a_complex_matrix():
    """da.linalg.cholesky of a complex Hermitian matrix is NumPy's factor."""
    lower = np.tril(SQUARE) + 1j * np.tril(SQUARE, -1)
    matrix = lower @ lower.conj().T
    factor = da.linalg.cholesky(da.from_array(matrix, chunks=2), lower=True).compute()
    np.testing.assert_allclose(factor, np.linalg.cholesky(matrix), atol=1e-10)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10556", covers=["dask.array.linalg.norm"])
def test_the_norm_keeps_single_precision():
    """da.linalg.norm of 32-bit floats is a 32-bit float, as in NumPy."""
    source = SQUARE.astype("float32")
    norm = da.linalg.norm(da.from_array(source, chunks=2))
    np.testing.assert_allclose(norm.compute(), np.linalg.norm(source), rtol=1e-6)
    assert norm.compute().dtype == np.linalg.norm(source).dtype


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10812", covers=["dask.array.tensordot"])
def test_tensordot_over_the_last_axis():
    """da.tensordot takes negative axes."""
    matrix = da.from_array(SQUARE, chunks=2)
    expected = np.tensordot(SQUARE, SQUARE, axes=(-1, 0))
    np.testing.assert_allclose(da.tensordot(matrix, matrix, axes=(-1, 0)).compute(), expected)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10665", covers=["dask.array.fft.fft"])
def test_the_norm_of_a_fourier_transform():
    """da.fft.fft takes norm= as NumPy's does."""
    transform = da.fft.fft(da.from_array(SQUARE, chunks=(2, 4)), norm="ortho")
    np.testing.assert_allclose(transform.compute(), np.fft.fft(SQUARE, norm="ortho"))
