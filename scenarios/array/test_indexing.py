"""Indexing gives the elements that NumPy gives."""

import dask.array as da
import numpy as np
import pytest

GETITEM = "dask.array.Array.__getitem__"


@pytest.mark.scenario(covers=[GETITEM])
def test_by_slices_with_steps():
    """Slices with positive and negative steps across chunks give NumPy's elements."""
    source = np.arange(60).reshape(6, 10)
    array = da.from_array(source, chunks=(4, 3))
    assert array[1:, ::-3].compute().tolist() == source[1:, ::-3].tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11694", covers=[GETITEM])
def test_by_a_mask_and_a_new_axis():
    """A list of booleans can be followed by a new axis."""
    source = np.arange(3)
    array = da.from_array(source, chunks=3)
    assert array[[True, True, False], None].compute().tolist() == [[0], [1]]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11993", covers=[GETITEM])
def test_by_a_new_axis_and_a_mask():
    """A new axis can be followed by a list of booleans that spans two chunks."""
    source = np.arange(4)
    array = da.from_array(source, chunks=2)
    assert array[None, [True, False, True, False]].compute().tolist() == [[0, 2]]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11615", covers=[GETITEM])
def test_by_a_mask_over_long_chunks():
    """A list of booleans selects what it selects in NumPy also where chunks are nearly 256 long."""
    source = np.arange(1980)
    mask = (source >= 1560) & (source < 1860)
    array = da.from_array(source, chunks=248)
    assert array[mask.tolist()].compute().tolist() == source[mask].tolist()


@pytest.mark.scenario(
    issue=["https://github.com/dask/dask/issues/11959", "https://github.com/dask/dask/pull/11947"], covers=[GETITEM]
)
def test_by_a_number_and_a_list():
    """A number and a list index an array of 32-bit floats as they index it in NumPy."""
    source = np.arange(10, dtype="float32").reshape(5, 2)
    array = da.from_array(source, chunks=5)
    assert array[0, [0, 1]].shape == (2,)
    assert array[0, [0, 1]].compute().tolist() == [0, 1]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11301", covers=[GETITEM])
def test_by_positions_into_an_array_of_unknown_length():
    """An array of unknown length in one chunk can be indexed by a list of positions."""
    array = da.arange(6, chunks=6)
    assert array[array > 2][[0, 2]].compute().tolist() == [3, 5]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11635", covers=["dask.array.Array.vindex"])
def test_vindex_by_a_dask_array():
    """x.vindex of a one-dimensional array in one chunk takes a Dask array of positions."""
    array = da.from_array(np.arange(10, 16), chunks=6)
    assert array.vindex[da.from_array(np.array([0, 5, 2]), chunks=3)].compute().tolist() == [10, 15, 12]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11267", covers=[GETITEM])
def test_by_repeated_positions_keeps_chunks_small():
    """Positions that repeat do not make chunks longer than those of the indexed array."""
    array = da.arange(6, chunks=2)[[0] * 8 + [3] * 8]
    assert array.compute().tolist() == [0] * 8 + [3] * 8
    assert max(array.chunks[0]) <= 2
