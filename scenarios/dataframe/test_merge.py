"""Joins lose no rows and give what pandas gives."""

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.merge"])
def test_an_outer_merge_equals_pandas():
    """An outer merge on a column gives the rows that pandas gives."""
    left = pd.DataFrame({"k": [1, 2, 3, 4, 2], "a": range(5)})
    right = pd.DataFrame({"k": [2, 3, 5, 3], "b": range(4)})
    result = dd.from_pandas(left, npartitions=2).merge(dd.from_pandas(right, npartitions=2), on="k", how="outer")
    order = ["k", "a", "b"]
    expected = left.merge(right, on="k", how="outer").sort_values(order).reset_index(drop=True)
    pd.testing.assert_frame_equal(result.compute().sort_values(order).reset_index(drop=True), expected)


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.join"])
def test_a_join_of_known_divisions_equals_pandas():
    """A join on sorted indexes gives pandas' frame and keeps known divisions."""
    left = pd.DataFrame({"a": range(8)})
    right = pd.DataFrame({"b": range(4)}, index=[0, 2, 4, 6])
    result = dd.from_pandas(left, npartitions=2).join(dd.from_pandas(right, npartitions=3))
    assert result.known_divisions
    pd.testing.assert_frame_equal(result.compute(), left.join(right))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/issues/1060",
    covers=["dask.dataframe.DataFrame.merge", "dask.dataframe.DataFrame.dropna"],
)
def test_a_left_merge_after_dropna_keeps_all_columns():
    """A left merge after dropna(subset=…) has the columns of both frames, with suffixes."""
    source = pd.DataFrame({"k": [1, 2, 3], "v": [1.0, np.nan, 3.0], "w": [4.0, 5.0, 6.0]})
    rows = dd.from_pandas(source, npartitions=1).dropna(subset=["v"])
    result = rows.merge(rows, on="k", how="left").compute()
    expected = source.dropna(subset=["v"])
    pd.testing.assert_frame_equal(result, expected.merge(expected, on="k", how="left"))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10763",
    covers=["dask.dataframe.DataFrame.join", "dask.dataframe.DataFrame.clear_divisions"],
)
def test_a_join_on_cleared_divisions_keeps_all_rows():
    """A join on a column with a frame of unknown divisions keeps every row."""
    left = pd.DataFrame({"x": range(20), "y": range(20)})
    right = pd.DataFrame({"z": range(10)}, index=pd.Index(range(10), name="a"))
    with dask.config.set({"dataframe.shuffle.method": "tasks"}):
        other = dd.from_pandas(right, npartitions=2).clear_divisions()
        result = dd.from_pandas(left, npartitions=4).join(other, on="x", how="left").compute()
    assert sorted(result.y) == list(range(20))
    assert result.z.count() == 10


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1145", covers=["dask.dataframe.merge_asof"])
def test_merge_asof_on_indexes():
    """dd.merge_asof joins two frames on their sorted indexes, as pandas does."""
    left = pd.DataFrame({"t": [1, 5, 10], "a": [1, 2, 3]})
    right = pd.DataFrame({"t": [1, 2, 3, 6, 7], "b": [1, 2, 3, 4, 5]})
    one, other = (dd.from_pandas(source, npartitions=1).set_index("t", sort=True) for source in (left, right))
    result = dd.merge_asof(one, other, left_index=True, right_index=True).compute()
    expected = pd.merge_asof(left.set_index("t"), right.set_index("t"), left_index=True, right_index=True)
    pd.testing.assert_frame_equal(result, expected)


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10705",
    covers=["dask.dataframe.DataFrame.merge", "dask.dataframe.DataFrame.groupby"],
)
def test_groups_after_an_outer_merge_are_whole():
    """groupby.apply after an outer merge puts all rows of a key into one group, though the merge left keys missing."""
    left = pd.DataFrame({"k": range(100), "even": [True, False] * 50})
    right = pd.DataFrame({"k": [2, 50, 95, 109, 345], "b": range(5)})
    frame = dd.from_pandas(left, npartitions=4).merge(dd.from_pandas(right, npartitions=1), on="k", how="outer")
    sizes = frame.groupby("even")[["k"]].apply(len, meta=(None, "int64")).compute()
    assert sorted(sizes) == [50, 50]
