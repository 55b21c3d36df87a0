"""Groups give what pandas gives, however the rows are spread over partitions."""

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

FRAME = pd.DataFrame({"k": [1, 2, 1, 3, 2, 1], "v": [1.0, 2, 3, 4, 5, 6], "w": [6, 5, 4, 3, 2, 1]})


@pytest.fixture
def frame():
    """FRAME in three partitions, so that every group is spread over several."""
    return dd.from_pandas(FRAME, npartitions=3)


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.groupby"])
def test_several_aggregations_at_once(frame):
    """groupby.agg with several functions per column gives pandas' numbers."""
    spec = {"v": ["sum", "mean", "std"], "w": ["min", "max", "count"]}
    result = frame.groupby("k").agg(spec).compute().sort_index()
    pd.testing.assert_frame_equal(result, FRAME.groupby("k").agg(spec))


@pytest.mark.scenario(covers=["dask.dataframe.Aggregation", "dask.dataframe.DataFrame.groupby"])
def test_a_custom_aggregation(frame):
    """A custom dd.Aggregation is applied per partition and combined over them."""
    spread = dd.Aggregation(
        "spread",
        chunk=lambda groups: (groups.min(), groups.max()),
        agg=lambda low, high: (low.min(), high.max()),
        finalize=lambda low, high: high - low,
    )
    result = frame.groupby("k").w.agg(spread).compute().sort_index()
    assert result.to_dict() == {1: 5, 2: 3, 3: 0}


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.groupby"])
def test_a_result_over_several_partitions(frame):
    """groupby.sum(split_out=2) spreads the result over two partitions and gives pandas' numbers."""
    result = frame.groupby("k").sum(split_out=2)
    assert result.npartitions == 2
    pd.testing.assert_frame_equal(result.compute().sort_index(), FRAME.groupby("k").sum())


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10870",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_the_median_by_name(frame):
    """groupby.agg('median') works, as in pandas."""
    result = frame.groupby("k").agg("median").compute().sort_index()
    pd.testing.assert_frame_equal(result, FRAME.groupby("k").agg("median"))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/issues/1008",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_a_named_aggregation_of_one_column(frame):
    """groupby.column.agg(new_name='sum') names the result's column, as in pandas."""
    result = frame.groupby("k").v.agg(total="sum").compute().sort_index()
    pd.testing.assert_frame_equal(result, FRAME.groupby("k").v.agg(total="sum"))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/9905",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_value_counts_within_two_keys():
    """groupby on two columns counts the values of a third as pandas does."""
    source = pd.DataFrame({"a": [1, 1, 2, 2], "b": [5, 5, 6, 7], "c": [0, 0, 0, 1]})
    result = dd.from_pandas(source, npartitions=2).groupby(["a", "b"]).c.value_counts().compute()
    assert result.to_dict() == source.groupby(["a", "b"]).c.value_counts().to_dict()


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11023",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_value_counts_where_a_partition_has_only_missing_values():
    """groupby.value_counts works although one partition holds nothing but missing values."""
    source = pd.DataFrame({"k": [True, False] * 10, "v": [np.nan] * 18 + [1.5, 2.5]})
    result = dd.from_pandas(source, npartitions=10).groupby("k").v.value_counts().compute()
    assert result.to_dict() == {(True, 1.5): 1, (False, 2.5): 1}


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10350",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_the_variance_of_a_missing_key():
    """groupby(dropna=False).var() keeps the group of rows whose key is missing."""
    source = pd.DataFrame({"k": [1.0, np.nan, 1.0, np.nan], "v": [1.0, 2, 3, 6]})
    result = dd.from_pandas(source, npartitions=2).groupby("k", dropna=False).v.var().compute()
    assert sorted(result) == [2, 8]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1142",
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_groups_by_a_property_of_the_index():
    """groupby(frame.index.dt.date) counts the rows of each day."""
    source = pd.DataFrame({"v": range(8)}, index=pd.date_range("2024-01-01", periods=8, freq="12h"))
    frame = dd.from_pandas(source, npartitions=2)
    result = frame.groupby(frame.index.dt.date).v.count().compute()
    assert sorted(result) == [2, 2, 2, 2]
