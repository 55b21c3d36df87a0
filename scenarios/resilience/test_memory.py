"""Data that does not fit."""

import operator

import pytest
from distributed import wait


@pytest.mark.scenario(covers=["distributed.Worker", "dask.config.set"])
def test_results_are_spilled_and_come_back(small_memory_client):
    """Results of more than a worker's memory target go to disk, and all come back as they were."""
    futures = small_memory_client.map(operator.mul, [bytes([i]) for i in range(10)], [300_000] * 10)
    wait(futures)
    spilled = small_memory_client.run(lambda dask_worker: len(dask_worker.data.disk))
    assert next(iter(spilled.values())) >= 7
    assert small_memory_client.gather(futures) == [bytes([i]) * 300_000 for i in range(10)]


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8135", covers=["distributed.Worker", "distributed.Future.exception"]
)
def test_more_input_than_memory_is_an_error(small_memory_client):
    """A task with more input than its worker may have memory ends with a MemoryError that says so."""
    parts = small_memory_client.map(operator.mul, [bytes([i]) for i in range(10)], [300_000] * 10)
    with pytest.raises(MemoryError, match="input dependencies"):
        small_memory_client.submit(len, parts).result(timeout=20)
