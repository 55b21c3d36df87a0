"""Specimens that need Dask, run by the harness in a real environment."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import ISOLATIONS, SCRATCH_KEPT, processes_with_variable
from tests.harness.specimen_starts import TRACER, Start, Target, start

SPECIMENS = Path(__file__).parents[1] / "specimens_of_dask"
FATES = {
    "clusters/closes_its_cluster": [("passed", "call", "", None)],
    "clusters/leaves_a_cluster_in_its_process": [("passed", "call", "", None)],
    "clusters/leaves_a_cluster_of_processes": [("passed", "call", "", None)],
    "clusters/waits_for_tasks_that_never_end": [("timed-out", "call", "no result within 15 s", None)],
    "configuration/changes_the_configuration": [("passed", "call", "", None)],
    "configuration/finds_the_configuration_untouched": [("passed", "call", "", None)],
}
#: The kinds of what is left.
LEAKS = {
    "clusters/leaves_a_cluster_in_its_process": {"thread", "open port"},
    "clusters/leaves_a_cluster_of_processes": {"process", "thread", "open port"},
}


@pytest.fixture(scope="module", params=ISOLATIONS)
def dask_start(request: pytest.FixtureRequest, dask_target: Target, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """A start over the specimens, each executed once."""
    folder = tmp_path_factory.mktemp(f"dask-{request.param}")
    fields: dict[str, Any] = {"imports": ["dask", "distributed"], "retries": 0, "jobs": 2}
    return start(folder, dask_target, SPECIMENS, isolation=request.param, **fields)


def test_specimens_of_dask_meet_their_fates(dask_start: Start) -> None:
    """Compared whole."""
    assert dask_start.endings() == FATES, dask_start.stderr


def test_a_cluster_left_behind_is_a_leak(dask_start: Start) -> None:
    """Its processes, its threads and its ports are told; a closed one leaves nothing."""
    kinds = {
        scenario: {re.sub(r"^left \d+ (.+?)(es|s)? behind: .*", r"\1", leak, flags=re.DOTALL) for leak in leaks}
        for scenario, leaks in dask_start.leaks().items()
    }
    assert kinds == LEAKS, dask_start.leaks()


def test_a_timeout_tells_the_states_of_the_tasks(dask_start: Start) -> None:
    """After every thread's stack."""
    stacks, _, tasks = dask_start.result("clusters/waits_for_tasks_that_never_end")["traceback"].partition("Tasks of ")
    assert "in test_waits_for_tasks_that_never_end" in stacks
    assert re.search(r"processing\s+endless", tasks)
    assert re.search(r"waiting\s+after-the-endless", tasks)


def test_nothing_of_a_cluster_outlives_its_scenario(dask_start: Start) -> None:
    """No process, no port, no file."""
    assert processes_with_variable(TRACER, dask_start.tracer) == []
    assert {path.name for path in dask_start.scratch.iterdir()} <= SCRATCH_KEPT
    assert list((dask_start.folder / "tmp").iterdir()) == []
    assert len(dask_start.ports) >= 3
    for port in dask_start.ports:
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) != 0
