"""Functions applied block by block, and the blocks themselves."""

import operator

import dask
import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(covers=["dask.array.map_blocks"])
def test_map_blocks_tells_where_a_block_is():
    """The function that map_blocks applies is told where its block lies."""

    def first_index(_block, block_info=None):
        return np.array([block_info[0]["array-location"][0][0]])

    starts = da.ones(10, chunks=4).map_blocks(first_index, dtype=int, chunks=(1,))
    assert starts.compute().tolist() == [0, 4, 8]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11792", covers=["dask.array.map_blocks"])
def test_map_blocks_with_and_without_a_check_are_two_arrays():
    """map_blocks(enforce_ndim=True) and (enforce_ndim=False) of one function have different names."""
    array = da.ones(4, chunks=2)
    checked = array.map_blocks(np.sin, enforce_ndim=True)
    assert checked.name != array.map_blocks(np.sin, enforce_ndim=False).name


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11952", covers=["dask.array.map_blocks"])
def test_map_blocks_keeps_the_name_it_is_given():
    """map_blocks(name=…) gives the array exactly that name."""
    assert da.ones(4, chunks=2).map_blocks(operator.neg, name="mine").name == "mine"


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11128", covers=["dask.array.map_overlap"])
def test_map_overlap_adds_an_axis():
    """map_overlap takes a function that adds an axis to its blocks."""
    source = np.arange(4.0)
    array = da.from_array(source, chunks=2)
    lifted = array.map_overlap(lambda block: block[None], depth=1, new_axis=[0], boundary="none", dtype=float)
    assert lifted.compute().tolist() == source[None].tolist()


@pytest.mark.scenario(covers=["dask.array.Array.rechunk"])
def test_rechunk():
    """rechunk changes the chunks and not the values."""
    source = np.arange(24).reshape(4, 6)
    array = da.from_array(source, chunks=(1, 6)).rechunk((4, 2))
    assert array.chunks == ((4,), (2, 2, 2))
    assert array.compute().tolist() == source.tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11844", covers=["dask.array.store"])
def test_storing_a_list_gives_a_tuple():
    """da.store([x], [target], return_stored=True) gives a tuple with one array."""
    target = np.zeros(4)
    stored = da.store([da.ones(4, chunks=2)], [target], lock=False, return_stored=True)
    assert target.tolist() == [1, 1, 1, 1]
    assert isinstance(stored, tuple)
    assert [array.compute().tolist() for array in stored] == [[1, 1, 1, 1]]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11921", covers=["dask.array.store", "dask.compute"])
def test_a_store_for_later_stores_when_computed():
    """What da.store(compute=False) gives writes to the target when it is computed."""
    target = np.zeros(4)
    later = da.store(da.ones(4, chunks=2), target, lock=False, compute=False)
    assert target.tolist() == [0, 0, 0, 0]
    dask.compute(later)
    assert target.tolist() == [1, 1, 1, 1]
