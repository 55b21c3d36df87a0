"""The error that a really lost future raises: it has to say which key, and why."""

import operator

import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import CancelledError, Client, Future, wait

REASON = "https://github.com/dask/distributed/pull/8705"
FORWARDED = "https://github.com/dask/distributed/pull/9028"
LIFETIME = "https://github.com/dask/distributed/issues/9041"


def lose(client):
    """Scatter a number to one worker and close that worker: scattered data cannot be computed again."""
    address, worker = next((w.address, w) for w in client.cluster.workers.values())
    future = client.scatter(41, workers=[address])
    client.cluster.sync(worker.close)
    return future


@pytest.mark.scenario(issue=REASON, covers=["distributed.Future.result", "distributed.CancelledError"])
def test_a_future_lost_with_its_worker_names_its_key(client, await_cancelled):
    """The error of scattered data lost with its worker names the key."""
    future = lose(client)
    await_cancelled(future)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=10)
    assert future.key in str(caught.value)


@pytest.mark.scenario(issue=REASON, covers=["distributed.Future.result", "distributed.client.FutureCancelledError"])
def test_a_future_lost_with_its_worker_is_said_to_be_cancelled_for_a_reason(client, await_cancelled):
    """The error of scattered data lost with its worker is a FutureCancelledError, which speaks of a reason."""
    future = lose(client)
    await_cancelled(future)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=10)
    assert type(caught.value).__name__ == "FutureCancelledError"
    assert "cancelled for reason" in str(caught.value)


@pytest.mark.scenario(issue=FORWARDED, covers=["distributed.Future.result", "distributed.client.FutureCancelledError"])
def test_a_future_lost_with_its_worker_says_the_reason(client, await_cancelled):
    """The error of scattered data lost with its worker says a reason other than "unknown"."""
    future = lose(client)
    await_cancelled(future)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=10)
    assert "reason: " in str(caught.value)
    assert "unknown" not in str(caught.value)


@pytest.mark.scenario(issue=REASON, covers=["distributed.Client.submit", "distributed.Future.result"])
def test_work_over_a_lost_future_names_its_key(client, await_cancelled):
    """The error of work that depends on lost data names the key of that work."""
    future = lose(client)
    work = client.submit(operator.neg, future)
    await_cancelled(work)
    with pytest.raises(CancelledError) as caught:
        work.result(timeout=10)
    assert work.key in str(caught.value)


@pytest.mark.scenario(issue=[LIFETIME, FORWARDED], covers=["dask.dataframe.from_delayed", "distributed.Client.cancel"])
def test_a_frame_over_cancelled_futures_says_that_dependencies_are_lost(client, settle):
    """The error of a frame whose futures are gone says "lost dependencies"."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=pd.DataFrame({"x": [0]}))
    client.cancel(futures)
    settle(client)
    with pytest.raises(CancelledError) as caught:
        frame.compute()
    assert "lost dependencies" in str(caught.value)


@pytest.mark.scenario(issue=REASON, covers=["distributed.Future.cancel", "distributed.CancelledError"])
def test_a_cancelled_future_names_its_key(client):
    """The error of a cancelled future names its key."""
    future = client.submit(int, 5)
    wait(future)
    future.cancel()
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=10)
    assert future.key in str(caught.value)


@pytest.mark.scenario(issue=REASON, covers=["distributed.Client.cancel", "distributed.CancelledError"])
def test_a_future_cancelled_by_another_client_names_its_key(client, await_cancelled):
    """The error of a future that another client cancelled by force names its key."""
    future = client.submit(int, 5)
    wait(future)
    with Client(client.cluster, set_as_default=False) as other:
        other.cancel([Future(future.key, other)], force=True)
        await_cancelled(future)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=10)
    assert future.key in str(caught.value)
