"""Actors: objects that live on a worker and keep a state."""

import time

import pytest
from distributed import Event, wait


class Counter:
    """Counts."""

    count = 0

    def add(self, number):
        """The count with the number added."""
        self.count += number
        return self.count


def use(_actor):
    """Have the actor in use until it is enough."""
    Event("in use").set()
    Event("enough").wait(20)


@pytest.mark.scenario(covers=["distributed.Actor", "distributed.Client.submit"])
def test_an_actor_keeps_its_state(client):
    """An actor's methods change its state on its worker, where its attributes are read."""
    future = client.submit(Counter, actor=True)
    counter = future.result()
    assert [counter.add(number).result() for number in (1, 2, 3)] == [1, 3, 6]
    assert counter.count == 6


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/9067", covers=["distributed.Actor", "distributed.Future.exception"]
)
def test_an_actor_lost_with_its_worker_is_an_error(client):
    """The future of an actor whose worker left while a task used it ends with "Worker holding Actor was lost"."""
    (first, worker), (second, _) = ((worker.address, worker) for worker in client.cluster.workers.values())
    actor = client.submit(Counter, actor=True, workers=[first], allow_other_workers=True)
    wait(actor)
    using = client.submit(use, actor, workers=[second])
    Event("in use").wait(20)
    client.cluster.sync(worker.close)
    give_up = time.monotonic() + 3
    while actor.status != "error" and time.monotonic() < give_up:
        time.sleep(0.001)
    Event("enough").set()
    wait(using)
    assert "Worker holding Actor was lost" in str(actor.exception(timeout=10))
