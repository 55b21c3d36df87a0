"""The progress of runs, counted at ingestion in any order, agrees with the results."""

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.records.records import (
    CollectionRecord,
    EndRecord,
    EnvironmentRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.domain.records.run_end import End, EndStatus
from dask_matrix.store.database import MIGRATIONS
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase
from tests.store.conftest import plan_for_results, rebuild_from

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
ONE, TWO, REFUSED = "0" * 16, "1" * 16, "2" * 16
ROW = "futures/computes"


def minutes(number: float) -> datetime:
    """Return a moment that many minutes after noon."""
    return NOON + timedelta(minutes=number)


def run(name: str = "r", at: float = 0, **more: Any) -> RunRecord:
    """Return a run."""
    fixed = {"who": "me", "host": "here", "scenario_set": "scenarios", "tool": "0"}
    return RunRecord(id=name, run=name, at=minutes(at), **{**fixed, **more})


def environment(key: str, release: str) -> EnvironmentRecord:
    """Return the description of an environment, a minute after noon."""
    return EnvironmentRecord(
        id=f"e{key}", run="r", at=minutes(1), key=key, release=release, python="3.11", lane="as-released",
        platform="linux-x86_64",
    )  # fmt: skip


def collection(key: str, to_run: int, at: float, name: str = "r") -> CollectionRecord:
    """Return a start of the harness."""
    return CollectionRecord(
        id=f"c{key}{at}", run=name, at=minutes(at), environment=key, scenarios={}, functions={}, to_run=to_run
    )


def result(number: int, key: str = ONE, outcome: str = "passed", name: str = "r", **more: Any) -> ResultRecord:
    """Return a result that begins ``number`` minutes after noon, and is recorded half a minute later."""
    fixed = {"scenario": ROW, "fingerprint": "f", "phase": "call", "seconds": 0.1, "started": minutes(number)}
    return ResultRecord(
        id=f"q{number}", run=name, at=minutes(number + 0.5), environment=key, outcome=outcome, **{**fixed, **more}
    )


def end(at: float, how: str = "finished", name: str = "r") -> EndRecord:
    """Return the end of a run."""
    return EndRecord(id=f"end{at}{how}", run=name, at=minutes(at), how=how)


BATCH: list[Record] = [
    run(environments=4),
    environment(ONE, "2025.2.0"),
    environment(TWO, "2025.4.0"),
    environment(REFUSED, "2026.1.0"),
    RefusalRecord(id="x", run="r", at=minutes(2), environment=REFUSED, phase="install", message="no"),
    ScenarioRecord(
        id="s", run="r", at=NOON, scenario=ROW, title="Computes", file="f.py", function="f", fingerprint="f"
    ),
    collection(ONE, 3, at=3),
    collection(ONE, 1, at=9),
    collection(TWO, 5, at=6),
    result(4, outcome="failed"),
    result(5, outcome="timed-out", attempt=2),
    result(7, TWO),
    result(8, TWO, "skipped", scenario="futures/skips"),
    result(10, ONE, attempt=3),
    result(11, ONE, name="other"),
    end(9, "interrupted"),
    end(12, "interrupted"),
    end(12),
]


def told(store: Store) -> tuple[Any, ...]:
    """Return all that is told of a run, but for the order of arrival."""
    return store.runs.run("r"), store.runs.parts("r")


def test_a_run_is_counted_as_its_results_say(store: Store) -> None:
    """Results by outcome, scenarios once each, planned ones by the highest of an environment's starts."""
    store.ingest(BATCH)
    found = store.runs.run("r")
    counts = {outcome.value: many for outcome, many in found.progress.outcomes.items()}
    assert counts == {"passed": 2, "failed": 1, "timed-out": 1, "crashed": 0, "skipped": 1, "errored": 0}
    assert (found.progress.done, found.progress.planned, found.progress.results) == (3, 8, 5)
    assert (found.environments, found.record.environments) == (3, 4)
    assert (found.progress.first, found.progress.last) == (minutes(4), minutes(10.5))
    assert found.progress.seconds == 390
    assert found.newest == minutes(10.5)


def test_the_parts_of_a_run_say_what_broke_where(store: Store) -> None:
    """In the order in which it came to the environments; a refused one has no results, and says why."""
    store.ingest(BATCH)
    parts = {part.environment: part for part in store.runs.parts("r")}
    assert list(parts) == [ONE, TWO, REFUSED]
    assert parts[ONE].label == "2025.2.0, py311, as-released"
    assert [(each.title, each.outcome) for each in parts[ONE].broken] == [("Computes", Outcome.TIMED_OUT)]
    assert (parts[TWO].broken, parts[TWO].progress.planned) == ((), 5)
    assert (parts[REFUSED].refusal, parts[REFUSED].progress.results) == ("install", 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_the_order_and_repetition_of_records_changes_no_count(new_database: NewDatabase, seed: int) -> None:
    """One by one, in any order, twice each."""
    shuffled = random.Random(seed).sample(BATCH * 2, len(BATCH) * 2)
    with Store.open(new_database()) as whole, Store.open(new_database()) as single:
        whole.ingest(BATCH)
        for record in shuffled:
            single.ingest([record])
        assert told(single) == told(whole)


def test_results_arrive_in_the_order_in_which_they_were_taken(store: Store) -> None:
    """Not in that of their moments; a duplicate does not arrive again; each number goes to one result."""
    store.ingest([run(), result(9), result(3)])
    store.ingest([result(3), result(1)])
    arrivals = store.runs.after("r", 0, 10).arrivals
    assert [each.result for each in arrivals] == ["q9", "q3", "q1"]
    assert [each.result for each in store.runs.after("r", arrivals[1].number, 10).arrivals] == ["q1"]
    assert [each.result for each in store.runs.after("r", 0, 2).arrivals] == ["q9", "q3"]
    assert [each.result for each in store.runs.latest("r", 2)] == ["q1", "q3"]


def test_a_store_made_again_numbers_its_results_beyond_the_old_ones(url: str, tmp_path: Path) -> None:
    """Who listens on hears results again, and misses none."""
    records = tmp_path / "records"
    records.mkdir()
    (records / "x.jsonl").write_bytes(run().encode() + result(1).encode() + result(2).encode())
    with Store.open(url) as store:
        store.ingest_folder(records)
        last = store.runs.after("r", 0, 10).arrivals[-1].number
    rebuild(url, records)
    with Store.open(url) as store:
        assert [each.result for each in store.runs.after("r", last, 10).arrivals] == ["q1", "q2"]


def test_runs_are_listed_newest_first_page_by_page(store: Store) -> None:
    """None twice and none left out, though some began at the same moment."""
    store.ingest([run(f"r{number}", at=number // 2) for number in range(7)])
    pages, before = [], ""
    while page := store.runs.page(3, before):
        pages += [each.record.id for each in page]
        before = pages[-1]
    assert pages == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]


def test_an_unknown_run_is_named(store: Store) -> None:
    """Wherever it is asked for."""
    for ask in (store.runs.run, lambda name: store.runs.page(1, name), lambda name: store.runs.after(name, 0, 1)):
        with pytest.raises(UnknownName, match="No run 'nothing'"):
            ask("nothing")


def test_no_answer_about_runs_scans_results(store: Store) -> None:
    """Every statement on that table finds its rows by an index."""
    store.ingest(BATCH)
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    store.runs.page(20)
    store.runs.parts("r")
    store.runs.after("r", 0, 20)
    store.runs.latest("r", 20)
    plans = []
    with store.engine.connect() as connection:
        for statement, values in [each for each in asked if each[0].startswith("SELECT")]:
            plans += plan_for_results(connection, statement, values)
    assert len(plans) == 3
    assert all(re.match(r"SEARCH results USING .*INDEX results_b|Index.* using results_b", plan) for plan in plans), (
        plans
    )
    assert any(
        re.search("COVERING INDEX results_broken|Index Only Scan using results_broken", plan) for plan in plans
    ), plans


def test_a_database_of_before_is_counted_when_it_is_opened(url: str) -> None:
    """All but what was planned, which was not kept; what arrives later comes after."""
    with Store.open(url) as store:
        store.ingest(BATCH)
        before = told(store)
    _down(url, "0001")
    with Store.open(url) as store:
        found, parts = told(store)
        assert found.progress.outcomes == before[0].progress.outcomes
        assert (found.progress.done, found.progress.first, found.progress.last) == (3, minutes(4), minutes(10.5))
        assert found.progress.planned is None
        assert [part.broken for part in parts] == [part.broken for part in before[1] if part.progress.results]
        arrivals = [each.result for each in store.runs.after("r", 0, 10).arrivals]
        assert arrivals == ["q4", "q5", "q7", "q8", "q10"]
        store.ingest([result(12)])
        assert [each.result for each in store.runs.latest("r", 1)] == ["q12"]


def _down(url: str, schema: str) -> None:
    engine, config = create_engine(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, schema)
        assert connection.execute(text("SELECT count(*) FROM results")).scalar() == 6
    engine.dispose()


@pytest.mark.parametrize("how", EndStatus)
def test_a_run_ended_as_it_says(store: Store, how: EndStatus) -> None:
    """In the list of runs too; its last sign of life is what came before."""
    store.ingest([run(), result(4), end(5, how.value)])
    for found in (store.runs.run("r"), *store.runs.page(9)):
        assert (found.end, found.newest) == (End(minutes(5), how), minutes(4.5))


def test_what_is_recorded_after_the_end_of_a_run_goes_on_with_it(store: Store) -> None:
    """Until it ends again; what arrives late, and was recorded before, changes nothing."""
    store.ingest([run(), end(5, "interrupted"), result(4)])
    assert store.runs.run("r").end == End(minutes(5), EndStatus.INTERRUPTED)
    store.ingest([result(6)])
    assert store.runs.run("r").end is None
    store.ingest([end(7)])
    assert store.runs.run("r").end == End(minutes(7), EndStatus.FINISHED)


def test_an_end_is_of_its_own_run_alone(store: Store) -> None:
    """And may come before the run's record; of a run that nobody described nothing is told."""
    store.ingest([end(5, name="s"), end(6, name="unknown"), run()])
    assert store.runs.run("r").end is None
    store.ingest([run("s")])
    assert store.runs.run("s").end == End(minutes(5), EndStatus.FINISHED)
    assert [each.record.id for each in store.runs.page(9)] == ["s", "r"]


def test_results_are_coming_until_their_run_ends(store: Store) -> None:
    """Those of a run that goes on beside it still are; of one that was killed none has come since."""
    store.ingest([run(), result(4), run("s"), result(3, name="s"), run("t"), result(1, name="t")])
    assert store.freshness().newest_unfinished == minutes(4.5)
    store.ingest([end(5)])
    assert (store.freshness().newest_unfinished, store.freshness().newest_result) == (minutes(3.5), minutes(4.5))
    store.ingest([end(6, name="s")])
    assert store.freshness().newest_unfinished == minutes(1.5)
    store.ingest([result(7)])
    assert store.freshness().newest_unfinished == minutes(7.5)


def test_ends_are_made_again_from_the_record_files(url: str, tmp_path: Path) -> None:
    """Like all that a store answers."""
    rebuild_from(url, tmp_path / "records", BATCH)
    with Store.open(url) as store:
        assert store.runs.run("r").end is not None
