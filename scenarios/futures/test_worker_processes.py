"""The same with worker processes, where a future travels by its key and functions by value."""

import os
import signal

import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.graph_manipulation import bind
from distributed import CancelledError

META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue="https://github.com/dask/distributed/issues/9041", covers=["dask.dataframe.from_delayed"])
def test_a_frame_computes_again_after_the_futures_are_deleted(process_client, settle):
    """With worker processes, a frame from dd.from_delayed(futures) still computes after the futures are deleted."""
    futures = [process_client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(process_client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/issues/9041", covers=["dask.dataframe.DataFrame.persist"]
)
def test_a_persisted_frame_computes_after_scattered_futures_are_deleted(process_client, settle):
    """With worker processes, a persisted frame over scattered data computes after the futures are deleted."""
    futures = process_client.scatter([pd.DataFrame({"x": [i]}) for i in range(3)])
    frame = dd.from_delayed(futures, meta=META).persist()
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(process_client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/distributed/issues/9050", covers=["dask.array.from_delayed"])
def test_an_array_computes_again_after_a_scattered_future_is_deleted(process_client, settle):
    """With worker processes, an array over scattered data still computes after the future is deleted."""
    future = process_client.scatter(np.arange(4))
    array = da.from_delayed(future, shape=(4,), dtype=int)
    assert array.compute().tolist() == [0, 1, 2, 3]
    del future
    settle(process_client)
    assert array.compute().tolist() == [0, 1, 2, 3]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11881", covers=["dask.bag.from_delayed"])
def test_a_bag_computes_again_after_the_futures_are_deleted(process_client, settle):
    """With worker processes, a bag from db.from_delayed(futures) still computes after the futures are deleted."""
    futures = process_client.map(lambda i: [i], range(3))
    bag = db.from_delayed(futures)
    assert bag.compute() == [0, 1, 2]
    del futures
    settle(process_client)
    assert bag.compute() == [0, 1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11908", covers=["dask.delayed"])
def test_a_delayed_call_computes_again_after_the_futures_are_deleted(process_client, settle):
    """With worker processes, a delayed call over a list of futures still computes after the futures are deleted."""
    futures = process_client.map(abs, [-1, -2, -3])
    total = dask.delayed(sum)(futures)
    assert total.compute() == 6
    del futures
    settle(process_client)
    assert total.compute() == 6


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/12055", covers=["dask.graph_manipulation.bind"])
def test_a_nested_call_bound_to_another_computes(process_client):
    """With worker processes, bind computes where the bound call has a delayed argument."""
    assert bind(dask.delayed(int)(dask.delayed(3)), dask.delayed(2)).compute(scheduler=process_client) == 3


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8705", covers=["distributed.Future.result"])
def test_a_future_lost_with_a_killed_worker_names_its_key(process_client, await_cancelled):
    """With worker processes, the error of scattered data lost with a killed worker names the key."""
    address, pid = next(iter(process_client.run(os.getpid).items()))
    future = process_client.scatter(41, workers=[address])
    os.kill(pid, signal.SIGKILL)
    await_cancelled(future)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=20)
    assert future.key in str(caught.value)
