"""Resources: work goes to a worker that has what it asks for."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import get_worker, wait


def where(_number):
    """The name of the worker that runs this."""
    return get_worker().name


@pytest.mark.scenario(covers=["distributed.Client.submit", "distributed.Client.map"])
def test_submitted_work_goes_to_the_worker_that_has_the_resource(unequal_client):
    """Work submitted with resources={"GPU": 1} runs on the worker that has a GPU, and nowhere else."""
    names = unequal_client.gather(unequal_client.map(where, range(10), resources={"GPU": 1}))
    assert names == ["gpu"] * 10


@pytest.mark.usefixtures("unequal_client")
@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11893", covers=["dask.annotate", "dask.delayed", "distributed.Client"]
)
def test_an_annotated_delayed_call_goes_to_the_worker_that_has_the_resource():
    """A delayed call made under dask.annotate(resources={"GPU": 1}) runs on the worker that has a GPU."""
    with dask.annotate(resources={"GPU": 1}):
        calls = [dask.delayed(where)(i) for i in range(10)]
    assert dask.compute(*calls) == ("gpu",) * 10


@pytest.mark.usefixtures("unequal_client")
@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/10937",
    covers=["dask.annotate", "dask.dataframe.DataFrame.map_partitions"],
)
def test_an_annotated_frame_goes_to_the_worker_that_has_the_resource():
    """A frame's operation made under dask.annotate(resources={"GPU": 1}) runs on the worker that has a GPU."""
    frame = dd.from_pandas(pd.DataFrame({"x": range(10)}), npartitions=10)
    with dask.annotate(resources={"GPU": 1}):
        names = frame.map_partitions(lambda part: pd.Series([where(part)]), meta=pd.Series([""]))
    assert set(names.compute()) == {"gpu"}


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8577",
    covers=["distributed.Client.submit", "distributed.Client.publish_dataset"],
)
def test_work_published_at_once_keeps_its_resources(unequal_client):
    """Work submitted with resources={"GPU": 1} and published at once still runs on the worker that has a GPU."""
    for attempt in range(5):
        # What follows a message within some milliseconds is sent with a delay, and would be overtaken by what is not.
        unequal_client.submit(int, attempt)
        futures = unequal_client.map(where, range(10 * attempt, 10 * attempt + 10), resources={"GPU": 1})
        unequal_client.publish_dataset(futures, name=f"published {attempt}")
        wait(futures)
        assert unequal_client.gather(futures) == ["gpu"] * 10
