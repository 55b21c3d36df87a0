"""Delayed calls: their keys, their results, and how many tasks they become."""

import operator

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.callbacks import Callback
from dask.graph_manipulation import bind, checkpoint, clone


@pytest.mark.scenario(covers=["dask.delayed", "dask.compute"])
def test_a_call_with_several_results_can_be_unpacked():
    """delayed(function, nout=2) unpacks into two delayed values."""
    quotient, remainder = dask.delayed(divmod, nout=2)(7, 2)
    assert dask.compute(quotient, remainder) == (3, 1)


@pytest.mark.scenario(covers=["dask.delayed"])
def test_a_pure_call_has_a_key_of_its_own():
    """Pure delayed calls have the same key if function and arguments are the same, impure calls never."""
    pure = dask.delayed(abs, pure=True)
    impure = dask.delayed(abs)
    assert pure(1).key == pure(1).key != pure(2).key
    assert impure(1).key != impure(1).key
    assert dask.delayed(abs)(-1, dask_key_name="mine").key == "mine"


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11904", covers=["dask.compute", "dask.delayed"])
def test_what_two_calls_share_runs_once():
    """What two delayed values have in common runs once if they are computed together."""
    runs = []
    shared = dask.delayed(lambda: runs.append("run") or 1)()
    assert dask.compute(shared + 1, shared + 2, scheduler="sync") == (2, 3)
    assert runs == ["run"]


@pytest.mark.scenario(covers=["dask.delayed", "dask.compute"])
def test_an_error_comes_back_as_it_was_raised():
    """The exception of a delayed call is raised by compute() with its type and message."""
    with pytest.raises(ZeroDivisionError, match="division"):
        dask.delayed(operator.truediv)(1, 0).compute()


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/12081", covers=["dask.compute", "dask.delayed", "dask.dataframe.DataFrame"]
)
def test_a_frame_and_a_call_compute_together():
    """dask.compute takes a frame, an array and a delayed value together."""
    frame = dd.from_pandas(pd.DataFrame({"x": [1, 2]}), npartitions=2)
    computed, number, array = dask.compute(frame, dask.delayed(3), da.ones(2, chunks=1))
    assert (computed.x.tolist(), number, array.tolist()) == ([1, 2], 3, [1, 1])


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/12081", covers=["dask.compute", "dask.delayed", "dask.dataframe.DataFrame"]
)
def test_a_frame_and_a_call_compute_together_without_a_warning(recwarn):
    """dask.compute of a frame and a delayed value gives no warning."""
    frame = dd.from_pandas(pd.DataFrame({"x": [1, 2]}), npartitions=2)
    recwarn.clear()
    assert dask.compute(frame.x.max(), dask.delayed(3)) == (2, 3)
    assert [str(warning.message) for warning in recwarn if "Computing mixed" in str(warning.message)] == []


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11441", covers=["dask.delayed", "dask.config.set"])
def test_a_chain_of_calls_can_be_fused():
    """With optimization.fuse.delayed on, a chain of delayed calls runs as one task."""
    tasks = []
    chain = dask.delayed(abs)(dask.delayed(abs)(dask.delayed(abs)(-1)))
    with dask.config.set({"optimization.fuse.delayed": True}), Callback(posttask=lambda *task: tasks.append(task[0])):
        assert chain.compute(scheduler="sync") == 1
    assert len(tasks) == 1


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11441", covers=["dask.delayed", "dask.config.set"])
def test_a_list_of_calls_can_be_an_argument_where_chains_are_fused():
    """With optimization.fuse.delayed on, a list of delayed values can be the argument of a delayed call."""
    calls = [dask.delayed(abs)(dask.delayed(abs)(number)) for number in (-1, -2)]
    with dask.config.set({"optimization.fuse.delayed": True}):
        assert dask.delayed(sum)(calls).compute() == 3


@pytest.mark.scenario(covers=["dask.graph_manipulation.bind", "dask.graph_manipulation.checkpoint"])
def test_a_bound_call_runs_after_what_it_is_bound_to():
    """bind makes a call run after another, checkpoint gives None when all it is given has run."""
    order = []
    first, second = dask.delayed(order.append)("first"), dask.delayed(order.append)("second")
    bind(second, first).compute(scheduler="sync")
    assert order == ["first", "second"]
    assert checkpoint(first, second).compute(scheduler="sync") is None
    assert sorted(order[2:]) == ["first", "second"]


class Stored:
    """What da.from_array reads from: no NumPy array, but sliced like one."""

    shape = (4,)
    dtype = np.dtype("int64")
    ndim = 1

    def __getitem__(self, index):
        return np.arange(4)[index]


@pytest.mark.scenario(
    issue=["https://github.com/dask/dask/issues/9621", "https://github.com/dask/dask/pull/10211"],
    covers=["dask.graph_manipulation.clone", "dask.array.from_array", "dask.array.blockwise"],
)
def test_a_clone_of_a_stored_array_computes():
    """clone of an array that is read from a store block by block computes to the same values."""
    array = da.blockwise(operator.neg, "i", da.from_array(Stored(), chunks=2), "i", dtype=int)
    copy = clone(array)
    assert copy.compute().tolist() == [0, -1, -2, -3]
    assert copy.name != array.name
