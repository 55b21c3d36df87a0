"""Lock and Semaphore."""

import time

import pytest
from distributed import Client, Lock, Semaphore

WORKERS = "https://github.com/dask/distributed/pull/8770"


def enter_and_leave(guard, path):
    """Note when the guarded section is entered and when it is left."""
    with guard:
        for word in ("in", "out"):
            with open(path, "a") as file:
                file.write(word + "\n")
            time.sleep(0.001)


@pytest.mark.scenario(covers=["distributed.Lock"])
def test_a_lock_lets_one_in_at_a_time(client, tmp_path):
    """Tasks that run the same section under one Lock are never in it together."""
    path = tmp_path / "visits"
    futures = [client.submit(enter_and_leave, Lock("door"), str(path), pure=False) for _ in range(10)]
    client.gather(futures)
    assert path.read_text().split() == ["in", "out"] * 10


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(covers=["distributed.Lock.acquire"])
def test_a_held_lock_is_not_acquired_in_vain():
    """Lock.acquire with a timeout returns False while another holds the lock, and True afterwards."""
    with Lock("door"):
        assert Lock("door").acquire(timeout=0.05) is False
    assert Lock("door").acquire(timeout=10) is True


@pytest.mark.scenario(issue=WORKERS, covers=["distributed.Lock", "distributed.Client.close"], timeout=30)
def test_a_lock_of_one_that_is_gone_becomes_free(short_leases_client):
    """A Lock whose holder's connection is closed can be acquired again."""
    with Client(short_leases_client.cluster, set_as_default=False) as other, other.as_current():
        lock = Lock("door")
        assert lock.acquire(timeout=10)
    assert Lock("door").acquire(timeout=4)


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9237", covers=["distributed.Lock"])
def test_a_lock_takes_its_client(client):
    """Lock(name, client=client) makes a lock that works."""
    with Lock("door", client=client) as lock:
        assert lock.locked()


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(covers=["distributed.Semaphore"])
def test_a_semaphore_lets_so_many_in():
    """Semaphore(max_leases=2) can be acquired twice, and again once it was released."""
    first, second, third = (Semaphore(max_leases=2, name="door") for _ in range(3))
    assert first.acquire(timeout=10)
    assert second.acquire(timeout=10)
    assert third.acquire(timeout=0.05) is False
    first.release()
    assert third.acquire(timeout=10)
