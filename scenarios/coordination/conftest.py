"""Fixtures for the scenarios of coordination."""

import dask
import pytest
from distributed import Client, LocalCluster


@pytest.fixture
def short_leases_client(tmp_path):
    """A client of a worker in this process; the scheduler soon notices that the holder of a lock is gone."""
    leases = {
        "distributed.scheduler.locks.lease-timeout": "200ms",
        "distributed.scheduler.locks.lease-validation-interval": "50ms",
    }
    addresses = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    shape = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "local_directory": str(tmp_path)}
    with dask.config.set(leases), LocalCluster(**shape, **addresses) as cluster, Client(cluster) as client:
        yield client
