"""Rows moved between partitions, by tasks and between workers."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest

FRAME = pd.DataFrame({"x": [5, 3, 1, 4, 2, 0], "y": [1, 0, 1, 0, 1, 0]})


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.shuffle"])
def test_equal_keys_end_in_one_partition():
    """A shuffle by tasks brings rows of equal keys into one partition and loses none."""
    with dask.config.set({"dataframe.shuffle.method": "tasks"}):
        frame = dd.from_pandas(FRAME, npartitions=3).shuffle("y")
    holders = frame.map_partitions(lambda part: part.y.drop_duplicates(), meta=("y", "int64")).compute()
    assert sorted(holders) == [0, 1]
    pd.testing.assert_frame_equal(frame.compute().sort_index(), FRAME)


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/12430",
    covers=["dask.dataframe.DataFrame.shuffle", "dask.dataframe.DataFrame.merge"],
)
def test_no_row_is_lost_over_129_partitions():
    """A shuffle into 129 partitions, as for a merge, keeps every row."""
    frame = dd.from_pandas(pd.DataFrame({"k": range(1000)}), npartitions=2)
    assert sorted(frame.shuffle("k", npartitions=129).k.compute()) == list(range(1000))


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/issues/8125",
    covers=["dask.dataframe.DataFrame.shuffle", "distributed.LocalCluster"],
)
def test_workers_in_one_process():
    """A shuffle on a LocalCluster(processes=False) loses no row."""
    result = dd.from_pandas(FRAME, npartitions=3).shuffle("y").compute()
    pd.testing.assert_frame_equal(result.sort_index(), FRAME)


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.sort_values"])
def test_sort_values_equals_pandas():
    """sort_values by one column gives pandas' frame."""
    result = dd.from_pandas(FRAME, npartitions=3).sort_values("x").compute()
    pd.testing.assert_frame_equal(result, FRAME.sort_values("x"))


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10864",
    covers=["dask.dataframe.DataFrame.sort_values"],
)
def test_sort_values_up_and_down():
    """sort_values sorts by one column upwards and by another downwards."""
    result = dd.from_pandas(FRAME, npartitions=3).sort_values(["y", "x"], ascending=[True, False]).compute()
    assert result.x.tolist() == [4, 3, 0, 5, 2, 1]
