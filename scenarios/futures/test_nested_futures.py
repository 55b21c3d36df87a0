"""Futures as arguments, and inside arguments."""

from typing import NamedTuple

import pytest


class Pair(NamedTuple):
    """Two values, perhaps futures."""

    first: object
    second: object


@pytest.mark.scenario(covers=["distributed.Client.submit", "distributed.Future"])
def test_futures_in_containers_are_resolved(client):
    """A function gets the results of futures in nested lists, tuples and dicts."""
    nested = {"a": [{"b": (client.submit(int, 1), 3)}]}
    assert client.submit(lambda value: value, nested).result() == {"a": [{"b": (1, 3)}]}


# The first releases whose workers run Task objects cannot hash the reference that stands for the future.
@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11477", covers=["distributed.Client.submit", "distributed.Future"]
)
def test_a_future_in_a_set_is_resolved(client):
    """A function gets the result of a future in a set."""
    assert client.submit(sum, {client.submit(int, 1), 2}).result() == 3


@pytest.mark.scenario(issue="https://github.com/dask/distributed/issues/7292", covers=["distributed.Client.submit"])
def test_a_future_in_a_named_tuple_is_resolved(client):
    """A function gets the result of a future in a named tuple."""
    pair = client.submit(tuple, Pair(client.submit(int, 1), 2)).result()
    assert pair == (1, 2)


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9071", covers=["distributed.Client.map"])
def test_a_future_as_keyword_of_map_is_resolved(client):
    """client.map gives each call the result of a future passed by keyword."""
    futures = client.map(lambda number, more: number + more, [1, 2], more=client.submit(int, 10))
    assert client.gather(futures) == [11, 12]
