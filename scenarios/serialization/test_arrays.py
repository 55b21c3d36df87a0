"""NumPy arrays on their way to a worker and back."""

import numpy as np
import pytest


def same(value):
    """The value."""
    return value


@pytest.mark.scenario(covers=["distributed.Client.scatter", "distributed.Client.gather"])
def test_arrays_come_back_as_they_were(tcp_client):
    """Arrays of any type and order of memory come back from a worker equal, and of the same type."""
    there = [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12).reshape(3, 4)),
        np.arange(20)[::-3],
        np.array([("a", 1), ("b", 2)], dtype=[("name", "U5"), ("count", "i4")]),
        np.array(["2026-08-01", "NaT"], dtype="datetime64[ns]"),
        np.array([1, None, "three"], dtype=object),
        np.zeros((0, 3)),
        np.ma.masked_equal([1, 2, 3], 2),
    ]
    back = tcp_client.gather(tcp_client.scatter(there))
    assert [(x.dtype, x.shape, type(x)) for x in back] == [(x.dtype, x.shape, type(x)) for x in there]
    assert [x.tolist() for x in back] == [x.tolist() for x in there]


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8480", covers=["distributed.Client.submit"])
def test_a_matrix_stays_a_matrix(tcp_client):
    """A numpy.matrix comes back from a worker as a matrix, which multiplies as such."""
    matrix = tcp_client.submit(same, np.matrix([[1, 2], [3, 4]])).result()
    assert type(matrix) is np.matrix
    assert (matrix * matrix).tolist() == [[7, 10], [15, 22]]


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8308",
    covers=["distributed.Client.submit", "distributed.Future.result"],
)
def test_a_fetched_array_can_be_written_to(tcp_client):
    """An array that was fetched from a worker can be written to, and that does not change the worker's."""
    future = tcp_client.submit(np.ones, 5)
    array = future.result()
    array[:] = 7
    assert future.result().tolist() == [1.0] * 5


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8609", covers=["distributed.Client.scatter"])
def test_a_read_only_array_stays_read_only(tcp_client):
    """An array that cannot be written to comes back from a worker as one that cannot be written to."""
    array = np.arange(5)
    array.flags.writeable = False
    assert tcp_client.gather(tcp_client.scatter(array)).flags.writeable is False
