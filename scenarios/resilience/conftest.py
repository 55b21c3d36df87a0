"""Fixtures for the scenarios of resilience."""

import dask
import pytest
from distributed import Client, LocalCluster

ADDRESSES = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}


@pytest.fixture
def small_memory_client(tmp_path):
    """A client of a worker in this process that keeps 1 MB in memory; how much the process has does not count."""
    memory = {
        "distributed.worker.memory.target": 0.5,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
    }
    shape = {**ADDRESSES, "n_workers": 1, "threads_per_worker": 1, "processes": False, "memory_limit": 2_000_000}
    limits = dask.config.set(memory)
    with limits, LocalCluster(**shape, local_directory=str(tmp_path)) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def impatient_client(tmp_path):
    """A client of a worker in this process; nobody looks for a scheduler that is gone for longer than half a second."""
    shape = {**ADDRESSES, "n_workers": 1, "threads_per_worker": 1, "processes": False}
    patience = dask.config.set({"distributed.comm.timeouts.connect": "500ms"})
    with patience, LocalCluster(**shape, local_directory=str(tmp_path)) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def many_client(tmp_path):
    """A client of seven single-threaded workers in this process."""
    shape = {"n_workers": 7, "threads_per_worker": 1, "processes": False}
    with LocalCluster(**shape, **ADDRESSES, local_directory=str(tmp_path)) as cluster, Client(cluster) as client:
        client.wait_for_workers(7, timeout=20)
        yield client


@pytest.fixture
def no_failures():
    """A task may not take a single worker with it."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        yield
