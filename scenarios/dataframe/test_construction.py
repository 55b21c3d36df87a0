"""Frames made from pandas frames and arrays, and copied: what goes in comes out."""

import copy

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10383", covers=["dask.dataframe.from_pandas"])
def test_later_changes_of_the_source_do_not_show():
    """Writing into the pandas frame after dd.from_pandas leaves the Dask frame as it was."""
    source = pd.DataFrame({"x": [1, 2, 3]})
    frame = dd.from_pandas(source, npartitions=1)
    source.loc[0, "x"] = 100
    assert frame.x.compute().tolist() == [1, 2, 3]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1106",
    covers=["dask.dataframe.from_pandas"],
)
def test_an_empty_frame_with_a_chunksize():
    """dd.from_pandas takes an empty frame together with a chunksize."""
    source = pd.DataFrame({"x": pd.Series([], dtype="int64")})
    frame = dd.from_pandas(source, chunksize=10)
    pd.testing.assert_frame_equal(frame.compute(), source)


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/10631", covers=["dask.dataframe.from_pandas"])
def test_a_column_of_lists_stays_a_column_of_lists():
    """A column of Python lists comes back from dd.from_pandas as lists, not as text."""
    frame = dd.from_pandas(pd.DataFrame({"x": [[1, 2], [3]]}), npartitions=1)
    assert frame.x.compute().tolist() == [[1, 2], [3]]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/10631", covers=["dask.dataframe.from_pandas"])
def test_lists_stay_lists_with_convert_string_off():
    """With dataframe.convert-string off, a column of Python lists stays a column of lists."""
    with dask.config.set({"dataframe.convert-string": False}):
        frame = dd.from_pandas(pd.DataFrame({"x": [[1, 2], [3]]}), npartitions=1)
        assert frame.x.compute().tolist() == [[1, 2], [3]]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11725",
    covers=["dask.dataframe.from_array", "dask.dataframe.DataFrame.partitions"],
)
def test_a_partition_of_a_frame_from_an_array():
    """One partition of a frame from dd.from_array holds that part's rows only."""
    frame = dd.from_array(np.arange(8).reshape(4, 2), chunksize=2, columns=["a", "b"])
    assert frame.partitions[1].compute().values.tolist() == [[4, 5], [6, 7]]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1161",
    covers=["dask.dataframe.from_map", "dask.dataframe.DataFrame.assign"],
)
def test_from_map_makes_each_part_once():
    """A frame derived from dd.from_map calls the function once for each part."""
    made = []

    def make(i):
        made.append(i)
        return pd.DataFrame({"x": [i], "y": [2 * i]})

    frame = dd.from_map(make, [1, 2, 3], meta={"x": "int64", "y": "int64"})
    total = (frame.x + frame.y).sum()
    assert total.compute() == 18
    assert sorted(made) == [1, 2, 3]


@pytest.mark.scenario(covers=["dask.dataframe.from_delayed", "dask.dataframe.DataFrame.to_delayed"])
def test_to_delayed_and_back():
    """A frame taken apart by to_delayed and put together by dd.from_delayed is the same frame."""
    source = pd.DataFrame({"x": range(6), "y": 1.5})
    parts = dd.from_pandas(source, npartitions=3).to_delayed()
    pd.testing.assert_frame_equal(dd.from_delayed(parts).compute(), source)


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1105", covers=["dask.dataframe.DataFrame"])
def test_a_deep_copy_is_independent():
    """A column set on a copy.deepcopy of a frame does not show in the frame."""
    frame = dd.from_pandas(pd.DataFrame({"x": [1, 2]}), npartitions=1)
    other = copy.deepcopy(frame)
    other["y"] = 1
    assert list(frame.columns) == ["x"]
    assert list(other.compute().columns) == ["x", "y"]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11146", covers=["dask.dataframe.DataFrame.attrs"])
def test_attrs_are_kept():
    """The attrs of a pandas frame are those of the Dask frame made from it."""
    source = pd.DataFrame({"x": [1, 2]})
    source.attrs["unit"] = "m"
    assert dd.from_pandas(source, npartitions=1).attrs == {"unit": "m"}
