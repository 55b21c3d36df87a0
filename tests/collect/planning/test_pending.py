"""Which verdicts need confirmation: those that differ from a neighbouring column, and which columns are neighbours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dask_matrix.collect.planning.pending import PendingWork
from dask_matrix.collect.planning.request import RunRequest
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.domain.records.records import CollectionRecord, ResultRecord
from dask_matrix.domain.verdicts.confirmation import Doubt
from dask_matrix.store.store import Store
from tests.store.test_pairs import described
from tests.store.test_store import environment

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
BEFORE, AFTER, COMMIT, MAIN = "0" * 16, "1" * 16, "c" * 16, "d" * 16
ROW, FUNCTION = "area/small/adds", "area/test_small.py::test_adds"


@pytest.fixture
def pending(tmp_path: Path) -> PendingWork:
    """Return pending work for two releases and main, which fails, and a commit between the releases, which fails too."""
    path = tmp_path / "area" / "test_small.py"
    path.parent.mkdir()
    path.write_text("def test_adds():\n    assert 1 + 1 == 2\n")
    read = catalog.read(tmp_path)
    store = Store.open(f"sqlite:///{tmp_path / 'matrix.sqlite'}")
    store.ingest(
        [environment(BEFORE, "2025.3.0"), environment(AFTER, "2025.4.0"), described("c"), described("d", "main")]
    )
    for key, outcome, times in (
        (BEFORE, "passed", 1),
        (AFTER, "passed", 1),
        (COMMIT, "failed", 2),
        (MAIN, "failed", 2),
    ):
        fingerprint = read.functions[FUNCTION]
        collected = CollectionRecord(
            id=f"c{key}", run="r", at=NOON, environment=key, scenarios={ROW: fingerprint}, functions={ROW: FUNCTION}, to_run=1,
            files={"area/test_small.py": read.files["area/test_small.py"]},
        )  # fmt: skip
        results = [
            ResultRecord(
                id=f"{key}{number}",
                run="r",
                at=NOON,
                environment=key,
                scenario=ROW,
                fingerprint=fingerprint,
                outcome=outcome,
                phase="call",
                seconds=1,
                started=NOON,
                attempt=number + 1,
            )
            for number in range(times)
        ]
        store.ingest([collected, *results])
    return PendingWork(RunRequest([], read), store)


def test_main_is_the_neighbour_of_the_newest_release(pending: PendingWork) -> None:
    """If they differ, both are confirmed."""
    found = pending.doubtful({BEFORE, AFTER, MAIN})
    assert {key: confirmation_requests[ROW].doubt for key, confirmation_requests in found.items()} == dict.fromkeys(
        (AFTER, MAIN), Doubt.DIFFERS
    )


def test_commit_of_the_history_has_no_neighbours(pending: PendingWork) -> None:
    """It does not cause a release to be executed again; two executions are enough for the commit."""
    assert not pending.doubtful({BEFORE, COMMIT})
