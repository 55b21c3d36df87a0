"""Dates and durations: nanoseconds in pandas 2, mostly microseconds in pandas 3."""

import dask.dataframe as dd
import pandas as pd
import pytest

HOURS = pd.DataFrame({"v": range(24)}, index=pd.date_range("2024-01-01", periods=24, freq="h"))


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/pull/62801",
    covers=["dask.dataframe.to_datetime", "dask.dataframe.Series.astype"],
)
def test_a_date_as_integer_counts_nanoseconds():
    """A date parsed by dd.to_datetime and cast to int64 counts nanoseconds since 1970."""
    texts = dd.from_pandas(pd.Series(["1970-01-02", "1970-01-03"]), npartitions=1)
    assert dd.to_datetime(texts).astype("int64").compute().tolist() == [86400 * 10**9, 2 * 86400 * 10**9]


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/issues/7307",
    covers=["dask.dataframe.to_datetime"],
)
def test_a_date_of_the_middle_ages():
    """dd.to_datetime reads dates before 1677."""
    texts = dd.from_pandas(pd.Series(["1066-10-14", "1492-10-12"]), npartitions=1)
    assert dd.to_datetime(texts).dt.year.compute().tolist() == [1066, 1492]


@pytest.mark.scenario(issue="https://github.com/pandas-dev/pandas/pull/63347", covers=["dask.dataframe.to_datetime"])
def test_seconds_since_1970_have_the_announced_type():
    """dd.to_datetime(numbers, unit='s') computes to the dtype that it announces."""
    dates = dd.to_datetime(dd.from_pandas(pd.Series([0, 86400]), npartitions=1), unit="s")
    assert dates.compute().dtype == dates.dtype


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/12178", covers=["dask.dataframe.to_timedelta"])
def test_durations_have_the_announced_type():
    """dd.to_timedelta of text computes to the dtype that it announces."""
    durations = dd.to_timedelta(dd.from_pandas(pd.Series(["1 day", "2 days"]), npartitions=1))
    assert durations.compute().dtype == durations.dtype


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/pull/57986", covers=["dask.dataframe.DataFrame.resample"]
)
def test_hours_spelled_with_a_capital():
    """resample('6H') takes the old spelling of hours."""
    result = dd.from_pandas(HOURS, npartitions=2).resample("6H").sum().compute()
    assert result.v.tolist() == [15, 51, 87, 123]


@pytest.mark.scenario(
    issue=["https://github.com/pandas-dev/pandas/issues/62200", "https://github.com/pandas-dev/pandas/pull/61985"],
    covers=["dask.dataframe.DataFrame.resample"],
)
def test_days_that_end_at_midnight():
    """resample('D', closed='right') counts midnight to the day before, as pandas does."""
    source = pd.DataFrame({"v": range(20)}, index=pd.date_range("2024-01-01", periods=20, freq="6h"))
    result = dd.from_pandas(source, npartitions=2).resample("D", closed="right").sum().compute()
    assert result.v.tolist() == source.resample("D", closed="right").sum().v.tolist()


@pytest.mark.scenario(
    issue=["https://github.com/pandas-dev/pandas/pull/61985", "https://github.com/pandas-dev/pandas/issues/41943"],
    covers=["dask.dataframe.DataFrame.rolling"],
)
def test_a_window_of_two_day_offsets():
    """rolling(pd.offsets.Day(2)) takes a day offset as window, as pandas does."""
    source = pd.DataFrame({"v": range(6)}, index=pd.date_range("2024-01-01", periods=6, freq="D"))
    result = dd.from_pandas(source, npartitions=2).rolling(pd.offsets.Day(2)).sum().compute()
    assert result.v.tolist() == [0, 1, 3, 5, 7, 9]


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.set_index", "dask.dataframe.DataFrame.loc"])
def test_a_month_of_a_time_series():
    """loc['2024-02'] takes the rows of one month, as pandas does."""
    source = pd.DataFrame({"v": range(90)}, index=pd.date_range("2024-01-01", periods=90, freq="D"))
    result = dd.from_pandas(source, npartitions=3).loc["2024-02"].compute()
    pd.testing.assert_frame_equal(result, source.loc["2024-02"], check_freq=False)
