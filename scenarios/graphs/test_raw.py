"""Graphs written by hand: plain dicts of keys, values and tuples."""

import operator

import dask
import dask.array as da
import numpy as np
import pytest
from dask.delayed import Delayed
from dask.highlevelgraph import HighLevelGraph


@pytest.mark.scenario(covers=["dask.get", "dask.threaded.get"])
def test_a_dict_of_tuples_is_run():
    """dask.get and dask.threaded.get run a dict of tuples that refer to each other by key."""
    graph = {"x": 1, ("y", 0): (operator.neg, "x"), "z": (sum, ["x", ("y", 0), (operator.add, "x", 1)]), "w": "z"}
    assert dask.get(graph, "w") == 2
    assert dask.threaded.get(graph, ["w", [("y", 0)]]) == (2, (-1,))


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11861", covers=["dask.get"])
def test_only_the_tasks_asked_for_run():
    """dask.get runs no task that the asked key does not need."""
    runs = []
    graph = {"needed": (operator.neg, 2), "other": (runs.append, 1)}
    assert dask.get(graph, "needed") == -2
    assert runs == []


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11757", covers=["dask.get"])
def test_bytes_are_keys():
    """A key of a graph can be bytes."""
    assert dask.get({b"x": 1, "y": (operator.neg, b"x")}, "y") == -1


@pytest.mark.scenario(covers=["dask.delayed.Delayed", "dask.array.Array", "dask.highlevelgraph.HighLevelGraph"])
def test_collections_are_made_of_a_dict():
    """Delayed(key, dict) and da.Array(dict, name, …) compute what their dicts say."""
    assert Delayed("x", {"x": (operator.add, "y", 1), "y": 2}).compute() == 3
    graph = {("mine", 0): (np.arange, 2), ("mine", 1): (np.arange, 3)}
    assert da.Array(graph, "mine", chunks=((2, 3),), dtype=int).compute().tolist() == [0, 1, 0, 1, 2]


@pytest.mark.scenario(covers=["dask.highlevelgraph.HighLevelGraph.from_collections", "dask.array.Array"])
def test_a_layer_is_added_to_a_collection():
    """HighLevelGraph.from_collections adds a layer of tuples on top of an array's graph."""
    array = da.arange(4, chunks=2)
    layer = {("double", i): (operator.mul, (array.name, i), 2) for i in range(2)}
    graph = HighLevelGraph.from_collections("double", layer, dependencies=[array])
    double = da.Array(graph, "double", array.chunks, dtype=array.dtype)
    assert double.compute().tolist() == [0, 2, 4, 6]
    assert set(graph.layers) == {"double", array.name}


class Doubled:
    """The least that makes a collection: a graph, its keys, what to do with the results, and a scheduler."""

    def __init__(self, numbers):
        self.graph = {("doubled", i): (operator.mul, number, 2) for i, number in enumerate(numbers)}

    def __dask_graph__(self):
        return self.graph

    def __dask_keys__(self):
        return list(self.graph)

    def __dask_postcompute__(self):
        return tuple, ()

    __dask_scheduler__ = staticmethod(dask.threaded.get)


@pytest.mark.scenario(
    issue="https://docs.dask.org/en/stable/custom-collections.html", covers=["dask.compute", "dask.is_dask_collection"]
)
def test_a_collection_of_ones_own_computes():
    """An object with the methods of a Dask collection computes, alone and beside a delayed value."""
    assert dask.is_dask_collection(Doubled([1]))
    assert dask.compute(Doubled([1, 2]), dask.delayed(3)) == ((2, 4), 3)
