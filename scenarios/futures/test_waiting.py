"""Waiting for futures, with a limit, an error or a cancellation."""

import asyncio
import operator
import time

import pytest
from distributed import CancelledError, Client, as_completed, wait

TIMEOUTS = (TimeoutError, asyncio.TimeoutError)


@pytest.fixture
def blocked(client, tmp_path):
    """A future that runs until the test is over."""
    gate = tmp_path / "the test runs"
    gate.touch()

    def hold(deadline=20):
        give_up = time.monotonic() + deadline
        while gate.exists() and time.monotonic() < give_up:
            time.sleep(0.005)

    yield client.submit(hold, pure=False)
    gate.unlink()


@pytest.mark.scenario(covers=["distributed.wait", "distributed.Client.submit"])
def test_wait_gives_up_after_its_timeout(blocked):
    """wait(future, timeout=…) raises a timeout error and leaves the future pending."""
    with pytest.raises(TIMEOUTS):
        wait(blocked, timeout=0.05)
    assert blocked.status == "pending"


@pytest.mark.scenario(covers=["distributed.wait"])
def test_wait_tells_the_first_completed(client, blocked):
    """wait(return_when="FIRST_COMPLETED") tells what is done from what is not."""
    done = client.submit(int, 5)
    finished = wait([blocked, done], return_when="FIRST_COMPLETED")
    assert (finished.done, finished.not_done) == ({done}, {blocked})


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/7811", covers=["distributed.as_completed"])
def test_as_completed_gives_up_after_its_timeout(blocked):
    """as_completed(futures, timeout=…) raises a timeout error where no future completes in time."""
    completed = as_completed([blocked], timeout=0.05)
    with pytest.raises(TIMEOUTS):
        next(completed)


@pytest.mark.scenario(covers=["distributed.as_completed", "distributed.Future.exception"])
def test_as_completed_gives_failed_futures_too(client):
    """as_completed gives futures that failed, with their exceptions, beside those that succeeded."""
    futures = [client.submit(operator.truediv, 1, number) for number in (0, 1)]
    statuses = {future.status: future for future in as_completed(futures)}
    assert sorted(statuses) == ["error", "finished"]
    assert type(statuses["error"].exception()) is ZeroDivisionError
    assert client.gather(futures, errors="skip") == [1.0]


@pytest.mark.scenario(covers=["distributed.Client.cancel", "distributed.Future.result"])
def test_cancelling_a_future_cancels_what_needs_it(client, blocked, await_cancelled):
    """client.cancel(future) also cancels the futures that need its result."""
    dependent = client.submit(operator.not_, blocked)
    client.cancel(blocked, force=True)
    await_cancelled(dependent)
    with pytest.raises(CancelledError):
        dependent.result(timeout=10)


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9049", covers=["distributed.Client.submit"])
def test_a_closed_client_says_that_it_is_closed(client):
    """Submitting from a closed client fails with a short error that names the closed client."""
    with Client(client.cluster, set_as_default=False) as other:
        other.close()
        with pytest.raises(Exception, match=r"(?i)closed client|client.*closed") as raised:
            other.submit(int, 5)
    assert len(str(raised.value)) < 300
