"""Arrays made over futures."""

import dask.array as da
import numpy as np
import pytest

ISSUE = "https://github.com/dask/distributed/issues/9050"


@pytest.mark.scenario(issue=ISSUE, covers=["dask.array.from_delayed"])
def test_computes(client):
    """An array from da.from_delayed(future) computes."""
    future = client.submit(np.arange, 4)
    array = da.from_delayed(future, shape=(4,), dtype=int)
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.array.from_delayed"])
def test_computes_twice(client):
    """An array from da.from_delayed(future) computes twice while the future is kept."""
    future = client.submit(np.arange, 4)
    array = da.from_delayed(future, shape=(4,), dtype=int)
    assert array.compute().tolist() == [0, 1, 2, 3]
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.array.from_delayed", "distributed.Future"])
def test_computes_again_after_the_future_is_deleted(client, settle):
    """An array from da.from_delayed(future) still computes after the future is deleted."""
    future = client.submit(np.arange, 4)
    array = da.from_delayed(future, shape=(4,), dtype=int)
    assert array.compute().tolist() == [0, 1, 2, 3]
    del future
    settle(client)
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.array.from_delayed", "distributed.Client.scatter"])
def test_computes_again_after_a_scattered_future_is_deleted(client, settle):
    """An array from da.from_delayed over scattered data still computes after the future is deleted."""
    future = client.scatter(np.arange(4))
    array = da.from_delayed(future, shape=(4,), dtype=int)
    assert array.compute().tolist() == [0, 1, 2, 3]
    del future
    settle(client)
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(
    issue=ISSUE, covers=["dask.array.from_delayed", "dask.array.concatenate", "distributed.Client.map"]
)
def test_a_concatenation_computes_after_the_futures_are_deleted(client, settle):
    """Arrays over client.map, put together by da.concatenate, compute after the futures are deleted."""
    futures = client.map(np.arange, [2, 3])
    array = da.concatenate([da.from_delayed(f, shape=(n,), dtype=int) for f, n in zip(futures, [2, 3])])
    del futures
    settle(client)
    assert array.compute().tolist() == [0, 1, 0, 1, 2]
