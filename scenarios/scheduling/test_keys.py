"""Keys that the user chooses."""

import operator
import time

import dask
import pytest
from distributed import Client, Event, wait

COLLISION = "https://github.com/dask/distributed/pull/8185"


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11757", covers=["distributed.Client.submit"])
def test_a_key_of_bytes_is_taken(client):
    """client.submit takes a key of bytes."""
    assert client.submit(int, 7, key=b"seven").result() == 7


@pytest.mark.scenario(
    issue=[COLLISION, "https://github.com/dask/distributed/pull/9009"], covers=["distributed.Client.submit"]
)
def test_other_work_under_a_used_key_is_warned_of(client, log_of):
    """Submitting other work without dependencies under a key that is in use is warned of in the scheduler's log."""
    scheduler_log = log_of("distributed.scheduler")
    go = Event("go")
    first = client.submit(go.wait, 20, key="mine")
    with Client(client.cluster, set_as_default=False) as other:
        second = other.submit(operator.neg, 7, key="mine")
        give_up = time.monotonic() + 10
        while second.key not in client.run_on_scheduler(
            lambda dask_scheduler: [key for key, task in dask_scheduler.tasks.items() if len(task.who_wants) == 2]
        ):
            assert time.monotonic() < give_up, "the scheduler does not know that both want it"
            time.sleep(0.001)
        go.set()
        wait([first, second])
    assert any("run_spec" in line and "mine" in line for line in scheduler_log), scheduler_log


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8512", covers=["distributed.Client.compute", "dask.delayed"]
)
def test_other_work_with_more_dependencies_under_a_waiting_key_computes(client):
    """Work whose dependency has the key of waiting work, but depends on more, computes from the work that waits."""
    go = Event("go")
    start = client.submit(go.wait, 20, key="start")
    old = client.submit(int, start, key="middle")
    more = dask.delayed(int)(10, dask_key_name="more")
    new = dask.delayed(sum)([start, more], dask_key_name="middle")
    end = client.compute(dask.delayed(operator.neg)(new, dask_key_name="end"))
    go.set()
    assert old.result(timeout=20) == 1
    assert end.result(timeout=20) == -1


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8083", covers=["distributed.Client.submit"])
def test_keys_that_print_alike_are_different(client):
    """Results under the keys ("x", 1) and "('x', 1)" are different results."""
    futures = [client.submit(str.upper, word, key=key) for word, key in (("a", ("x", 1)), ("b", "('x', 1)"))]
    assert client.gather(futures) == ["A", "B"]
