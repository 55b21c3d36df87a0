"""Bisections are stored under the scenario's current id."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dask_matrix.domain.records.bisection import BisectReport, BisectStatus
from dask_matrix.domain.records.records import BisectRecord, InstallationRecord, Record, RunRecord, ScenarioRecord
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.relevant_records import relevant_records
from dask_matrix.store.store import Store

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
OLD, NEW = "futures/x/held", "futures/x/holds"


def found(number: int, scenario: str = NEW) -> BisectRecord:
    """Return a bisection that ended some minutes after noon."""
    told = BisectReport(
        scenario=scenario, fingerprint="f", over="releases", lane="as-released", pythons=("3.11",), platform="linux-x86_64",
        start="2025.1.0", end=f"2025.{number}.0", steps=number, ended=BisectStatus.UNVERIFIED,
    )  # fmt: skip
    at = NOON + timedelta(minutes=number)
    return BisectRecord(id=f"b{number}", run="r", at=at, scenario=scenario, found=told)


def installed(number: int) -> InstallationRecord:
    """Return an installation some minutes after noon."""
    at = NOON + timedelta(minutes=number)
    return InstallationRecord(id=f"i{number}", run="r", at=at, environment="0" * 16, log="", seconds=1)


def renamed() -> ScenarioRecord:
    """Return a scenario that had another id before."""
    return ScenarioRecord(
        id="s1", run="r", at=NOON + timedelta(hours=1), scenario=NEW, title="Holds", file="f.py", function="test_holds",
        fingerprint="f", formerly=[OLD],
    )  # fmt: skip


BATCH: list[Record] = [found(2), found(3, OLD), renamed(), found(2)]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(len(BATCH)))
def test_bisections_are_the_same_in_whatever_order_they_come(url: str, first: int) -> None:
    """Newest first, each once, those under a former id too."""
    rest = [*BATCH[:first], *BATCH[first + 1 :]]
    with Store.open(url) as store:
        for batch in itertools.permutations(rest):
            taken = [store.ingest([record]) for record in (BATCH[first], *batch)]
            assert sum(each.duplicates for each in taken) == 1
            told = [(each.id, each.found.scenario, each.found.steps) for each in store.bisects(NEW)]
            assert told == [("b3", NEW, 3), ("b2", NEW, 2)]
            assert store.bisects() == store.bisects(NEW)
            assert store.bisects("another") == store.bisects(OLD) == []
            store.rebuild([])


def test_bisections_are_made_again_from_the_record_files(url: str, tmp_path: Path) -> None:
    """Like all that a store answers."""
    records = tmp_path / "records" / "r"
    records.mkdir(parents=True)
    (records / "bisect.jsonl").write_bytes(b"".join(record.encode() for record in BATCH))
    with Store.open(url) as store:
        store.ingest_folder(records.parent)
        before = store.bisects()
    rebuild(url, records.parent)
    with Store.open(url) as store:
        assert store.bisects() == before != []


def test_a_snapshot_carries_what_bisections_of_its_scenarios_found() -> None:
    """Of those that asked the same the newest, and none of a scenario that was edited since."""
    later = found(2).model_copy(update={"id": "b9", "at": NOON + timedelta(hours=2)})
    edited = found(4).model_copy(update={"id": "b4", "found": found(4).found.model_copy(update={"fingerprint": "g"})})
    kept = relevant_records([found(2), later, found(3), edited, renamed()], {"f.py::test_holds": "f"}).bisects
    assert [each.id for each in kept] == ["b9", "b3"]


def test_a_run_gives_a_sign_of_life_when_it_installs_or_has_searched(store: Store) -> None:
    """A bisection may build for long before it executes anything; and its bisections are found by it."""
    described = RunRecord(id="r", run="r", at=NOON, who="me", host="here", scenario_set="scenarios", tool="0")
    store.ingest([described])
    for number, record in ((1, installed(1)), (2, found(2))):
        store.ingest([record])
        assert store.runs.run("r").newest == NOON + timedelta(minutes=number)
    assert [each.id for each in store.bisects(run="r")] == ["b2"]
    assert store.bisects(run="another") == []
