"""Reductions give what NumPy gives."""

import dask.array as da
import numpy as np
import pytest


@pytest.mark.scenario(covers=["dask.array.Array.mean", "dask.array.Array.std"])
def test_over_an_axis():
    """mean and std over an axis of several chunks are NumPy's."""
    source = np.array([[1.0, 8, 3, 5], [4, 1, 9, 2]])
    array = da.from_array(source, chunks=(1, 3))
    assert array.mean(axis=0).compute().tolist() == source.mean(axis=0).tolist()
    np.testing.assert_allclose(array.std(axis=1).compute(), source.std(axis=1))


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12088", covers=["dask.array.percentile"])
def test_one_percentile():
    """da.percentile for one number is a number, as in NumPy, not an array of one."""
    source = np.arange(11.0)
    median = da.percentile(da.from_array(source, chunks=11), 50)
    assert median.compute().tolist() == np.percentile(source, 50).tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12097", covers=["dask.array.cumprod"])
def test_the_dtype_of_cumprod():
    """da.cumprod(dtype=…) computes to an array of that dtype."""
    source = np.arange(1, 5, dtype="int32")
    product = da.cumprod(da.from_array(source, chunks=2), axis=0, dtype="float64").compute()
    assert product.tolist() == [1, 2, 6, 24]
    assert product.dtype == np.dtype("float64")


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12183", covers=["dask.array.min", "dask.array.max"])
def test_the_first_and_the_last_of_dates():
    """min and max of an array of dates are its first and its last."""
    source = np.array(["2024-01-02", "2024-01-01", "2024-01-03"], dtype="datetime64[D]")
    array = da.from_array(source, chunks=2)
    assert array.min().compute() == source.min()
    assert array.max().compute() == source.max()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12089", covers=["dask.array.nanvar"])
def test_the_variance_of_an_infinite_value():
    """da.nanvar is NaN, as in NumPy, where a value is infinite."""
    source = np.array([np.inf, 1, np.nan, 3])
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.nanvar(source))
        assert np.isnan(da.nanvar(da.from_array(source, chunks=2)).compute())


# Dask hands the unit of the durations to NumPy as the dtype of a sum of counts, which NumPy refuses since 1.24.
@pytest.mark.scenario(issue="https://github.com/numpy/numpy/issues/13428", covers=["dask.array.Array.mean"])
def test_the_mean_of_durations():
    """The mean of an array of durations is a duration."""
    source = np.array([1, 3], dtype="timedelta64[s]")
    assert da.from_array(source, chunks=1).mean().compute() == source.mean()
