"""Arrays in Zarr stores."""

import dask.array as da
import numpy as np
import pytest
import zarr

TO_AND_FRO = ["dask.array.to_zarr", "dask.array.from_zarr"]


@pytest.fixture
def numbers():
    """A NumPy array of four by six numbers."""
    return np.arange(24.0).reshape(4, 6)


@pytest.mark.scenario(covers=TO_AND_FRO)
def test_chunks_are_kept(folder, numbers):
    """An array written to Zarr is read back with the same values and chunks."""
    da.from_array(numbers, chunks=(2, 3)).to_zarr(f"{folder}/a.zarr")
    result = da.from_zarr(f"{folder}/a.zarr")
    assert result.chunks == ((2, 2), (3, 3))
    np.testing.assert_array_equal(result.compute(), numbers)


@pytest.mark.scenario(covers=TO_AND_FRO)
def test_a_component(folder, numbers):
    """Arrays are written to and read from parts of one Zarr group by component=."""
    for name in ("one", "two"):
        da.from_array(numbers, chunks=(2, 3)).to_zarr(f"{folder}/a.zarr", component=name)
    np.testing.assert_array_equal(da.from_zarr(f"{folder}/a.zarr", component="two").compute(), numbers)


@pytest.mark.scenario(covers=["dask.array.to_zarr"])
def test_nothing_is_overwritten_unasked(folder, numbers):
    """to_zarr raises where an array already is, and with overwrite=True replaces it."""
    path = f"{folder}/a.zarr"
    da.from_array(numbers, chunks=(2, 3)).to_zarr(path)
    other = da.from_array(numbers + 1, chunks=(2, 3))
    with pytest.raises(Exception, match=r"(?i)exist|contain"):
        other.to_zarr(path)
    other.to_zarr(path, overwrite=True)
    np.testing.assert_array_equal(da.from_zarr(path).compute(), numbers + 1)


@pytest.mark.scenario(covers=TO_AND_FRO, issue="https://github.com/dask/dask/pull/11553")
def test_irregular_chunks_are_written(folder, numbers):
    """An array of irregular chunks, which Zarr cannot keep, is rechunked and written by to_zarr."""
    da.from_array(numbers, chunks=((1, 3), (6,))).to_zarr(f"{folder}/a.zarr")
    np.testing.assert_array_equal(da.from_zarr(f"{folder}/a.zarr").compute(), numbers)


@pytest.mark.scenario(covers=["dask.array.to_zarr"])
def test_nothing_is_written_before_compute(folder, numbers):
    """to_zarr(compute=False) gives something lazy that writes once it is computed."""
    path = f"{folder}/a.zarr"
    lazy = da.from_array(numbers, chunks=(2, 3)).to_zarr(path, compute=False)
    assert not np.array_equal(da.from_zarr(path).compute(), numbers)
    lazy.compute()
    np.testing.assert_array_equal(da.from_zarr(path).compute(), numbers)


@pytest.mark.scenario(covers=["dask.array.to_zarr"])
def test_a_region(folder, numbers):
    """to_zarr(region=) writes into a part of an array of Zarr that exists."""
    target = zarr.open(f"{folder}/a.zarr", mode="w", shape=(4, 6), chunks=(2, 3), dtype=numbers.dtype)
    da.from_array(numbers[:2, :3], chunks=(2, 3)).to_zarr(target, region=(slice(2, 4), slice(3, 6)))
    np.testing.assert_array_equal(target[2:, 3:], numbers[:2, :3])
    assert target[:2].sum() == 0


@pytest.mark.scenario(covers=["dask.array.from_zarr", "dask.array.Array.to_zarr"])
@pytest.mark.usefixtures("process_client")
def test_from_worker_processes(folder, numbers):
    """A cluster's worker processes write to and read from a Zarr folder."""
    da.from_array(numbers, chunks=(2, 3)).to_zarr(f"{folder}/a.zarr")
    assert da.from_zarr(f"{folder}/a.zarr").sum().compute() == numbers.sum()


@pytest.mark.scenario(covers=TO_AND_FRO)
def test_a_zarr_array_is_read(folder, numbers):
    """da.from_zarr takes an array of Zarr, and da.from_zarr(chunks=) other chunks than its own."""
    array = zarr.open(f"{folder}/a.zarr", mode="w", shape=(4, 6), chunks=(2, 3), dtype=numbers.dtype)
    array[:] = numbers
    result = da.from_zarr(array, chunks=(4, 3))
    assert result.chunks == ((4,), (3, 3))
    np.testing.assert_array_equal(result.compute(), numbers)
