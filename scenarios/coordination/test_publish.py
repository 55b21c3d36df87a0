"""Datasets that are published by name."""

import operator

import pytest
from distributed import Client

OVERHAUL = "https://github.com/dask/distributed/pull/9217"


@pytest.mark.scenario(covers=["distributed.Client.publish_dataset", "distributed.Client.get_dataset"])
def test_a_published_future_outlives_its_client(tcp_client):
    """A future that one client published is there for another after the first has closed."""
    with Client(tcp_client.cluster, set_as_default=False) as other:
        other.publish_dataset(seven=other.submit(int, 7))
    assert list(tcp_client.list_datasets()) == ["seven"]
    assert tcp_client.get_dataset("seven").result() == 7


@pytest.mark.scenario(covers=["distributed.Client.publish_dataset", "distributed.Client.get_dataset"])
def test_a_published_future_outlives_its_client_in_one_process(client):
    """In one process too, a future that one client published is there for another after the first has closed."""
    with Client(client.cluster, set_as_default=False) as other:
        other.publish_dataset(seven=other.submit(int, 7))
    assert client.get_dataset("seven").result() == 7


@pytest.mark.scenario(covers=["distributed.Client.unpublish_dataset"])
def test_an_unpublished_future_is_let_go(client, settle):
    """The scheduler forgets the data of a dataset that is unpublished."""
    future = client.submit(int, 7)
    key = future.key
    client.publish_dataset(seven=future)
    del future
    settle(client)
    assert key in client.who_has()
    client.unpublish_dataset("seven")
    settle(client)
    assert key not in client.who_has()


@pytest.mark.scenario(issue=OVERHAUL, covers=["distributed.Client.publish_dataset"])
def test_a_replaced_future_is_let_go(client, settle):
    """The scheduler forgets the data of a dataset that publish_dataset(…, override=True) has replaced."""
    future = client.submit(int, 7)
    key = future.key
    client.publish_dataset(number=future)
    del future
    client.publish_dataset(number=client.submit(int, 8), override=True)
    settle(client)
    assert client.get_dataset("number").result() == 8
    assert key not in client.who_has()


@pytest.mark.scenario(issue=OVERHAUL, covers=["distributed.Client.get_dataset"])
def test_several_datasets_are_got_at_once(client):
    """client.get_dataset of a list of names gives the list of their datasets."""
    client.publish_dataset(seven=client.submit(int, 7), eight=client.submit(int, 8))
    found = client.get_dataset(["seven", "eight"])
    assert client.gather(list(found)) == [7, 8]


@pytest.mark.scenario(issue=OVERHAUL, covers=["distributed.Client.publish_dataset"])
def test_names_other_than_strings_are_taken(client):
    """client.publish_dataset of a dictionary publishes each value by its key, be it a tuple or a number."""
    client.publish_dataset({("a", "b"): client.submit(int, 7), 8: client.submit(int, 8)})
    assert set(client.list_datasets()) == {("a", "b"), 8}
    assert client.submit(operator.add, client.get_dataset(("a", "b")), client.get_dataset(8)).result() == 15
