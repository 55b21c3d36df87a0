"""What code of the days before query planning (2024.3.0) relies on."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.fixture
def frame():
    """Four rows in two partitions."""
    return dd.from_pandas(pd.DataFrame({"x": [1, 2, 3, 4]}), npartitions=2)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10738", covers=["dask.dataframe.DataFrame.merge"])
def test_the_keyword_shuffle(frame):
    """merge(shuffle='tasks') chooses how rows are moved; its later name is shuffle_method."""
    assert sorted(frame.merge(frame, on="x", shuffle="tasks").x.compute()) == [1, 2, 3, 4]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10245", covers=["dask.dataframe.DataFrame.applymap"])
def test_applymap(frame):
    """DataFrame.applymap applies a function to every element; its later name is map."""
    assert frame.applymap(lambda value: value * 2).x.compute().tolist() == [2, 4, 6, 8]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/10995", covers=["dask.dataframe.DataFrame.dask"])
def test_the_layers_of_the_graph(frame):
    """The graph of a frame is a HighLevelGraph with layers."""
    assert len(frame.assign(y=1).dask.layers) > 0


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/12081",
    covers=["dask.compute", "dask.delayed"],
)
def test_a_frame_and_a_delayed_value_together(frame):
    """dask.compute(frame, delayed) computes both."""
    result, number = dask.compute(frame, dask.delayed(int)(5))
    assert result.x.tolist() == [1, 2, 3, 4]
    assert number == 5


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/11949", covers=["dask.delayed", "dask.dataframe.DataFrame"]
)
def test_a_frame_in_a_list_given_to_a_delayed_function(frame):
    """A frame inside a list reaches a delayed function as a pandas frame."""
    kinds = dask.delayed(lambda items: [type(item) for item in items])([frame, frame]).compute()
    assert kinds == [pd.DataFrame, pd.DataFrame]
