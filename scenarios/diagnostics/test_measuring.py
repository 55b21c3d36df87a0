"""Measuring what tasks do."""

import time

import pytest
from distributed import get_task_stream, progress, wait
from distributed.diagnostics import MemorySampler


@pytest.mark.scenario(covers=["distributed.get_task_stream"])
def test_a_task_stream_has_every_task(client):
    """distributed.get_task_stream records each task that ran meanwhile, with where and when."""
    with get_task_stream(client) as stream:
        futures = client.map(abs, range(5))
        wait(futures)
    recorded = {task["key"]: task for task in stream.data}
    assert {future.key for future in futures} <= set(recorded)
    assert {recorded[future.key]["worker"] for future in futures} <= set(client.scheduler_info()["workers"])


@pytest.mark.scenario(
    issue=["https://github.com/dask/distributed/issues/9253", "https://github.com/dask/distributed/pull/9282"],
    covers=["distributed.get_task_stream"],
)
def test_a_task_stream_has_no_other_task(client):
    """A second distributed.get_task_stream does not record the first's tasks again, even if a worker's clock is ahead."""

    def be_ahead(dask_worker):
        # By how much the worker takes its clock to differ. Nothing public sets a clock, and heartbeats undo this.
        dask_worker.scheduler_delay = 1.0

    for attempt in range(5):
        client.run(be_ahead)
        with get_task_stream(client):
            wait(client.map(abs, range(10 * attempt, 10 * attempt + 5)))
        with get_task_stream(client) as stream:
            later = client.submit(abs, -1 - attempt)
            wait(later)
        assert [task["key"] for task in stream.data] == [later.key]


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/7862", covers=["distributed.span"])
def test_tasks_belong_to_a_span(client):
    """Work submitted under distributed.span("mine") is annotated with it."""
    from distributed import span  # noqa: PLC0415 - whether it is there is the question

    with span("mine"):
        future = client.submit(int, 7)
    wait(future)
    key = future.key
    names = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.tasks[key].annotations["span"]["name"])
    assert tuple(names) == ("mine",)


@pytest.mark.scenario(covers=["distributed.progress"])
def test_a_progress_bar_ends_at_all(client, capsys):
    """distributed.progress in a terminal draws a bar that ends at 100%."""
    progress(client.map(abs, range(5)), notebook=False)
    drawn = ""
    give_up = time.monotonic() + 20
    while "100% Completed" not in drawn:
        assert time.monotonic() < give_up, drawn
        drawn += capsys.readouterr().out
        time.sleep(0.005)


@pytest.mark.scenario(covers=["distributed.diagnostics.MemorySampler"])
def test_memory_is_sampled(client):
    """MemorySampler.sample records the memory of the cluster over time, as a frame."""
    sampler = MemorySampler()
    with sampler.sample("mine", client=client, interval=0.01):
        give_up = time.monotonic() + 20
        while not _samples(client):
            assert time.monotonic() < give_up, "no sample was taken"
            time.sleep(0.01)
    frame = sampler.to_pandas()
    assert list(frame.columns) == ["mine"]
    assert (frame["mine"].dropna() > 0).all()
    assert len(frame) > 0


def _samples(client):
    """How many samples the scheduler has taken so far."""
    return client.run_on_scheduler(
        lambda dask_scheduler: max(map(len, dask_scheduler.extensions["memory_sampler"].samples.values()), default=0)
    )
