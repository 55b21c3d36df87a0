"""Dask arrays do what the installed NumPy does, be it 1 or 2."""

import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10854", covers=["dask.array.Array.__getitem__"])
def test_unsigned_positions():
    """An array can be indexed by a NumPy array of unsigned 64-bit integers."""
    array = da.arange(10, chunks=3)
    assert array[np.array([0, 3, 6], dtype="uint64")].compute().tolist() == [0, 3, 6]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10819", covers=["dask.array.unique"])
def test_the_inverse_of_unique():
    """da.unique(return_inverse=True) of two dimensions gives an inverse of the shape that the installed NumPy gives."""
    source = np.array([[3, 1], [1, 2]])
    expected_values, expected_inverse = np.unique(source, return_inverse=True)
    values, inverse = da.unique(da.from_array(source, chunks=2), return_inverse=True)
    assert values.compute().tolist() == expected_values.tolist()
    assert inverse.compute().tolist() == expected_inverse.tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10549", covers=["dask.array.isin"])
def test_isin():
    """da.isin tells which elements are among the given ones."""
    assert da.isin(da.arange(6, chunks=2), [1, 4]).compute().tolist() == np.isin(np.arange(6), [1, 4]).tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10549", covers=["dask.array.tril"])
def test_tril():
    """da.tril zeroes what is above the diagonal."""
    source = np.arange(16).reshape(4, 4)
    assert da.tril(da.from_array(source, chunks=2)).compute().tolist() == np.tril(source).tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10929", covers=["dask.array.argmax"])
def test_argmax_over_an_axis():
    """da.argmax tells where the largest elements of an axis of several chunks are."""
    source = np.array([[1.0, 8, 3, 5], [4, 1, 9, 2]])
    assert da.argmax(da.from_array(source, chunks=(1, 3)), axis=1).compute().tolist() == [1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11106", covers=["dask.array.meshgrid"])
def test_meshgrid_gives_the_same_container():
    """da.meshgrid gives a list or a tuple as the installed NumPy does."""
    expected = np.meshgrid(np.arange(2), np.arange(3))
    grids = da.meshgrid(da.arange(2, chunks=2), da.arange(3, chunks=2))
    assert [grid.compute().tolist() for grid in grids] == [grid.tolist() for grid in expected]
    assert type(grids) is type(expected)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11096", covers=["dask.array.broadcast_arrays"])
def test_broadcast_arrays_gives_the_same_container():
    """da.broadcast_arrays gives a list or a tuple as the installed NumPy does."""
    expected = np.broadcast_arrays(np.arange(2), np.ones((3, 1)))
    arrays = da.broadcast_arrays(da.arange(2, chunks=2), da.ones((3, 1), chunks=2))
    assert [array.compute().tolist() for array in arrays] == [array.tolist() for array in expected]
    assert type(arrays) is type(expected)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10831", covers=["dask.array.Array.sum"])
def test_a_total_promotes_like_a_scalar():
    """An array of 32-bit integers times a 64-bit total has the dtype that it has with the installed NumPy."""
    source = np.arange(3, dtype="int32")
    expected = source * source.sum(dtype="int64")
    array = da.from_array(source, chunks=2)
    product = array * array.sum(dtype="int64")
    assert product.compute().tolist() == expected.tolist()
    assert product.dtype == expected.dtype


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12301", covers=["dask.array.Array.__add__"])
def test_a_number_too_large_for_the_dtype():
    """A number too large for the array's dtype is added, or refused as too large, as the installed NumPy does."""
    source = np.array([1, 2], dtype="uint8")
    array = da.from_array(source, chunks=1)
    try:
        expected = source + 300
    except OverflowError:
        with pytest.raises(OverflowError):
            (array + 300).compute()
    else:
        assert (array + 300).compute().tolist() == expected.tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11697", covers=["dask.array.Array.__array__"])
def test_np_array_gives_no_warning(recwarn):
    """np.array(x, copy=True) of a Dask array computes it without a warning."""
    assert np.array(da.arange(3, chunks=2), copy=True).tolist() == [0, 1, 2]
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.scenario(covers=["dask.array.Array.__array_function__", "dask.array.Array.__array_ufunc__"])
def test_numpy_functions_stay_lazy():
    """NumPy functions and ufuncs of a Dask array give Dask arrays, with NumPy's values."""
    source = np.arange(6.0).reshape(2, 3)
    array = da.from_array(source, chunks=(1, 2))
    lazy = [np.sum(array, axis=0), np.concatenate([array, array]), np.sin(array), np.add(array, 1)]
    plain = [np.sum(source, axis=0), np.concatenate([source, source]), np.sin(source), np.add(source, 1)]
    assert [type(value) for value in lazy] == [da.Array] * 4
    assert [value.compute().tolist() for value in lazy] == [value.tolist() for value in plain]
