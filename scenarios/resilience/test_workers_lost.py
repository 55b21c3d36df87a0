"""Workers that die or leave."""

import operator
import os

import pytest
from distributed import KilledWorker, wait


@pytest.mark.scenario(covers=["distributed.Client.submit", "distributed.Future.result"])
def test_a_lost_result_is_computed_again(client, tmp_path):
    """A result that was lost with its worker is computed again on another."""
    path = tmp_path / "runs"

    def run():
        with open(path, "a") as file:
            file.write("run\n")
        return 7

    address, worker = next((w.address, w) for w in client.cluster.workers.values())
    future = client.submit(run, workers=[address], allow_other_workers=True)
    wait(future)
    client.cluster.sync(worker.close)
    assert client.submit(operator.neg, future).result(timeout=20) == -7
    assert path.read_text() == "run\nrun\n"


@pytest.mark.usefixtures("no_failures")
@pytest.mark.scenario(covers=["distributed.KilledWorker", "distributed.Nanny"], timeout=40)
def test_a_task_that_kills_its_worker_is_named(process_client):
    """A task that kills its worker's process ends with a KilledWorker error that names it, and a new worker comes."""
    future = process_client.submit(os._exit, 3)
    with pytest.raises(KilledWorker, match=future.key):
        future.result(timeout=30)
    assert process_client.submit(int, 7).result(timeout=30) == 7


@pytest.mark.usefixtures("no_failures")
@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8203", covers=["distributed.KilledWorker"], timeout=40
)
def test_the_attempts_of_a_killing_task_are_counted(process_client):
    """The KilledWorker error of a task that was run once, and killed its worker, says 1 worker."""
    with pytest.raises(KilledWorker, match="on 1 different workers"):
        process_client.submit(os._exit, 3).result(timeout=30)


@pytest.mark.scenario(covers=["distributed.Client.restart", "distributed.Nanny"], timeout=40)
def test_a_restart_cancels_and_goes_on(process_client):
    """After client.restart() the worker is a new process, old futures are cancelled, and new work is done."""
    future = process_client.submit(os.getpid)
    before = future.result(timeout=30)
    process_client.restart()
    assert future.status == "cancelled"
    assert process_client.submit(os.getpid, pure=False).result(timeout=30) != before


@pytest.mark.scenario(covers=["distributed.Client.retire_workers", "distributed.Client.who_has"])
def test_a_retired_worker_hands_its_results_over(client):
    """client.retire_workers moves what the worker has to another before it leaves; nothing is computed again."""
    address, other = client.scheduler_info()["workers"]
    futures = client.scatter(list(range(20)), workers=[address])
    client.retire_workers([address])
    assert list(client.scheduler_info()["workers"]) == [other]
    assert client.gather(futures) == list(range(20))
    assert {place for places in client.who_has(futures).values() for place in places} == {other}


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8524", covers=["distributed.Client.retire_workers"]
)
def test_a_wrong_keyword_retires_nobody(client):
    """client.retire_workers with a misspelt keyword raises a TypeError in place of ignoring it."""
    with pytest.raises(TypeError):
        client.retire_workers(workers=[], minimun=1)


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/9308", covers=["distributed.Client.restart_workers"], timeout=30
)
def test_a_worker_without_nanny_is_not_restarted(many_client):
    """client.restart_workers of the last of seven workers that have no nanny raises a ValueError, and it lives on."""
    last = list(many_client.run(os.getpid))[-1]
    with pytest.raises(ValueError, match="nanny"):
        many_client.restart_workers([last], timeout=2)
    assert many_client.submit(int, 7, workers=[last]).result(timeout=10) == 7
