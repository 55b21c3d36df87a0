"""The order in which a busy worker takes up what waits for it."""

import time

import pytest
from distributed import Event


def note(path, word):
    """Add a line to a file."""
    with open(path, "a") as file:
        file.write(word + "\n")


def wait_until_known(client, address, keys):
    """Wait until the worker has heard of all these tasks."""
    give_up = time.monotonic() + 20
    while not set(keys) <= set(
        client.run(lambda dask_worker: list(dask_worker.state.tasks), workers=[address])[address]
    ):
        assert time.monotonic() < give_up, "the worker was not told of its tasks"
        time.sleep(0.001)


@pytest.mark.scenario(covers=["distributed.Client.submit"])
def test_higher_priority_goes_first(client, tmp_path):
    """Of the tasks that wait for a worker's only thread, submit(priority=…) lets the higher priorities go first."""
    path, address = str(tmp_path / "order"), next(iter(client.scheduler_info()["workers"]))
    go = Event("go")
    first = client.submit(go.wait, 20, workers=[address])
    futures = [
        client.submit(note, path, str(priority), priority=priority, workers=[address])
        for priority in (-5, 0, 5, -10, 10)
    ]
    wait_until_known(client, address, [future.key for future in [first, *futures]])
    go.set()
    client.gather(futures)
    assert (tmp_path / "order").read_text().split() == ["10", "5", "0", "-5", "-10"]
