"""Functions applied to each partition."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest

FRAME = pd.DataFrame({"x": [1, 2, 3, 4]})


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.map_partitions"])
def test_columns_are_found_out():
    """Without meta, map_partitions finds out the columns and types that the function returns."""
    frame = dd.from_pandas(FRAME, npartitions=2).map_partitions(lambda part: part.assign(half=part.x / 2))
    assert frame.dtypes.to_dict() == {"x": "int64", "half": "float64"}
    assert frame.half.compute().tolist() == [0.5, 1.0, 1.5, 2.0]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11756",
    covers=["dask.dataframe.map_partitions", "dask.dataframe.Series.map_partitions"],
)
def test_a_second_function_gets_a_series():
    """After a function that returns one number per partition, the next function gets a Series, not a bare number."""
    smallest = dd.from_pandas(FRAME.x, npartitions=2).map_partitions(min, meta=("x", "int64"))
    kinds = smallest.map_partitions(lambda part: pd.Series([isinstance(part, pd.Series)]), meta=("x", "bool"))
    assert kinds.compute().tolist() == [True, True]


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11907",
    covers=["dask.dataframe.DataFrame.map_partitions", "dask.delayed"],
)
def test_a_delayed_argument_on_a_cluster():
    """On a cluster, a function of map_partitions gets the value of a delayed argument."""
    frame = dd.from_pandas(FRAME, npartitions=2)
    result = frame.map_partitions(lambda part, by: part + by, dask.delayed(int)(10), meta=FRAME).compute()
    assert result.x.tolist() == [11, 12, 13, 14]


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.map_overlap"])
def test_rolling_over_the_edges_of_partitions():
    """A rolling mean sees the rows before the edge of its partition."""
    result = dd.from_pandas(FRAME, npartitions=2).rolling(2).mean().compute()
    pd.testing.assert_frame_equal(result, FRAME.rolling(2).mean())


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.cumsum"])
def test_cumulative_sums_run_through():
    """cumsum goes on from one partition to the next."""
    pd.testing.assert_frame_equal(dd.from_pandas(FRAME, npartitions=2).cumsum().compute(), FRAME.cumsum())
