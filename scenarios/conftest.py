"""Fixtures for the scenarios: small clusters, closed with the test that asked for them."""

import logging
import time

import pytest
from distributed import Client, LocalCluster, wait

#: Two single-threaded workers. Scheduler and workers start HTTP servers even without a dashboard: on port 8787 and on
#: all interfaces unless told otherwise.
SMALL = {
    "n_workers": 2,
    "threads_per_worker": 1,
    "dashboard_address": "127.0.0.1:0",
    "worker_dashboard_address": "127.0.0.1:0",
}
IN_PROCESS = {**SMALL, "processes": False}
#: One worker that is talked to over 127.0.0.1, though it shares this process.
OVER_TCP = {**IN_PROCESS, "n_workers": 1, "protocol": "tcp://", "host": "127.0.0.1"}
#: One worker: each is a process that imports everything anew, a second of CPU time.
PROCESSES = {**SMALL, "n_workers": 1, "processes": True, "host": "127.0.0.1"}


def pytest_configure():
    """Keep out of the evidence what says nothing: at level INFO, and only now and then, a comm tells that it closed."""
    logging.getLogger("distributed.batched").setLevel(logging.WARNING)


@pytest.fixture
def client(tmp_path):
    """A client of two workers that share this process (about 20 ms to start)."""
    with LocalCluster(local_directory=str(tmp_path), **IN_PROCESS) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def tcp_client(tmp_path):
    """A client of one worker in this process, over 127.0.0.1: everything is pickled on its way."""
    with LocalCluster(local_directory=str(tmp_path), **OVER_TCP) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def process_client(tmp_path):
    """A client of a worker process over 127.0.0.1 (seconds to start: for scenarios where processes are the point).

    What runs there must be a builtin, a library's function or a lambda: a worker cannot import a test module by name.
    """
    with LocalCluster(local_directory=str(tmp_path), **PROCESSES) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def settle():
    """A function that waits until the scheduler has handled every release that its client has sent so far.

    A deleted future is released by the client's event loop, later. Releases stay in order from there to the scheduler,
    so once a future made and deleted last is forgotten, so are all that were deleted before it.
    """

    def wait_for_releases(client, deadline=20):
        last = client.submit(object, pure=False)
        wait(last)
        key = last.key
        del last
        give_up = time.monotonic() + deadline
        while key in client.who_has():
            if time.monotonic() > give_up:
                raise TimeoutError(f"the scheduler still holds {key} after {deadline} s")
            time.sleep(0.001)

    return wait_for_releases


@pytest.fixture
def await_cancelled():
    """A function that waits until a future's client knows that it is cancelled."""

    def wait_for_cancellation(future, deadline=10):
        give_up = time.monotonic() + deadline
        while not future.cancelled():
            if time.monotonic() > give_up:
                raise TimeoutError(f"{future.key} is {future.status}, not cancelled, after {deadline} s")
            time.sleep(0.001)

    return wait_for_cancellation


@pytest.fixture
def log_of():
    """A function that gives the list of what a logger says from now on; warnings and above."""
    attached = []

    def listen(name):
        lines = []
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: lines.append(record.getMessage())
        logging.getLogger(name).addHandler(handler)
        attached.append((name, handler))
        return lines

    yield listen
    for name, handler in attached:
        logging.getLogger(name).removeHandler(handler)
