"""What a client says of its cluster."""

import pytest
from distributed import Event, wait


@pytest.mark.scenario(
    issue=["https://github.com/dask/distributed/issues/9065", "https://github.com/dask/distributed/pull/9066"],
    covers=["distributed.Client"],
)
def test_the_repr_counts_all_workers(many_client):
    """repr(client) counts all of seven workers and their threads."""
    many_client.submit(int).result()
    assert "processes=7 threads=7" in repr(many_client)


@pytest.mark.scenario(
    issue=["https://github.com/dask/distributed/pull/9045", "https://github.com/dask/distributed/pull/9308"],
    covers=["distributed.Client.scheduler_info"],
)
def test_scheduler_info_lists_all_workers(many_client):
    """client.scheduler_info()["workers"] lists all of seven workers."""
    assert len(many_client.scheduler_info()["workers"]) == 7


@pytest.mark.scenario(covers=["distributed.Client.has_what", "distributed.Client.who_has", "distributed.Client.nbytes"])
def test_where_results_are(client):
    """client.who_has and client.has_what say where a result is, client.nbytes how big it is."""
    address = next(iter(client.scheduler_info()["workers"]))
    future = client.submit(bytes, 1000, workers=[address])
    wait(future)
    assert list(client.who_has([future])[future.key]) == [address]
    assert list(client.has_what()[address]) == [future.key]
    assert client.nbytes(summary=False)[future.key] >= 1000


@pytest.mark.scenario(covers=["distributed.Client.call_stack", "distributed.Client.processing"])
def test_what_a_task_is_doing(client):
    """client.call_stack shows where a running task is."""

    def being_patient():
        Event("running").set()
        return Event("go").wait(20)

    future = client.submit(being_patient)
    assert Event("running").wait(20)
    stack = client.call_stack([future])
    Event("go").set()
    assert any("being_patient" in line for tasks in stack.values() for lines in tasks.values() for line in lines)
    assert future.result() is True


@pytest.mark.scenario(covers=["distributed.Client.get_versions"])
def test_versions_of_everyone(client):
    """client.get_versions(check=True) names the same version of dask for client, scheduler and each worker."""
    versions = client.get_versions(check=True)
    found = [versions["client"], versions["scheduler"], *versions["workers"].values()]
    assert len(found) == 4
    assert len({one["packages"]["distributed"] for one in found}) == 1


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9231", covers=["distributed.Client"])
def test_io_loop_of_a_client(client):
    """client.io_loop is the client's event loop."""
    assert client.io_loop is client.loop


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9238", covers=["distributed.Worker"])
def test_memory_limit_of_a_worker(client):
    """worker.memory_limit says how much memory a worker may have."""
    limits = client.run(lambda dask_worker: dask_worker.memory_limit)
    assert all(limit > 0 for limit in limits.values())
