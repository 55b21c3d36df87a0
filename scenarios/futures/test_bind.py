"""dask.graph_manipulation.bind over delayed values and futures."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from dask.graph_manipulation import bind

ISSUE = "https://github.com/dask/dask/issues/12055"


@pytest.mark.scenario(issue=ISSUE, covers=["dask.graph_manipulation.bind", "dask.delayed"])
def test_a_plain_call_bound_to_another_computes(client):
    """bind(delayed, delayed) computes."""
    assert bind(dask.delayed(int)(3), dask.delayed(2)).compute(scheduler=client) == 3


@pytest.mark.scenario(issue=ISSUE, covers=["dask.graph_manipulation.bind", "dask.delayed"])
def test_a_nested_call_bound_to_another_computes(client):
    """bind computes where the bound call has a delayed argument."""
    assert bind(dask.delayed(int)(dask.delayed(3)), dask.delayed(2)).compute(scheduler=client) == 3


# 2025.4.0 and 2025.4.1 wait for ever for what the later releases report as missing.
@pytest.mark.scenario(issue=ISSUE, covers=["dask.graph_manipulation.bind", "dask.delayed"], timeout=10)
def test_a_nested_call_bound_to_another_computes_without_a_cluster():
    """bind computes on the synchronous scheduler where the bound call has a delayed argument."""
    assert bind(dask.delayed(int)(dask.delayed(3)), dask.delayed(2)).compute(scheduler="sync") == 3


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/12127", covers=["dask.graph_manipulation.bind", "dask.delayed"]
)
def test_calls_over_one_frame_bound_to_each_other_compute(client):
    """bind computes where both delayed calls take the same frame."""
    frame = dd.from_pandas(pd.DataFrame({"x": [1, 2]}), npartitions=2)
    assert bind(dask.delayed(len)(frame), dask.delayed(sum)(frame.x)).compute(scheduler=client) == 2


@pytest.mark.scenario(issue=ISSUE, covers=["dask.graph_manipulation.bind", "dask.delayed", "distributed.Future"])
def test_a_bound_call_over_a_future_computes_after_the_future_is_deleted(client, settle):
    """bind over a delayed call with a future computes after the future is deleted."""
    future = client.submit(int, 5)
    bound = bind(dask.delayed(abs)(future), dask.delayed(2))
    del future
    settle(client)
    assert bound.compute() == 5
