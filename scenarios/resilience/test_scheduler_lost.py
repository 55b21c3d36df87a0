"""What a client says when its scheduler is gone, or itself is closed."""

import pytest
from distributed import CancelledError, Client, Event


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8705",
    covers=["distributed.Future.result", "distributed.CancelledError"],
)
def test_a_future_says_that_its_scheduler_is_gone(impatient_client, await_cancelled):
    """The error of a future whose scheduler went away speaks of the lost connection to the scheduler."""
    future = impatient_client.submit(Event("never").wait, 20)
    impatient_client.cluster.sync(impatient_client.cluster.scheduler.close)
    await_cancelled(future)
    with pytest.raises(CancelledError, match="connection to the scheduler"):
        future.result(timeout=10)


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9049", covers=["distributed.Client.submit"])
def test_a_closed_client_says_so(client):
    """Submitting to a closed client raises an error that says that the client is closed, in one line."""
    with Client(client.cluster, set_as_default=False) as other:
        pass
    with pytest.raises(Exception, match=r"[Cc]lient") as caught:
        other.submit(int, 7)
    assert "closed" in str(caught.value).lower()
    assert len(str(caught.value)) < 200


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7429",
    covers=["distributed.LocalCluster.close", "distributed.Client"],
)
def test_a_client_is_quiet_when_its_cluster_is_closed_first(client, log_of):
    """Closing a cluster before its client logs no warning."""
    client_log = log_of("distributed.client")
    client.cluster.close()
    client.close()
    assert client_log == []
