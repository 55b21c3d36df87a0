"""Sums, quantiles and counts over all partitions."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.mark.scenario(
    covers=["dask.dataframe.DataFrame.sum", "dask.dataframe.DataFrame.mean", "dask.dataframe.DataFrame.var"]
)
def test_sums_means_and_variances_equal_pandas():
    """sum, mean and var of a frame with missing values equal pandas'."""
    source = pd.DataFrame({"a": [1.0, 2, None, 4, 5], "b": [5, 3, 1, 4, 2]})
    frame = dd.from_pandas(source, npartitions=3)
    for name in ("sum", "mean", "var"):
        assert getattr(frame, name)().compute().to_dict() == pytest.approx(getattr(source, name)().to_dict())


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.describe"])
def test_describe_counts_and_averages_as_pandas():
    """describe() gives pandas' count, mean, std, min and max."""
    source = pd.DataFrame({"a": range(10)})
    rows = ["count", "mean", "std", "min", "max"]
    result = dd.from_pandas(source, npartitions=3).describe().compute()
    assert result.a[rows].round(9).tolist() == source.describe().a[rows].round(9).tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11698", covers=["dask.dataframe.Series.value_counts"])
def test_value_counts_of_a_comparison():
    """value_counts of a comparison counts True once and False once."""
    source = pd.DataFrame({"a": range(1, 11), "b": [11, 12, 13, 4, 15, 6, 17, 8, 19, 10]})
    frame = dd.from_pandas(source, npartitions=2)
    result = (frame.a == frame.b).value_counts().compute()
    assert sorted(result.items()) == [(False, 6), (True, 4)]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10150",
    covers=["dask.dataframe.DataFrame.std"],
)
def test_the_deviation_of_nullable_integers():
    """std of a column of nullable integers equals pandas'."""
    source = pd.DataFrame({"a": pd.array([1, 2, 3, 5], dtype="Int64")})
    result = dd.from_pandas(source, npartitions=2).std().compute()
    assert round(float(result["a"]), 9) == round(float(source.std()["a"]), 9)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11202", covers=["dask.dataframe.Series.quantile"])
def test_the_quantile_of_arrow_integers():
    """quantile works on a column of pyarrow integers."""
    source = pd.Series([1, 2, 3, 4, 5], dtype="int64[pyarrow]")
    result = dd.from_pandas(source, npartitions=2).quantile([0.0, 1.0]).compute()
    assert [int(value) for value in result] == [1, 5]


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1141", covers=["dask.dataframe.Series.min"])
def test_the_repr_of_a_lazy_date():
    """The lazy minimum of a column of dates can be printed before it is computed."""
    dates = pd.Series(pd.to_datetime(["2024-01-02", "2024-01-01"]))
    earliest = dd.from_pandas(dates, npartitions=2).min()
    assert repr(earliest)
    assert earliest.compute() == dates.min()
