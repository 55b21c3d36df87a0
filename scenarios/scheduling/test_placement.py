"""Where data and work are put."""

import time

import pytest
from distributed import Event

SCATTER = "https://github.com/dask/distributed/pull/8590"


class Settings(dict):
    """A dictionary that is more than one."""


@pytest.mark.scenario(issue=SCATTER, covers=["distributed.Client.scatter", "distributed.LocalCluster"])
def test_scattered_data_is_spread_over_the_workers(wide_client):
    """Two pieces of data scattered to two workers with two threads each go to one worker each."""
    futures = wide_client.scatter(["first", "second"])
    places = wide_client.who_has(futures)
    assert len({place for future in futures for place in places[future.key]}) == 2


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9298", covers=["distributed.Client.scatter"])
def test_a_subclass_of_dict_is_scattered_whole(client):
    """client.scatter of an instance of a dict's subclass gives one future of that instance."""
    future = client.scatter(Settings(a=1))
    whole = client.gather(future)
    assert type(whole) is Settings
    assert whole == {"a": 1}


@pytest.mark.scenario(covers=["distributed.LocalCluster.scale", "distributed.Client.map"])
def test_a_worker_that_joins_takes_its_part(client):
    """A worker that joins while work waits is given part of it."""
    futures = client.map(lambda i: Event("go").wait(20) and i, range(30))
    before = set(client.scheduler_info()["workers"])
    client.cluster.scale(3)
    client.wait_for_workers(3, timeout=20)
    give_up = time.monotonic() + 20
    while not any(tasks for worker, tasks in client.processing().items() if worker not in before):
        assert time.monotonic() < give_up, "the new worker was given nothing"
        time.sleep(0.01)
    Event("go").set()
    assert client.gather(futures) == list(range(30))
