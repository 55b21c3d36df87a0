"""What is noted while a cluster works."""

import logging
import time

import pytest
from distributed import get_worker


class Opaque:
    """Is no message."""


@pytest.mark.scenario(covers=["distributed.Client.log_event", "distributed.Client.get_events"])
def test_events_are_kept_in_order(client):
    """client.get_events gives what client.log_event has logged under a topic, in order."""
    for number in range(3):
        client.log_event("topic", {"number": number})
    assert [event["number"] for _, event in client.get_events("topic")] == [0, 1, 2]


@pytest.mark.scenario(covers=["distributed.Client.subscribe_topic", "distributed.get_worker"])
def test_events_reach_who_subscribes(client):
    """client.subscribe_topic calls its handler with what a task logs."""
    heard = []
    client.subscribe_topic("topic", lambda event: heard.append(event[1]))
    client.submit(lambda: get_worker().log_event("topic", "from a task")).result()
    give_up = time.monotonic() + 20
    while not heard:
        assert time.monotonic() < give_up, "nothing was heard"
        time.sleep(0.005)
    assert heard == ["from a task"]


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/7472", covers=["distributed.Client.log_event"])
def test_an_event_that_cannot_be_sent_is_refused(client):
    """client.log_event of an object that is no plain data raises a TypeError, and the client goes on."""
    with pytest.raises(TypeError, match="serializable"):
        client.log_event("topic", Opaque())
    assert client.submit(int, 7).result() == 7


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7475", covers=["distributed.Client.get_worker_logs"]
)
def test_the_newest_line_of_a_log_comes_first(client):
    """client.get_worker_logs gives the newest line first."""

    def log():
        for word in ("first", "second", "third"):
            logging.getLogger("distributed.worker").warning(word)

    client.submit(log).result()
    for lines in client.get_worker_logs(n=1000).values():
        words = [line[1].split()[-1] for line in lines if line[0] == "WARNING"]
        assert words[:3] == ["third", "second", "first"]


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7276", covers=["distributed.Client.forward_logging"], timeout=40
)
def test_logging_on_workers_is_forwarded(process_client):
    """After client.forward_logging, what a task logs in its own process is logged here too."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append((record.name, record.getMessage()))
    logging.getLogger("task").addHandler(handler)
    process_client.forward_logging("task")
    process_client.submit(lambda: logging.getLogger("task").warning("from there")).result(timeout=20)
    give_up = time.monotonic() + 20
    while not lines:
        assert time.monotonic() < give_up, "nothing was forwarded"
        time.sleep(0.005)
    assert lines == [("task", "from there")]
