"""Fixtures for the scenarios of scheduling."""

import pytest
from distributed import Client, LocalCluster, Scheduler, SpecCluster, Worker

QUIET = {"protocol": "inproc://", "dashboard_address": "127.0.0.1:0"}


@pytest.fixture
def unequal_client(tmp_path):
    """A client of two single-threaded workers in this process, "plain" and "gpu"; the latter has the resource GPU."""
    options = {**QUIET, "nthreads": 1, "local_directory": str(tmp_path)}
    workers = {
        "plain": {"cls": Worker, "options": options},
        "gpu": {"cls": Worker, "options": {**options, "resources": {"GPU": 1}}},
    }
    scheduler = {"cls": Scheduler, "options": QUIET}
    with SpecCluster(workers=workers, scheduler=scheduler) as cluster, Client(cluster) as client:
        client.wait_for_workers(2, timeout=20)
        yield client


@pytest.fixture
def wide_client(tmp_path):
    """A client of two workers in this process, with two threads each."""
    addresses = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    shape = {"n_workers": 2, "threads_per_worker": 2, "processes": False, "local_directory": str(tmp_path)}
    with LocalCluster(**shape, **addresses) as cluster, Client(cluster) as client:
        yield client
