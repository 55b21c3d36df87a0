"""Incremental queries of the matrix give the same answer as complete ones."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import (
    EnvironmentRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    ScenarioRecord,
)
from dask_matrix.domain.verdicts.deprecations import deprecations
from dask_matrix.domain.verdicts.verdict import Evidence, judge
from dask_matrix.store.file_ingestion import all_files
from dask_matrix.store.matrix_contents import CurrentContents, PastContents
from dask_matrix.store.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = ["0" * 16, "1" * 16, "2" * 16]
ROWS = ["bag/counts", "bag/folds", "array/sums"]
WARNING = {"category": "FutureWarning", "message": "it goes", "where": "x.py:1"}


def minutes(number: float) -> datetime:
    """Return a moment that many minutes after noon."""
    return NOON + timedelta(minutes=number)


def environment(key: str = KEYS[0], at: float = 0) -> EnvironmentRecord:
    """Return the description of an environment."""
    return EnvironmentRecord(
        id=f"e{key}{at}", run="r", at=minutes(at), key=key, release=f"2025.{1 + KEYS.index(key)}.0", python="3.11",
        lane="as-released", platform="linux", lock="dask==1\n",
    )  # fmt: skip


def scenario(name: str = ROWS[0], at: float = 0, fingerprint: str = "f", **more: Any) -> ScenarioRecord:
    """Return the description of a scenario."""
    fixed = {"title": name, "area": name.split("/", maxsplit=1)[0], "file": "t.py", "function": "test_x"}
    return ScenarioRecord(
        id=f"s{name.replace('/', '.')}{at}", run="r", at=minutes(at), scenario=name, fingerprint=fingerprint,
        **{**fixed, **more},
    )  # fmt: skip


def result(
    number: float, name: str = ROWS[0], key: str = KEYS[0], outcome: str = "passed", **more: Any
) -> ResultRecord:
    """Return a result, recorded that many minutes after noon and begun a second earlier."""
    fixed = {"fingerprint": "f", "phase": "call", "seconds": 1.0, "started": minutes(number) - timedelta(seconds=1)}
    return ResultRecord(
        id=f"q{number}", run="r", at=minutes(number), environment=key, scenario=name, outcome=outcome, **{**fixed, **more}
    )  # fmt: skip


def history(seed: int) -> Iterator[list[Record]]:
    """Yield batches in which everything happens: edits, renames there and back, refusals, and results that come late."""
    rng, number = random.Random(seed), 0
    names = [*ROWS, "bag/was"]
    for _ in range(18):
        batch: list[Record] = []
        for _ in range(rng.randint(1, 4)):
            number += 1
            at = number + rng.choice([0, 0, 0, -20.5])
            kind = rng.random()
            name, key = rng.choice(names), rng.choice(KEYS)
            if kind < 0.6:
                outcome = rng.choice(["passed", "passed", "failed", "skipped", "errored"])
                warned = rng.choice([[], [WARNING]])
                batch.append(result(at, name, key, outcome, fingerprint=rng.choice("ffg"), warnings=warned))
            elif kind < 0.75:
                batch.append(environment(key, at))
            elif kind < 0.8:
                batch.append(
                    RefusalRecord(id=f"x{at}", run="r", at=minutes(at), environment=key, phase="import", message="no")
                )
            elif kind < 0.95:
                batch.append(scenario(name, at, rng.choice("ffg")))
            else:
                batch.append(scenario(rng.choice(ROWS), at, formerly=["bag/was"]))
        yield batch


def told(found: CurrentContents) -> Any:
    """Return all that is told of the present."""
    return replace(found, changed=None), dict(found.matrix.cells)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_who_catches_up_knows_what_one_knows_who_reads_everything(store: Store, seed: int) -> None:
    """After each batch, and when some were missed; of the present and of moments long gone, just gone and still ahead."""
    kept: CurrentContents | None = None
    moments = [minutes(5.5), minutes(30), minutes(500)]
    pasts: dict[datetime, PastContents] = {}
    for number, batch in enumerate(history(seed)):
        store.ingest(batch)
        if number % 5 == seed % 5:
            continue
        kept, whole = store.current_contents(kept), store.current_contents()
        assert told(kept) == told(whole)
        assert (kept.spans, kept.freshness) == (store.spans(), store.freshness())
        for at in moments:
            pasts[at] = store.past_contents(at, kept, pasts.get(at))
            assert pasts[at].matrix == store.matrix(at)


@pytest.mark.parametrize("seed", range(3))
def test_the_matrix_at_a_moment_is_what_the_results_recorded_by_then_amount_to(store: Store, seed: int) -> None:
    """However it is made of the present one."""
    seen: dict[str, ResultRecord] = {}
    for batch in history(seed):
        store.ingest(batch)
        seen |= {each.id: each for each in reversed(batch) if isinstance(each, ResultRecord) and each.id not in seen}
    for at in (minutes(12.5), minutes(33)):
        matrix = store.matrix(at)
        for row in matrix.scenarios:
            for key in KEYS:
                ids = {each.id for each in store.results(row.id, key)}
                given = [_evidence(each) for each in seen.values() if each.id in ids and each.at <= at]
                expected = judge(given, row.fingerprint) if given else None
                assert matrix.cells.get((row.id, key)) == expected


def _evidence(record: ResultRecord) -> Evidence:
    warned = deprecations((each.category, each.message, each.where) for each in record.warnings)
    return Evidence(record.id, record.fingerprint, Outcome(record.outcome), record.started, "", record.seconds, warned)


def filled(store: Store) -> CurrentContents:
    """Fill a store with two columns and two rows of one result each, and read it."""
    store.ingest([environment(), environment(KEYS[1]), scenario(ROWS[0]), scenario(ROWS[1])])
    store.ingest([result(1), result(2, ROWS[1])])
    return store.current_contents()


def test_of_a_store_read_before_only_the_cells_written_since_are_read(store: Store) -> None:
    """Rows, columns and the cells of all other rows are the very same."""
    before = filled(store)
    store.ingest([result(3, outcome="failed")])
    after = store.current_contents(before)
    assert after.changed == {(ROWS[0], KEYS[0])}
    assert after.matrix.cells[ROWS[0], KEYS[0]].verdict is Verdict.FLAKY
    assert before.matrix.cells[ROWS[0], KEYS[0]].verdict is Verdict.PASS
    assert after.matrix.cells[ROWS[1], KEYS[0]] is before.matrix.cells[ROWS[1], KEYS[0]]
    assert after.matrix.scenarios is before.matrix.scenarios
    assert after.matrix.environments is before.matrix.environments
    assert store.current_contents(after).changed == frozenset()


@pytest.mark.parametrize(
    "record",
    [
        environment(KEYS[2], at=9),
        environment(at=9),
        scenario(ROWS[2], at=9),
        scenario(at=9, title="otherwise"),
        scenario(at=9, fingerprint="edited"),
        scenario("bag/renamed", at=9, formerly=[ROWS[0]]),
        RefusalRecord(id="x", run="r", at=minutes(9), environment=KEYS[1], phase="import", message="no"),
    ],
    ids=lambda record: type(record).__name__,
)
def test_a_change_of_rows_or_columns_leaves_nothing_that_may_be_taken_for_unchanged(
    store: Store, record: Record
) -> None:
    """An edit makes verdicts stale, a rename takes some away."""
    before = filled(store)
    store.ingest([record])
    after = store.current_contents(before)
    assert after.changed is None
    assert told(after) == told(store.current_contents())


def test_a_scenario_described_again_in_the_same_words_changes_nothing(store: Store) -> None:
    """Each run describes all of them."""
    before = filled(store)
    store.ingest([scenario(at=9), scenario(at=8)])
    assert store.current_contents(before).changed == frozenset()


def test_a_database_filled_anew_is_read_anew(store: Store, tmp_path: Path) -> None:
    """What is no longer among the records is gone, also of past moments, and the counts are those of what is there."""
    filled(store)
    store.ingest([result(3)])
    before, at = store.current_contents(), minutes(1.5)
    past = store.past_contents(at, before)
    path = tmp_path / "records" / "r.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"".join(each.encode() for each in (environment(), scenario(), result(1.25, outcome="failed"))))
    store.rebuild(all_files(path.parent))
    after = store.current_contents(before)
    assert after.changed is None
    assert list(after.matrix.cells) == [(ROWS[0], KEYS[0])]
    assert after.freshness.results == 1
    assert store.past_contents(at, after, past).matrix == store.matrix(at) == after.matrix


def test_results_taken_twice_are_counted_once(store: Store) -> None:
    """The count is kept, not made by looking at all of them, and is exact."""
    filled(store)
    store.ingest([result(1), result(3), result(3)])
    assert store.freshness().results == 3
    assert store.spans()[KEYS[0]].newest == result(3).started
    assert store.freshness().newest_result == minutes(3)


def test_the_matrix_of_a_moment_stays_the_very_same_until_a_result_comes_late(store: Store) -> None:
    """What is recorded after the moment is none of its business."""
    filled(store)
    first = store.past_contents(minutes(1.5), store.current_contents())
    store.ingest([result(5, outcome="failed"), result(6, ROWS[1])])
    second = store.past_contents(minutes(1.5), store.current_contents(), first)
    assert second.matrix is first.matrix
    assert [(ROWS[1], KEYS[0]) in each.matrix.cells for each in (first, second)] == [False, False]
    store.ingest([result(1.25, outcome="failed")])
    third = store.past_contents(minutes(1.5), store.current_contents(), second)
    assert third.matrix.cells[ROWS[0], KEYS[0]].verdict is Verdict.FLAKY
