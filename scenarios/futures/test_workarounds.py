"""What people are told to do so that their futures outlive the names: each must work."""

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import Delayed
from dask.highlevelgraph import HighLevelGraph

ISSUE = "https://github.com/dask/distributed/issues/9041"
META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_an_explicit_reference_keeps_a_frame_computable(client, settle):
    """A frame over futures computes as long as the futures are kept elsewhere."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    kept = {"futures": list(futures)}
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]
    assert len(kept["futures"]) == 3


# dd.from_graph came with the query-planning frames; the legacy frames before them had a public constructor (next scenario).
@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_graph"], since="2024.3.0")
def test_from_graph_over_futures_computes_again_after_they_are_deleted(client, settle):
    """A frame from dd.from_graph over futures still computes after the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    graph = {("mine", i): future for i, future in enumerate(futures)}
    frame = dd.from_graph(graph, META, (None,) * 4, list(graph), "mine")
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures, graph
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


# The constructor takes one expression since the query-planning frames (dask/dask#10961).
@pytest.mark.scenario(
    issue=ISSUE, covers=["dask.dataframe.DataFrame", "dask.highlevelgraph.HighLevelGraph"], until="2024.2.1"
)
def test_a_frame_constructed_over_futures_computes_again_after_they_are_deleted(client, settle):
    """A frame from dd.DataFrame(graph, name, meta, divisions) over futures still computes after they are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    graph = HighLevelGraph.from_collections("mine", {("mine", i): f for i, f in enumerate(futures)})
    frame = dd.DataFrame(graph, "mine", META, (None,) * 4)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures, graph
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(
    issue=[ISSUE, "https://github.com/dask/dask/pull/12213"],
    covers=["dask.array.Array", "dask.highlevelgraph.HighLevelGraph"],
)
def test_an_array_constructed_over_futures_computes_again_after_they_are_deleted(client, settle):
    """An array from da.Array(graph, …) over futures still computes after the futures are deleted."""
    futures = client.map(np.arange, [2, 3])
    graph = HighLevelGraph.from_collections("mine", {("mine", i): f for i, f in enumerate(futures)})
    array = da.Array(graph, "mine", chunks=((2, 3),), dtype=int)
    assert array.compute().tolist() == [0, 1, 0, 1, 2]
    del futures, graph
    settle(client)
    assert array.compute().tolist() == [0, 1, 0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.delayed.Delayed", "distributed.Future"])
def test_a_delayed_constructed_over_a_future_computes_again_after_it_is_deleted(client, settle):
    """Delayed(key, {key: future}) still computes after the future is deleted."""
    future = client.submit(int, 5)
    value = Delayed("mine", {"mine": future})
    assert value.compute() == 5
    del future
    settle(client)
    assert value.compute() == 5


@pytest.mark.scenario(issue=ISSUE, covers=["distributed.Client.publish_dataset", "distributed.Client.get_dataset"])
def test_publishing_keeps_the_futures_after_they_are_deleted(client, settle):
    """Futures published under a name can be fetched after they are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    client.publish_dataset(pieces=futures)
    del futures
    settle(client)
    frame = dd.from_delayed(client.get_dataset("pieces"), meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
