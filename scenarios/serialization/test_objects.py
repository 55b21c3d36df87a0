"""Functions, objects and errors on their way to a worker and back."""

import dataclasses
import threading

import dask
import pytest
from distributed.protocol import dask_deserialize, dask_serialize


@dataclasses.dataclass(frozen=True)
class Point:
    """A place that cannot be moved."""

    x: int
    y: int


class Temperature:
    """Knows how it travels: without its scale."""

    def __init__(self, degrees, scale="Celsius"):
        self.degrees = degrees
        self.scale = scale


@dask_serialize.register(Temperature)
def pack(temperature):
    """The degrees alone."""
    return {}, [str(temperature.degrees).encode()]


@dask_deserialize.register(Temperature)
def unpack(_header, frames):
    """The temperature of these degrees."""
    return Temperature(int(bytes(frames[0])), scale="as registered")


class Rootless:
    """Belongs to no module, as classes can that are made at run time."""

    number = 7


Rootless.__module__ = None


class TwoArguments(Exception):
    """Can be pickled, not unpickled."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class Holding(Exception):
    """Cannot be pickled, for what it holds."""

    def __init__(self, message):
        super().__init__(message)
        self.held = threading.Lock()


def same(value):
    """The value."""
    return value


def fail(kind, *arguments):
    """Raise an error of this kind."""
    raise kind(*arguments)


@pytest.mark.scenario(covers=["distributed.Client.submit"])
def test_lambdas_and_closures_travel(tcp_client):
    """A lambda that closes over values, other functions and itself runs on a worker as it does here."""
    offset = 3
    plus = lambda x: x + offset  # noqa: E731 - it has to be one
    factorial = lambda n: 1 if n < 2 else n * factorial(n - 1)  # noqa: E731 - as above
    combined = lambda n: plus(factorial(n))  # noqa: E731 - as above
    assert tcp_client.submit(combined, 5).result() == combined(5) == 123


@pytest.mark.scenario(covers=["distributed.Client.submit"])
def test_frozen_dataclasses_travel(tcp_client):
    """An instance of a frozen dataclass comes back from a worker equal, also where it is a key of a dictionary."""
    value = {Point(1, 2): [Point(3, 4)]}
    assert tcp_client.submit(same, value).result() == value


@pytest.mark.scenario(covers=["distributed.protocol.dask_serialize", "distributed.protocol.dask_deserialize"])
def test_a_registered_class_travels_its_own_way(tcp_client):
    """Results of a class with functions registered for dask_serialize and dask_deserialize travel through them."""
    temperature = tcp_client.submit(Temperature, 21).result()
    assert (temperature.degrees, temperature.scale) == (21, "as registered")


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/9086", covers=["distributed.Future.result"])
def test_an_instance_of_a_class_without_module_travels(tcp_client):
    """A result whose class has None for its __module__ comes back from a worker."""
    assert tcp_client.submit(Rootless).result().number == 7


@pytest.mark.scenario(covers=["distributed.Future.result"])
def test_an_error_that_cannot_be_unpickled_is_told(tcp_client):
    """The message of an error whose class cannot be unpickled reaches the client."""
    with pytest.raises(Exception, match="this and that"):
        tcp_client.submit(fail, TwoArguments, "this", "that").result(timeout=20)


@pytest.mark.scenario(covers=["distributed.Future.result"])
def test_an_error_that_cannot_be_pickled_is_told(tcp_client):
    """The message of an error that holds something that cannot be pickled reaches the client."""
    with pytest.raises(Exception, match="held up"):
        tcp_client.submit(fail, Holding, "held up").result(timeout=20)


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7580",
    covers=["distributed.Future.result", "distributed.Client.gather"],
)
def test_a_result_that_cannot_be_pickled_is_an_error(tcp_client):
    """Asking for a result that cannot be pickled raises a TypeError about it, and the next result comes as ever."""
    with pytest.raises(TypeError, match="lock"):
        tcp_client.submit(threading.Lock).result(timeout=20)
    assert tcp_client.submit(int, 7).result(timeout=20) == 7


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8508", covers=["distributed.Client.submit", "dask.config.set"]
)
def test_from_which_size_a_graph_is_warned_of(tcp_client):
    """With distributed.admin.large-graph-warning-threshold at 100 kB, submitting 300 kB gives a warning."""
    threshold = dask.config.set({"distributed.admin.large-graph-warning-threshold": "100 kB"})
    with threshold, pytest.warns(UserWarning, match="large graph"):
        assert tcp_client.submit(len, b"x" * 300_000).result() == 300_000
