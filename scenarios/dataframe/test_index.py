"""Indexes with known divisions, and rows and columns chosen by label."""

import dask.dataframe as dd
import pandas as pd
import pytest

FRAME = pd.DataFrame({"a": range(8), "b": range(8, 0, -1)})


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.set_index", "dask.dataframe.DataFrame.loc"])
def test_set_index_sorts_and_knows_its_divisions():
    """After set_index the frame is sorted, knows its divisions, and loc finds a range of rows."""
    frame = dd.from_pandas(FRAME, npartitions=4).set_index("b")
    assert frame.known_divisions
    pd.testing.assert_frame_equal(frame.loc[3:5].compute(), FRAME.set_index("b").sort_index().loc[3:5])


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.set_index"])
def test_set_index_with_given_divisions():
    """set_index(divisions=…) puts each row into the partition that its label belongs to."""
    frame = dd.from_pandas(FRAME, npartitions=2).set_index("b", divisions=[1, 3, 8])
    assert frame.divisions == (1, 3, 8)
    assert sorted(frame.partitions[0].compute().index) == [1, 2]
    assert sorted(frame.partitions[1].compute().index) == [3, 4, 5, 6, 7, 8]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10169",
    covers=["dask.dataframe.DataFrame.set_index"],
)
def test_set_index_on_nullable_integers():
    """set_index works on a column of pandas' nullable integers."""
    source = pd.DataFrame({"a": [1, 2], "b": pd.array([4, 3], dtype="Int64")})
    assert dd.from_pandas(source, npartitions=2).set_index("b").compute().a.tolist() == [2, 1]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11803", covers=["dask.dataframe.DataFrame.loc"])
def test_loc_reverses_the_rows():
    """frame.loc[::-1] turns the order of the rows, over all partitions."""
    result = dd.from_pandas(FRAME, npartitions=2).loc[::-1].compute()
    pd.testing.assert_frame_equal(result, FRAME.loc[::-1])


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11015", covers=["dask.dataframe.DataFrame.loc"])
def test_loc_takes_columns_by_booleans():
    """frame.loc[:, [True, False]] takes the columns marked True."""
    result = dd.from_pandas(FRAME, npartitions=2).loc[:, [False, True]].compute()
    pd.testing.assert_frame_equal(result, FRAME.loc[:, [False, True]])


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1037", covers=["dask.dataframe.DataFrame.loc"])
def test_the_index_of_one_row():
    """frame.loc[label].index is the index of the rows with that label."""
    source = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
    assert dd.from_pandas(source, npartitions=2).loc[2].index.compute().tolist() == [2]


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.partitions", "dask.dataframe.DataFrame.repartition"])
def test_partitions_follow_the_divisions():
    """repartition(divisions=…) cuts the rows there, and partitions[i] holds each piece."""
    frame = dd.from_pandas(FRAME, npartitions=4).repartition(divisions=[0, 3, 7])
    assert [len(part.compute()) for part in frame.partitions] == [3, 5]
    pd.testing.assert_frame_equal(frame.compute(), FRAME)
