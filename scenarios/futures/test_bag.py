"""Bags made over futures."""

import dask.bag as db
import pytest

# Since dask/dask#11881 a bag over nothing but futures refers to them by key and holds none: the defect that
# distributed#9050 reported, and dask/dask#11896 repaired, for arrays.
ISSUES = ["https://github.com/dask/distributed/issues/9050", "https://github.com/dask/dask/pull/11881"]


@pytest.mark.scenario(issue=ISSUES, covers=["dask.bag.from_delayed"])
def test_computes(client):
    """A bag from db.from_delayed(futures) computes."""
    futures = client.map(lambda i: [i], range(3))
    bag = db.from_delayed(futures)
    assert bag.compute() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUES, covers=["dask.bag.from_delayed"])
def test_computes_twice(client):
    """A bag from db.from_delayed(futures) computes twice while the futures are kept."""
    futures = client.map(lambda i: [i], range(3))
    bag = db.from_delayed(futures)
    assert bag.compute() == [0, 1, 2]
    assert bag.compute() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUES, covers=["dask.bag.from_delayed", "distributed.Future"])
def test_computes_again_after_the_futures_are_deleted(client, settle):
    """A bag from db.from_delayed(futures) still computes after the futures are deleted."""
    futures = client.map(lambda i: [i], range(3))
    bag = db.from_delayed(futures)
    assert bag.compute() == [0, 1, 2]
    del futures
    settle(client)
    assert bag.compute() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUES, covers=["dask.bag.from_delayed", "distributed.Client.scatter"])
def test_computes_again_after_scattered_futures_are_deleted(client, settle):
    """A bag from db.from_delayed over scattered data still computes after the futures are deleted."""
    futures = client.scatter([[0], [1], [2]])
    bag = db.from_delayed(futures)
    assert bag.compute() == [0, 1, 2]
    del futures
    settle(client)
    assert bag.compute() == [0, 1, 2]
