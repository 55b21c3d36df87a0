"""dask.delayed over futures."""

import operator

import dask
import pytest

WRAPPED = "https://github.com/dask/dask/issues/11908"
NESTED = "https://github.com/dask/dask/pull/11917"
LIFETIME = "https://github.com/dask/distributed/issues/9041"


@pytest.mark.scenario(issue=WRAPPED, covers=["dask.delayed", "distributed.Future"])
def test_a_wrapped_future_computes_to_its_result(client):
    """dask.delayed(future).compute() gives the result of the future."""
    future = client.submit(int, 5)
    # Compared by type first: the repr of the future that some releases answer with cannot be printed.
    answer = dask.delayed(future).compute()
    assert type(answer) is int
    assert answer == 5


@pytest.mark.scenario(issue=[WRAPPED, NESTED], covers=["dask.delayed", "distributed.Future"])
def test_a_future_as_argument_is_resolved(client):
    """A delayed function gets the result of a future passed as an argument."""
    future = client.submit(int, 5)
    assert dask.delayed(operator.neg)(future).compute() == -5


@pytest.mark.scenario(issue=NESTED, covers=["dask.delayed", "distributed.Future"])
def test_a_future_as_keyword_argument_is_resolved(client):
    """A delayed function gets the result of a future passed by keyword."""
    future = client.submit(int, 5)
    assert dask.delayed(lambda value: -value)(value=future).compute() == -5


@pytest.mark.scenario(issue=NESTED, covers=["dask.delayed", "distributed.Future"])
def test_futures_in_a_list_are_resolved(client):
    """A delayed function gets the results of futures passed in a list."""
    futures = client.map(abs, [-1, -2, -3])
    assert dask.delayed(sum)(futures).compute() == 6


@pytest.mark.scenario(issue=LIFETIME, covers=["dask.delayed", "distributed.Future"])
def test_a_wrapped_future_computes_again_after_the_future_is_deleted(client, settle):
    """dask.delayed(future) still computes after the future is deleted."""
    future = client.submit(int, 5)
    value = dask.delayed(future)
    value.compute()
    del future
    settle(client)
    answer = value.compute()
    assert type(answer) is int
    assert answer == 5


@pytest.mark.scenario(issue=LIFETIME, covers=["dask.delayed", "distributed.Future"])
def test_a_call_computes_again_after_the_futures_are_deleted(client, settle):
    """A delayed call over a list of futures still computes after the futures are deleted."""
    futures = client.map(abs, [-1, -2, -3])
    total = dask.delayed(sum)(futures)
    assert total.compute() == 6
    del futures
    settle(client)
    assert total.compute() == 6


@pytest.mark.scenario(issue=LIFETIME, covers=["dask.delayed", "distributed.Client.scatter"])
def test_a_call_computes_again_after_scattered_futures_are_deleted(client, settle):
    """A delayed call over scattered data still computes after the futures are deleted."""
    futures = client.scatter([1, 2, 3])
    total = dask.delayed(sum)(futures)
    assert total.compute() == 6
    del futures
    settle(client)
    assert total.compute() == 6
