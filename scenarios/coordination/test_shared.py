"""Variable, Queue and Event: values that clients and tasks share by name."""

import operator
import pickle

import pytest
from distributed import Client, Event, Queue, Variable
from distributed import TimeoutError as OutOfTime


@pytest.mark.scenario(covers=["distributed.Variable", "distributed.Client"])
def test_a_variable_carries_a_future_to_another_client(client):
    """A future set as a Variable by one client is used by another, even after the first has let it go."""
    future = client.submit(int, 7)
    Variable("shared").set(future)
    del future
    with Client(client.cluster, set_as_default=False) as other:
        shared = Variable("shared", client=other).get(timeout=10)
        assert other.submit(operator.neg, shared).result() == -7


@pytest.mark.scenario(covers=["distributed.Queue"])
def test_a_queue_keeps_the_order(client):
    """What a task puts into a Queue comes out in the same order, futures among it."""
    queue = Queue("line")
    client.submit(lambda numbers: [Queue("line").put(number) for number in numbers], [3, 1, 2]).result()
    queue.put(client.submit(int, 7))
    assert [queue.get(timeout=10) for _ in range(3)] == [3, 1, 2]
    assert queue.get(timeout=10).result() == 7
    assert queue.qsize() == 0


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(covers=["distributed.Queue.put"])
def test_a_full_queue_refuses():
    """Queue.put(timeout=…) into a queue that holds its maxsize raises a TimeoutError."""
    queue = Queue("line", maxsize=1)
    queue.put(1)
    with pytest.raises(OutOfTime):
        queue.put(2, timeout=0.05)
    assert queue.get(timeout=10) == 1


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/7579", covers=["distributed.Event"])
def test_an_event_is_unpickled_without_a_client(client):
    """A pickled Event can be unpickled where there is no client."""
    cluster, pickled = client.cluster, pickle.dumps(Event("go"))
    client.close()
    cluster.close()
    assert pickle.loads(pickled).name == "go"  # noqa: S301 - it is our own
