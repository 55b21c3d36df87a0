"""Clusters that grow and shrink."""

import time

import pytest
from distributed import Event, wait


def until(condition, deadline=20):
    """Wait for a condition."""
    give_up = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < give_up, "it did not come to it"
        time.sleep(0.005)


@pytest.mark.scenario(covers=["distributed.LocalCluster.scale", "distributed.Client.gather"])
def test_scaling_down_keeps_the_results(client):
    """cluster.scale(1) leaves one worker, with the results of both."""
    futures = client.map(lambda i: i * i, range(20))
    wait(futures)
    client.cluster.scale(1)
    until(lambda: len(client.scheduler_info()["workers"]) == 1)
    assert client.gather(futures) == [i * i for i in range(20)]


@pytest.mark.scenario(covers=["distributed.LocalCluster.adapt"], timeout=40)
def test_an_adaptive_cluster_grows_and_shrinks(client):
    """With cluster.adapt(minimum=0, maximum=3) workers come while there is work, and go when there is none."""
    client.cluster.adapt(minimum=0, maximum=3, interval="20ms", wait_count=2, target_duration="10ms")
    until(lambda: not client.scheduler_info()["workers"])
    futures = client.map(lambda i: Event("go").wait(20) and i, range(30))
    until(lambda: len(client.scheduler_info()["workers"]) == 3)
    Event("go").set()
    assert client.gather(futures) == list(range(30))
    del futures
    until(lambda: not client.scheduler_info()["workers"])
