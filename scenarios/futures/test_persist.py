"""Persisted collections hold futures of their own: what they were made from may go."""

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import futures_of, wait

ISSUE = "https://github.com/dask/distributed/issues/9041"
META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.DataFrame.persist", "dask.dataframe.from_delayed"])
def test_a_persisted_frame_computes_again_after_the_futures_are_deleted(client, settle):
    """A persisted frame over futures still computes after the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META).persist()
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.DataFrame.persist", "dask.dataframe.from_delayed"])
def test_a_persisted_frame_computes_after_its_source_is_deleted(client, settle):
    """A persisted frame computes after the frame it was persisted from and its futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    source = dd.from_delayed(futures, meta=META)
    frame = source.persist()
    wait(frame)
    del futures, source
    settle(client)
    assert (frame + 1).compute().x.tolist() == [1, 2, 3]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.DataFrame.persist", "distributed.futures_of"])
def test_a_persisted_frame_computes_after_its_own_futures_are_listed_and_deleted(client, settle):
    """A persisted frame still computes after what futures_of(frame) gave is deleted."""
    frame = dd.from_pandas(pd.DataFrame({"x": [0, 1, 2]}), npartitions=3).persist()
    futures = futures_of(frame)
    wait(futures)
    assert len(futures) == 3
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.array.Array.persist", "dask.array.from_delayed"])
def test_a_persisted_array_computes_after_its_source_is_deleted(client, settle):
    """A persisted array computes after the array it was persisted from and its future are deleted."""
    future = client.scatter(np.arange(4))
    source = da.from_delayed(future, shape=(4,), dtype=int)
    array = source.persist()
    wait(array)
    del future, source
    settle(client)
    assert array.sum().compute() == 6
