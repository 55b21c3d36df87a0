"""Frames made by dd.from_map over futures."""

import dask.dataframe as dd
import pandas as pd
import pytest

# Until graphs were sent pickled (2023.4.0) the function got the future itself, or its wrapper for the way.
ISSUES = ["https://github.com/dask/distributed/issues/9041", "https://github.com/dask/distributed/pull/7564"]
META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue=ISSUES, covers=["dask.dataframe.from_map"])
def test_computes(client):
    """dd.from_map over futures gives its function their results."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_map(lambda piece: piece + 1, futures, meta=META)
    assert frame.compute().x.tolist() == [1, 2, 3]


@pytest.mark.scenario(issue=ISSUES, covers=["dask.dataframe.from_map", "distributed.Future"])
def test_computes_again_after_the_futures_are_deleted(client, settle):
    """A frame from dd.from_map over futures still computes after the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_map(lambda piece: piece + 1, futures, meta=META)
    assert frame.compute().x.tolist() == [1, 2, 3]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [1, 2, 3]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11907", covers=["dask.dataframe.from_map"])
def test_computes_with_a_future_as_keyword_argument(client):
    """dd.from_map gives its function the result of a future that is passed by keyword."""
    offset = client.submit(int, 10)
    frame = dd.from_map(lambda i, by: pd.DataFrame({"x": [i + by]}), [0, 1], by=offset, meta=META)
    assert frame.compute().x.tolist() == [10, 11]
