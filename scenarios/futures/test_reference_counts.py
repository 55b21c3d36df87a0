"""Reference counts: a key lives as long as something of the client's refers to it, and no longer."""

import gc

import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Future

ISSUE = "https://github.com/dask/distributed/issues/9041"
META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue=ISSUE, covers=["distributed.Client.refcount", "distributed.Future"])
def test_each_future_of_a_key_counts(client, settle):
    """client.refcount counts the futures of a key, and forgets the key with the last."""
    first = client.submit(int, 5)
    key = first.key
    second = Future(key, client)
    assert client.refcount[key] == 2
    del first
    settle(client)
    assert client.refcount[key] == 1
    del second
    settle(client)
    assert key not in client.refcount


@pytest.mark.scenario(issue=ISSUE, covers=["distributed.Client.refcount", "dask.dataframe.from_delayed"])
def test_a_frame_keeps_a_reference_to_each_future(client, settle):
    """A frame from dd.from_delayed(futures) keeps a reference to each key after the futures are deleted and it computed."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    keys = [future.key for future in futures]
    frame = dd.from_delayed(futures, meta=META)
    del futures
    settle(client)
    assert [client.refcount.get(key) for key in keys] == [1, 1, 1]
    frame.compute()
    settle(client)
    assert [client.refcount.get(key) for key in keys] == [1, 1, 1]


@pytest.mark.scenario(issue=ISSUE, covers=["distributed.Client.refcount", "dask.dataframe.from_delayed"])
def test_a_deleted_frame_gives_its_references_back(client, settle):
    """The scheduler forgets the keys of a frame's futures once the futures and the frame are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    keys = {future.key for future in futures}
    frame = dd.from_delayed(futures, meta=META)
    frame.compute()
    del futures, frame
    gc.collect()  # frames and their graphs refer to each other
    settle(client)
    assert keys.isdisjoint(client.refcount)
    assert keys.isdisjoint(client.who_has())


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/issues/9050",
    covers=["distributed.Client.refcount", "dask.array.from_delayed"],
)
def test_an_array_keeps_a_reference_to_its_future(client, settle):
    """An array from da.from_delayed(future) keeps a reference to the key after the future is deleted."""
    future = client.submit(np.arange, 4)
    key = future.key
    array = da.from_delayed(future, shape=(4,), dtype=int)
    del future
    settle(client)
    assert client.refcount.get(key) == 1
    assert array.npartitions == 1


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11881", covers=["distributed.Client.refcount", "dask.bag.from_delayed"]
)
def test_a_bag_keeps_a_reference_to_each_future(client, settle):
    """A bag from db.from_delayed(futures) keeps a reference to each key after the futures are deleted."""
    futures = client.map(lambda i: [i], range(3))
    keys = [future.key for future in futures]
    bag = db.from_delayed(futures)
    del futures
    settle(client)
    assert [client.refcount.get(key) for key in keys] == [1, 1, 1]
    assert bag.npartitions == 3


@pytest.mark.scenario(issue=ISSUE, covers=["distributed.Client.refcount", "dask.delayed"])
def test_a_delayed_call_keeps_a_reference_to_its_future(client, settle):
    """A delayed call over a future keeps a reference to the key after the future is deleted."""
    future = client.submit(int, 5)
    key = future.key
    call = dask.delayed(abs)(future)
    del future
    settle(client)
    assert client.refcount.get(key) == 1
    assert call.key != key
