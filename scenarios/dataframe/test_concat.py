"""Frames put beside and below each other, and other shapes."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.mark.scenario(covers=["dask.dataframe.concat"])
def test_frames_below_each_other():
    """dd.concat puts the rows of one frame below those of the other."""
    one = pd.DataFrame({"x": [1, 2, 3]})
    two = pd.DataFrame({"x": [4, 5, 6]}, index=[3, 4, 5])
    result = dd.concat([dd.from_pandas(one, npartitions=2), dd.from_pandas(two, npartitions=2)])
    pd.testing.assert_frame_equal(result.compute(), pd.concat([one, two]))


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1128", covers=["dask.dataframe.concat"])
def test_frames_of_different_length_beside_each_other():
    """dd.concat(axis=1) aligns two frames of different length on their index."""
    one = pd.DataFrame({"a": range(5)}, index=range(5))
    two = pd.DataFrame({"b": range(3)}, index=range(3))
    result = dd.concat([dd.from_pandas(one, npartitions=1), dd.from_pandas(two, npartitions=1)], axis=1)
    pd.testing.assert_frame_equal(result.compute(), pd.concat([one, two], axis=1))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11727",
    covers=["dask.dataframe.concat", "dask.dataframe.DataFrame.drop"],
)
def test_labels_of_mixed_types():
    """After dd.concat, a text label among numbered columns can be dropped."""
    source = pd.DataFrame([[1, 2, 3]], columns=[0, 1, "y"])
    frame = dd.from_pandas(source, npartitions=1)
    result = dd.concat([frame, frame]).drop(columns=["y"]).compute()
    assert result.values.tolist() == [[1, 2], [1, 2]]


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1049", covers=["dask.dataframe.DataFrame.melt"])
def test_melt_equals_pandas():
    """DataFrame.melt gives pandas' rows."""
    source = pd.DataFrame({"k": [1, 2], "a": [3, 4], "b": [5, 6]})
    result = dd.from_pandas(source, npartitions=1).melt(id_vars="k").compute()
    expected = source.melt(id_vars="k")
    assert result.values.tolist() == expected.values.tolist()
    assert list(result.columns) == list(expected.columns)
