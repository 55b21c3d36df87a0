"""Frames indexed by time."""

import dask.dataframe as dd
import pandas as pd
import pytest

HOURLY = pd.DataFrame({"v": range(96)}, index=pd.date_range("2024-01-01", periods=96, freq="h"))


@pytest.fixture
def hourly():
    """HOURLY, two days in each partition."""
    return dd.from_pandas(HOURLY, npartitions=2)


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.resample"])
def test_daily_means_equal_pandas(hourly):
    """resample('1D').mean() gives pandas' daily means."""
    pd.testing.assert_frame_equal(hourly.resample("1D").mean().compute(), HOURLY.resample("1D").mean())


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1075",
    covers=["dask.dataframe.DataFrame.resample", "dask.dataframe.DataFrame.repartition"],
)
def test_repartition_after_resample(hourly):
    """What resample gives can be repartitioned by time."""
    result = hourly.resample("1D").mean().repartition(freq="1D").compute()
    pd.testing.assert_frame_equal(result, HOURLY.resample("1D").mean(), check_freq=False)


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1153",
    covers=["dask.dataframe.to_datetime"],
)
def test_to_datetime_with_a_time_zone():
    """dd.to_datetime(meta=…) announces the time zone that its meta names."""
    texts = dd.from_pandas(pd.Series(["2024-01-01 00:00+00:00", "2024-01-02 00:00+00:00"]), npartitions=1)
    result = dd.to_datetime(texts, meta=pd.Series([], dtype="datetime64[ns, UTC]"))
    assert str(result.dtype) == "datetime64[ns, UTC]"
