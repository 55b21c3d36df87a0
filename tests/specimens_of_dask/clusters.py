"""Clusters that a test leaves behind, or waits for in vain."""

from __future__ import annotations

import os
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from distributed import Client, LocalCluster

KEPT = []


def cluster(*, processes):
    """Start one that nobody closes, and tell whoever looks for it later where it listens."""
    KEPT.append(LocalCluster(n_workers=2, threads_per_worker=1, processes=processes, dashboard_address="127.0.0.1:0"))
    for address in (KEPT[-1].scheduler_address, KEPT[-1].dashboard_link):
        port = urlsplit(address).port if not address.startswith("inproc") else None
        if port:
            (Path(os.environ["SPECIMENS_NOTES"]) / f"port-{port}").touch()
    return KEPT[-1]


def test_leaves_a_cluster_in_its_process():
    """Whose threads and ports are all in the process of the test."""
    assert Client(cluster(processes=False)).submit(sum, [1, 2]).result() == 3


def test_leaves_a_cluster_of_processes():
    """Whose workers are processes of their own."""
    assert Client(cluster(processes=True)).submit(sum, [1, 2]).result() == 3


def test_closes_its_cluster():
    """And its client."""
    with LocalCluster(n_workers=1, processes=True, dashboard_address="127.0.0.1:0") as one, Client(one) as client:
        assert client.submit(sum, [1, 2]).result() == 3


@pytest.mark.scenario(timeout=15)
def test_waits_for_tasks_that_never_end():
    """One is being computed, the other waits for it."""
    client = Client(cluster(processes=True))
    endless = client.submit(time.sleep, 600, key="endless")
    client.submit(str, endless, key="after-the-endless").result()
