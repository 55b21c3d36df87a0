"""The scheduler's HTTP server, which is there without a dashboard too."""

import json

import pytest
from distributed import wait


@pytest.mark.scenario(covers=["distributed.Scheduler", "distributed.Client.dashboard_link"])
def test_health_says_ok(client, http):
    """The scheduler's /health answers "ok"."""
    assert http(client, "/health") == (200, "ok")


@pytest.mark.scenario(covers=["distributed.Scheduler"])
def test_metrics_do_not_need_prometheus(client, http):
    """The scheduler's /metrics answers, with or without prometheus_client."""
    status, text = http(client, "/metrics")
    assert status == 200
    assert "prometheus" in text or "dask_scheduler_workers" in text


@pytest.mark.scenario(covers=["distributed.Scheduler"])
def test_counts_of_workers_and_tasks(client, http):
    """The scheduler's /json/counts.json says how many workers there are and how many tasks it knows."""
    futures = client.map(abs, range(5))
    wait(futures)
    status, text = http(client, "/json/counts.json")
    counts = json.loads(text)
    assert (status, counts["workers"], counts["tasks"]) == (200, 2, 5)


@pytest.mark.scenario(covers=["distributed.Scheduler"])
def test_the_page_of_workers_names_each(client, http):
    """The scheduler's page /info/main/workers.html names every worker."""
    status, text = http(client, "/info/main/workers.html")
    assert status == 200
    assert all(address in text for address in client.scheduler_info()["workers"])


@pytest.mark.scenario(
    issue=["https://github.com/dask/distributed/pull/8996", "https://github.com/dask/distributed/pull/8939"],
    covers=["distributed.Scheduler.retire_workers"],
)
def test_workers_are_retired_by_http(api_client, http):
    """POST /api/v1/retire_workers answers with the worker that it has retired, also one that has done work."""

    async def tell_of_the_work(dask_worker):
        await dask_worker.heartbeat()

    wait(api_client.map(abs, range(20)))
    api_client.run(tell_of_the_work)
    address = next(iter(api_client.scheduler_info()["workers"]))
    status, text = http(api_client, "/api/v1/retire_workers", json.dumps({"workers": [address]}).encode())
    assert status == 200, text
    assert list(json.loads(text)) == [address]


@pytest.mark.scenario(
    issue=[
        "https://github.com/dask/distributed/security/advisories/GHSA-c336-7962-wfj2",
        "https://github.com/dask/distributed/pull/9328",
    ],
    covers=["distributed.Scheduler"],
)
def test_the_proxy_does_not_repeat_markup(client, http):
    """The scheduler's /proxy/PORT/HOST page does not repeat markup of its address as it is."""
    _, text = http(client, "/proxy/1234/%3Cb%3Ehost/status")
    assert "<b>host" not in text
