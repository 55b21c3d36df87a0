"""Assignment to a part of an array."""

import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(covers=["dask.array.Array.__setitem__"])
def test_to_a_slice():
    """Assigning to a slice across chunks changes those elements only."""
    array = da.arange(6, chunks=2)
    array[1:4] = -1
    assert array.compute().tolist() == [0, -1, -1, -1, 4, 5]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11728", covers=["dask.array.Array.__setitem__"])
def test_through_a_mask_of_rows():
    """Assigning through a Dask mask with one entry per row changes whole rows, as in NumPy."""
    expected = np.arange(6).reshape(3, 2)
    array = da.from_array(expected.copy(), chunks=(2, 1))
    mask = np.array([True, False, True])
    expected[mask] = -1
    array[da.from_array(mask, chunks=2)] = -1
    assert array.compute().tolist() == expected.tolist()


@pytest.mark.scenario(
    issue=["https://github.com/dask/dask/pull/11728", "https://github.com/dask/dask/issues/11753"],
    covers=["dask.array.Array.__setitem__"],
)
def test_of_a_one_element_array_through_a_mask():
    """Assigning an array of one element through a mask sets all the masked elements to it, as in NumPy."""
    expected = np.arange(6)
    mask = expected > 2
    array = da.from_array(expected.copy(), chunks=2)
    value = np.array([7])
    expected[mask] = value
    array[da.from_array(mask, chunks=2)] = da.from_array(value, chunks=1)
    assert array.compute().tolist() == expected.tolist()


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11943",
    covers=["dask.array.Array.__setitem__", "dask.array.Array.__getitem__"],
)
def test_through_a_mask_to_an_array_of_unknown_length():
    """An array of unknown length can be assigned to through a mask made from itself."""
    array = da.arange(6, chunks=2)
    array = array[array > 1]
    array[array > 3] = 0
    assert array.compute().tolist() == [2, 3, 0, 0]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/9627", covers=["dask.array.Array.__setitem__"])
def test_of_the_masked_constant_to_objects():
    """np.ma.masked can be assigned to elements of an array of objects."""
    expected = np.ma.array(["a", None, 3], dtype=object)
    array = da.from_array(expected.copy(), chunks=2)
    expected[1] = np.ma.masked
    array[1] = np.ma.masked
    assert np.ma.getmaskarray(array.compute()).tolist() == np.ma.getmaskarray(expected).tolist()


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/11724",
    covers=["dask.array.Array.__setitem__"],
)
def test_through_a_mask_keeps_the_dtype():
    """Assigning a float through a mask to an array of integers keeps the array's dtype, as in NumPy."""
    expected = np.array([1, 2, 3])
    expected[np.array([True, False, True])] = 7.5
    array = da.from_array(np.array([1, 2, 3]), chunks=2)
    array[da.from_array(np.array([True, False, True]), chunks=2)] = 7.5
    assert array.dtype == expected.dtype
    assert array.compute().tolist() == expected.tolist()
