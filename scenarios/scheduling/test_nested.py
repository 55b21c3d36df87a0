"""Tasks that use the cluster they run on."""

import operator
import threading

import pytest
from distributed import Event, get_worker, secede, wait, worker_client


def total(numbers):
    """The sum of squares, computed by other tasks."""
    with worker_client() as client:
        return sum(client.gather(client.map(lambda x: x * x, numbers)))


def total_of_totals(numbers):
    """One worker_client inside another."""
    with worker_client() as client:
        return client.submit(operator.neg, total(numbers)).result()


@pytest.mark.scenario(covers=["distributed.worker_client"])
def test_tasks_that_wait_for_tasks_leave_their_threads(client):
    """More tasks than threads may wait for tasks of their own through worker_client."""
    futures = [client.submit(total, [i, i + 1, i + 2]) for i in range(6)]
    assert client.gather(futures) == [sum(x * x for x in (i, i + 1, i + 2)) for i in range(6)]


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9038", covers=["distributed.worker_client"])
def test_worker_client_nests(client):
    """A task inside worker_client may call a function that uses worker_client too."""
    assert client.submit(total_of_totals, [1, 2, 3]).result() == -14


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/7844", covers=["distributed.get_worker"])
def test_an_async_task_knows_its_worker(client):
    """get_worker in a task that is a coroutine gives the worker that runs it."""

    async def where():
        return get_worker().address

    addresses = list(client.scheduler_info()["workers"])
    futures = [client.submit(where, workers=[address], pure=False) for address in addresses]
    assert client.gather(futures) == addresses


@pytest.mark.scenario(covers=["distributed.secede", "distributed.Event"])
def test_a_task_that_secedes_lets_others_run(client):
    """A task that secedes lets another run on its worker's only thread."""

    def patient():
        secede()
        return Event("done").wait(20)

    address = next(iter(client.scheduler_info()["workers"]))
    first = client.submit(patient, workers=[address])
    second = client.submit(lambda: Event("done").set(), workers=[address])
    wait([first, second])
    assert first.result() is True


def worker_and_thread():
    """The names of the worker and of the thread that run this."""
    return str(get_worker().name), threading.current_thread().name


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9120", covers=["distributed.Worker"])
def test_a_thread_is_named_after_its_worker(unequal_client):
    """The name of the thread that runs a task begins with the name of its worker."""
    worker, thread = unequal_client.submit(worker_and_thread, workers=["gpu"]).result()
    assert worker == "gpu"
    assert thread.startswith("gpu-")


@pytest.mark.scenario(
    issue=["https://github.com/dask/distributed/pull/9120", "https://github.com/dask/distributed/pull/9265"],
    covers=["distributed.LocalCluster", "distributed.Worker"],
)
def test_a_thread_is_named_after_its_worker_in_a_local_cluster(client):
    """The names of the threads of a LocalCluster begin with the numbers of their workers, 0 included."""
    futures = [client.submit(worker_and_thread, workers=[number], pure=False) for number in (0, 1)]
    names = client.gather(futures)
    assert [worker for worker, _ in names] == ["0", "1"]
    assert [thread.partition("-")[0] for _, thread in names] == ["0", "1"]
