"""Arrays made from other arrays, from nothing, and at random."""

import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11586", covers=["dask.array.asarray"])
def test_asarray_of_a_numpy_array_takes_a_dtype():
    """da.asarray(numpy_array, dtype=…) has that dtype."""
    array = da.asarray(np.arange(3), dtype="float32")
    assert array.dtype == np.dtype("float32")
    assert array.compute().tolist() == [0, 1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11288", covers=["dask.array.asarray"])
def test_asarray_of_a_dask_array_takes_a_dtype():
    """da.asarray(dask_array, dtype=…) has that dtype."""
    array = da.asarray(da.arange(3, chunks=2), dtype="float32")
    assert array.dtype == np.dtype("float32")
    assert array.compute().tolist() == [0, 1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10064", covers=["dask.array.ones_like"])
def test_ones_like_an_array_of_unknown_length():
    """da.ones_like takes an array of unknown length."""
    array = da.arange(6, chunks=2)
    assert da.ones_like(array[array > 2]).compute().tolist() == [1, 1, 1]


@pytest.mark.scenario(covers=["dask.array.random.RandomState"])
def test_a_seed_gives_the_numbers_it_always_gave():
    """da.random.RandomState(42) draws the numbers that it drew in 2022."""
    numbers = da.random.RandomState(42).normal(size=4, chunks=2).compute()
    np.testing.assert_allclose(
        numbers, [-1.3191818931248753, 0.11348962562264403, -0.1464079389408134, -0.8579174122089742]
    )


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11743", covers=["dask.array.pad", "dask.array.Array.chunks"]
)
def test_a_wide_padding_keeps_chunks_small():
    """da.pad with a constant makes no chunk longer than those of the padded array."""
    padded = da.pad(da.ones(4, chunks=2), 6, mode="constant")
    assert padded.compute().tolist() == np.pad(np.ones(4), 6, mode="constant").tolist()
    assert max(padded.chunks[0]) <= 2


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/12029", covers=["dask.array.random.RandomState"])
def test_two_permutations_differ():
    """Two permutations drawn one after the other from one seeded generator are different."""
    generator = da.random.RandomState(1)
    source = da.arange(20, chunks=20)
    first, second = generator.permutation(source), generator.permutation(source)
    assert sorted(first.compute().tolist()) == list(range(20))
    assert first.compute().tolist() != second.compute().tolist()
