"""Columns set, dropped, renamed and computed with."""

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

FRAME = pd.DataFrame({"x": [1, 2, 3, 4], "y": [4.0, 3.0, 2.0, 1.0]})


@pytest.fixture
def frame():
    """FRAME in two partitions."""
    return dd.from_pandas(FRAME, npartitions=2)


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/11596",
    covers=["dask.dataframe.DataFrame.assign", "dask.dataframe.Series.mask"],
)
def test_columns_are_overwritten(frame):
    """New columns can be set, set again and replaced by a function of themselves."""
    frame["p"] = 0
    frame["p"] = 1
    frame["q"] = 0.0
    frame["q"] = 5.0
    frame["q"] = frame["q"].mask(frame["x"] > 2, 6.0)
    assert frame.compute()[["p", "q"]].values.tolist() == [[1, 5], [1, 5], [1, 6], [1, 6]]


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/992", covers=["dask.dataframe.DataFrame.drop"])
def test_drop_spares_a_column_whose_name_starts_alike():
    """Dropping column 'x_old' keeps column 'x'."""
    source = FRAME.assign(x_old=0)
    result = dd.from_pandas(source, npartitions=2).drop(columns="x_old")[["x"]].compute()
    pd.testing.assert_frame_equal(result, FRAME[["x"]])


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1047", covers=["dask.dataframe.DataFrame.drop"])
def test_drop_takes_a_set(frame):
    """drop(columns={…}) drops the columns of a set, as pandas does."""
    pd.testing.assert_frame_equal(frame.drop(columns={"x"}).compute(), FRAME.drop(columns={"x"}))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/982",
    covers=["dask.dataframe.Series.reset_index"],
)
def test_a_filter_after_reset_index_of_a_series():
    """The column that Series.reset_index makes of the index can be filtered on."""
    result = dd.from_pandas(FRAME.set_index("x").y, npartitions=2).reset_index()
    assert result[result.x > 2].compute().values.tolist() == [[3, 2], [4, 1]]


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1150", covers=["dask.dataframe.Series"])
def test_a_lazy_scalar_minus_a_column(frame):
    """frame.y.max() - frame.y subtracts the column from its maximum, not the other way round."""
    assert (frame.y.max() - frame.y).compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/984",
    covers=["dask.dataframe.Series", "dask.array.Array"],
)
def test_an_array_plus_a_series():
    """A Dask array plus a Dask series adds them row by row."""
    tens = da.from_array(np.array([10, 20, 30, 40]), chunks=2)
    ones = dd.from_pandas(pd.Series([1, 2, 3, 4]), npartitions=2)
    assert (tens + ones).compute().tolist() == [11, 22, 33, 44]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12432", covers=["dask.dataframe.Series.map"])
def test_map_by_a_series_in_other_partitions():
    """Series.map(other) finds the value of each row although the other series is partitioned differently."""
    keys = pd.Series([2, 0, 1, 3, 1, 2])
    names = pd.Series([10, 11, 12, 13])
    result = dd.from_pandas(keys, npartitions=3).map(dd.from_pandas(names, npartitions=2), meta=(None, "int64"))
    assert result.compute().tolist() == keys.map(names).tolist()


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1071", covers=["dask.dataframe.Series.str"])
def test_the_second_part_of_a_split_string():
    """One column of str.partition('|') can be taken by its number."""
    source = pd.Series(["a|b", "c|d"])
    result = dd.from_pandas(source, npartitions=2).str.partition("|")[2].compute()
    assert result.tolist() == ["b", "d"]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1067",
    covers=["dask.dataframe.Series.isin", "dask.dataframe.DataFrame.head"],
)
def test_head_of_a_column_made_by_isin():
    """head() shows a column that tells which strings are in a list."""
    frame = dd.from_pandas(pd.DataFrame({"name": ["a", "b", "c", "d"]}), npartitions=2)
    frame["found"] = frame.name.isin(["b", "d"])
    assert frame.head(2).found.tolist() == [False, True]
