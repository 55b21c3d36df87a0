"""Fixtures for the scenarios of diagnostics."""

import urllib.error
import urllib.request
from urllib.parse import urlsplit

import dask
import pytest
from distributed import Client, LocalCluster

ADDRESSES = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
SHAPE = {"threads_per_worker": 1, "processes": False, **ADDRESSES}


@pytest.fixture
def many_client(tmp_path):
    """A client of seven single-threaded workers in this process."""
    with LocalCluster(n_workers=7, local_directory=str(tmp_path), **SHAPE) as cluster, Client(cluster) as client:
        client.wait_for_workers(7, timeout=20)
        yield client


@pytest.fixture
def api_client(tmp_path):
    """A client of two workers in this process whose scheduler has the HTTP API, which is off by default."""
    routes = [*dask.config.get("distributed.scheduler.http.routes"), "distributed.http.scheduler.api"]
    shape = {**SHAPE, "n_workers": 2, "local_directory": str(tmp_path)}
    with_api = dask.config.set({"distributed.scheduler.http.routes": routes})
    with with_api, LocalCluster(**shape) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def http():
    """A function that asks a client's scheduler for a path: the status and the text of the answer."""

    def ask(client, path, data=None):
        port = urlsplit(client.dashboard_link).port
        headers = {"Content-Type": "application/json"} if data is not None else {}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the address is ours
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()

    return ask
