"""What is optimised away, and who may have a say in it."""

import dask
import dask.array as da
import numpy as np
import pytest
from dask.callbacks import Callback
from dask.optimization import cull, fuse


@pytest.fixture
def tasks():
    """The keys of the tasks that run in the test."""
    keys = []
    with Callback(posttask=lambda *event: keys.append(event[0])):
        yield keys


@pytest.mark.scenario(covers=["dask.array.Array.__getitem__", "dask.array.map_blocks"])
def test_blocks_that_are_not_asked_for_are_not_made():
    """A slice of an array makes only the blocks that it touches."""
    made = []
    array = da.ones(6, chunks=2).map_blocks(lambda block: made.append("block") or block, meta=np.ones(0))
    assert array[:2].compute(scheduler="sync").tolist() == [1, 1]
    assert made == ["block"]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11736", covers=["dask.array.Array.compute"])
def test_elementwise_steps_become_one_task_per_block(tasks):
    """Elementwise steps over an array of two blocks run as two tasks, one per block."""
    array = (da.ones(4, chunks=2) + 1) * 2 - 3
    assert array.compute(scheduler="sync").tolist() == [1, 1, 1, 1]
    assert len(tasks) == 2


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11736", covers=["dask.config.set", "dask.array.Array.compute"]
)
def test_an_optimisation_of_ones_own_is_called():
    """A function in the config value `optimizations` is called for what is computed."""
    calls = []

    def note(graph, *_args, **_kwargs):
        calls.append("called")
        return graph

    with dask.config.set(optimizations=[note]):
        assert da.ones(3).compute().tolist() == [1, 1, 1]
    assert calls == ["called"]


@pytest.mark.scenario(covers=["dask.optimize", "dask.persist"])
def test_optimized_and_persisted_collections_compute_the_same():
    """dask.optimize and dask.persist give collections that compute to the same values."""
    array = da.arange(4, chunks=2) + 1
    (optimized,), (persisted,) = dask.optimize(array), dask.persist(array)
    assert optimized.compute().tolist() == persisted.compute().tolist() == [1, 2, 3, 4]


@pytest.mark.scenario(covers=["dask.optimization.cull", "dask.optimization.fuse", "dask.get"])
def test_cull_and_fuse():
    """cull leaves out what a key does not need, fuse makes one task of a chain."""
    graph = {"a": 1, "b": (abs, "a"), "c": (abs, "b"), "other": 2}
    culled, _ = cull(graph, ["c"])
    assert set(culled) == {"a", "b", "c"}
    fused, _ = fuse(culled, ["c"])
    assert len(fused) < len(culled)
    assert dask.get(fused, "c") == 1


class Held(Callback):
    """Counts how many results are held at once while the graph runs."""

    most = 0

    def _posttask(self, *event):
        _key, _result, _graph, state, _worker = event
        self.most = max(self.most, len(state["cache"]))


@pytest.mark.scenario(issue="https://docs.dask.org/en/stable/order.html", covers=["dask.order.order"])
def test_a_sum_holds_few_blocks_at_once():
    """A sum over 64 blocks holds at most 16 results at any time."""
    with Held() as held:
        total = da.ones(64, chunks=1).sum().compute(scheduler="sync")
    assert total == 64
    assert held.most <= 16


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11483", covers=["dask.order.order", "dask.array.map_overlap"]
)
def test_an_overlap_holds_few_blocks_at_once():
    """A sum over 60 overlapping blocks holds at most 40 results at any time."""
    array = da.ones(120, chunks=2).map_overlap(lambda block: block, depth=1, boundary="none")
    with Held() as held:
        total = array.sum().compute(scheduler="sync")
    assert total == 120
    assert held.most <= 40
