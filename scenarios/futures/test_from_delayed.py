"""Frames made by dd.from_delayed from futures: the graph of the frame has to hold the futures, for nobody else may."""

import gc
import time

import dask.dataframe as dd
import pandas as pd
import pytest

ISSUE = "https://github.com/dask/distributed/issues/9041"
META = pd.DataFrame({"x": [0]})


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Client.submit"])
def test_computes(client):
    """A frame from dd.from_delayed(futures) computes."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed"])
def test_computes_without_meta(client):
    """A frame from dd.from_delayed(futures) finds its meta by itself."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed"])
def test_computes_twice(client):
    """A frame from dd.from_delayed(futures) computes twice while the futures are kept."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_computes_again_after_the_futures_are_deleted(client, settle):
    """A frame from dd.from_delayed(futures) still computes after the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_computes_first_after_the_futures_are_deleted(client, settle):
    """A frame from dd.from_delayed(futures) that never computed before computes after the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_computes_again_after_the_futures_are_deleted_and_collected(client, settle):
    """A frame from dd.from_delayed(futures) still computes after the futures are deleted and garbage is collected."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    gc.collect()
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_computes_again_however_long_after_the_futures_are_deleted(client):
    """A frame from dd.from_delayed(futures) computes at once, 1, 5 and 20 ms after the futures are deleted and collected."""
    # The release travels by the event loop while the next graph is made: each pause meets it at another point of its way.
    for pause in (0, 0.001, 0.005, 0.02):
        futures = [client.submit(pd.DataFrame, {"x": [i]}, pure=False) for i in range(2)]
        frame = dd.from_delayed(futures, meta=META)
        frame.compute()
        del futures
        gc.collect()
        time.sleep(pause)
        assert frame.compute().x.tolist() == [0, 1]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Future"])
def test_a_derived_frame_computes_after_its_source_and_the_futures_are_deleted(client, settle):
    """What was derived from a frame over futures computes after that frame and the futures are deleted."""
    futures = [client.submit(pd.DataFrame, {"x": [i]}) for i in range(3)]
    frame = dd.from_delayed(futures, meta=META)
    derived = frame + 1
    assert derived.compute().x.tolist() == [1, 2, 3]
    del futures, frame
    settle(client)
    assert derived.compute().x.tolist() == [1, 2, 3]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Client.scatter"])
def test_computes_again_after_scattered_futures_are_deleted(client, settle):
    """A frame from dd.from_delayed over scattered data still computes after the futures are deleted."""
    futures = client.scatter([pd.DataFrame({"x": [i]}) for i in range(3)])
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]


@pytest.mark.scenario(issue=ISSUE, covers=["dask.dataframe.from_delayed", "distributed.Client.map"])
def test_computes_again_after_mapped_futures_are_deleted(client, settle):
    """A frame from dd.from_delayed over client.map still computes after the futures are deleted."""
    futures = client.map(lambda i: pd.DataFrame({"x": [i]}), range(3))
    frame = dd.from_delayed(futures, meta=META)
    assert frame.compute().x.tolist() == [0, 1, 2]
    del futures
    settle(client)
    assert frame.compute().x.tolist() == [0, 1, 2]
