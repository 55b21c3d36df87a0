"""What is written to an array changes that array and no other."""

import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11524", covers=["dask.array.from_array", "dask.array.Array.compute"]
)
def test_a_change_of_the_source_does_not_reach_the_array():
    """Changing a NumPy array after da.from_array does not change what the Dask array computes to."""
    source = np.arange(4)
    array = da.from_array(source, chunks=2)
    source[0] = 99
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11524", covers=["dask.array.from_array", "dask.array.Array.compute"]
)
def test_a_change_of_the_result_does_not_reach_the_source():
    """Changing the result of compute() does not change the array that was given to da.from_array."""
    source = np.arange(4)
    result = da.from_array(source, chunks=4).compute()
    result[0] = 99
    assert source.tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11697", covers=["dask.array.from_array", "dask.array.Array.compute"]
)
def test_a_change_of_the_result_does_not_reach_the_next_result():
    """Changing the result of compute() does not change what the same array computes to the next time."""
    array = da.from_array(np.arange(4), chunks=4)
    array.compute()[0] = 99
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11723",
    covers=["dask.array.Array.__getitem__", "dask.array.Array.__setitem__"],
)
def test_an_element_taken_out_can_be_assigned_to():
    """An element taken out of an array can be assigned to, and the array keeps its values."""
    array = da.from_array(np.zeros(4), chunks=2)
    element = array[0]
    element[()] = 5
    assert element.compute() == 5
    assert array.compute().tolist() == [0, 0, 0, 0]
