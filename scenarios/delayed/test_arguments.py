"""What the function of a delayed call gets for the arguments of the call."""

import dataclasses
from typing import NamedTuple

import dask
import dask.array as da
import dask.dataframe as dd
import pandas as pd
import pytest

COVERS = ["dask.delayed"]


class Pair(NamedTuple):
    """Two values, perhaps still to come."""

    first: object
    second: object


@dataclasses.dataclass(frozen=True)
class Point:
    """Two numbers, perhaps still to come."""

    x: object
    y: object


def same(value):
    """Give back what was given."""
    return value


@pytest.fixture
def frame():
    """A frame of two partitions."""
    return dd.from_pandas(pd.DataFrame({"x": [1, 2, 3]}), npartitions=2)


@pytest.mark.scenario(covers=COVERS)
def test_delayed_values_in_containers_are_computed():
    """Delayed values in nested lists, tuples, sets, dicts and slices reach the function as values."""
    one, two = dask.delayed(1), dask.delayed(2)
    nested = [one, (two, {"k": [one]}), {two}, slice(one, two)]
    assert dask.delayed(same)(nested).compute() == [1, (2, {"k": [1]}), {2}, slice(1, 2)]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11953", covers=COVERS)
def test_delayed_values_in_records_are_computed():
    """Delayed values in a named tuple and in a frozen dataclass reach the function as the same kind of record."""
    pair, point = dask.delayed(same)([Pair(dask.delayed(1), 2), Point(dask.delayed(3), 4)]).compute()
    assert (type(pair), pair) == (Pair, Pair(1, 2))
    assert point == Point(3, 4)


@pytest.mark.scenario(covers=[*COVERS, "dask.array.Array"])
def test_arrays_in_containers_are_computed():
    """Dask arrays in a list and in a dict reach a delayed function as NumPy arrays."""
    array = da.arange(4, chunks=2)
    total = dask.delayed(lambda group: [type(group[0]).__name__, group[1]["k"].tolist()])
    assert total([array, {"k": array}]).compute() == ["ndarray", [0, 1, 2, 3]]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/1984", covers=[*COVERS, "dask.dataframe.DataFrame"])
def test_a_frame_as_argument_is_computed(frame):
    """A Dask frame given to a delayed function reaches it as a pandas frame."""
    assert dask.delayed(lambda group: group.x.tolist())(frame).compute() == [1, 2, 3]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11949", covers=[*COVERS, "dask.dataframe.DataFrame"])
def test_a_frame_in_a_list_is_computed(frame):
    """A Dask frame in a list given to a delayed function reaches it as a pandas frame."""
    assert dask.delayed(lambda group: group[0].x.tolist())([frame]).compute() == [1, 2, 3]


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/11949", covers=[*COVERS, "dask.dataframe.DataFrame"])
def test_a_frame_as_keyword_argument_is_computed(frame):
    """A Dask frame given to a delayed function by keyword reaches it as a pandas frame."""
    assert dask.delayed(lambda group: group.x.tolist())(group=frame).compute() == [1, 2, 3]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10498", covers=COVERS)
def test_a_generator_is_left_alone_until_it_is_computed():
    """A generator given to a delayed function is not run before the call is computed."""
    seen = []

    def numbers():
        for number in range(3):
            seen.append(number)
            yield number

    total = dask.delayed(sum)(numbers())
    assert seen == []
    assert total.compute(scheduler="sync") == 3


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/6495", covers=COVERS)
def test_a_text_that_is_also_a_key_stays_a_text():
    """A text reaches a delayed function as it is, also where a delayed value has it as its key."""
    five = dask.delayed(5, name="five")
    assert dask.delayed(Pair)(five, "five").compute() == Pair(5, "five")


@pytest.mark.scenario(covers=COVERS)
def test_a_tuple_that_begins_with_a_function_stays_a_tuple():
    """A tuple that begins with a function reaches a delayed function as it is, and is not called."""
    assert dask.delayed(same)([(abs, -1)]).compute() == [(abs, -1)]
