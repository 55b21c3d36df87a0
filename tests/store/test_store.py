"""The store ingests records in any order, any number of times, and gives the same answers."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import (
    CollectionRecord,
    EnvironmentRecord,
    Record,
    RefusalRecord,
    Rejection,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.store.failures import DatabaseTooNew, DatabaseUnreachable
from dask_matrix.store.models import Table
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
GOOD, BAD = "0" * 16, "1" * 16
ROW = "futures/from_delayed/computes"


def minutes(number: float) -> datetime:
    """Return a moment that many minutes after noon."""
    return NOON + timedelta(minutes=number)


def environment(key: str, release: str, at: float = 0) -> EnvironmentRecord:
    """Return the description of an environment."""
    return EnvironmentRecord(
        id=f"e-{key}-{at}", run="r", at=minutes(at), key=key, release=release, python="3.11", lane="as-released",
        platform="linux-x86_64", lock=f"dask=={release}\n",
    )  # fmt: skip


def refusal(key: str, at: float = 1) -> RefusalRecord:
    """Return the refusal of an environment."""
    return RefusalRecord(id=f"x-{key}-{at}", run="r", at=minutes(at), environment=key, phase="install", message="no")


def scenario(name: str = ROW, fingerprint: str = "f", at: float = 0, **more: Any) -> ScenarioRecord:
    """Return the description of a scenario."""
    values = {"title": "computes", "area": "futures", "file": "futures/test_x.py", "function": "test_x"} | more
    return ScenarioRecord(
        id=f"s-{at}-{hash(name) & 0xFFFF}", run="r", at=minutes(at), scenario=name, fingerprint=fingerprint, **values
    )


def result(
    number: int, outcome: str = "passed", key: str = GOOD, name: str = ROW, fingerprint: str = "f"
) -> ResultRecord:
    """Return a result, ``number`` minutes after noon."""
    return ResultRecord(
        id=f"q{number}", run="r", at=minutes(number), environment=key, scenario=name, fingerprint=fingerprint,
        outcome=outcome, phase="call", seconds=0.1, started=minutes(number), traceback="E  assert",
    )  # fmt: skip


def collection(
    scenarios: dict[str, str], at: float = 0, file: str = "futures/test_x.py", seen: str = "file"
) -> CollectionRecord:
    """Return what pytest collected in an environment, all of it in one function of one file."""
    functions = dict.fromkeys(scenarios, f"{file}::test_x")
    return CollectionRecord(
        id=f"c{at}", run="r", at=minutes(at), environment=GOOD, scenarios=scenarios, functions=functions,
        files={file: seen}, to_run=len(scenarios),
    )  # fmt: skip


RUN = RunRecord(id="r", run="r", at=NOON, who="me", host="here", scenario_set="scenarios", tool="0")
BATCH: list[Record] = [
    RUN,
    environment(GOOD, "2025.2.0"),
    environment(BAD, "2026.1.0"),
    refusal(BAD),
    scenario(fingerprint="old"),
    scenario(at=5),
    scenario("futures/new", at=5, formerly=["futures/was"]),
    collection({ROW: "f", "futures/was": "f"}, at=4),
    result(1, fingerprint="old"),
    result(2),
    result(3, "failed"),
    result(4, "errored"),
    result(6, name="futures/was"),
    result(7, "failed", name="futures/new"),
]


def answers(store: Store) -> dict[str, Any]:
    """Return everything the store says that does not depend on counting batches."""
    matrix = store.matrix()
    return {
        "matrix": EncodedRows.of(matrix).columnar(),
        "cells": dict(matrix.cells),
        "results": [store.results(row.id, GOOD) for row in matrix.scenarios],
        "done": store.evidence_of(GOOD),
        "collected": store.collected(GOOD),
        "former": store.scenario("futures/was").id,
        "run": store.run("r"),
    }


def test_records_taken_twice_count_as_duplicates_and_change_nothing(store: Store) -> None:
    """Taking is idempotent by record id."""
    store.ingest(BATCH)
    before = answers(store)
    taken = store.ingest(BATCH)
    assert (taken.accepted, answers(store)) == (0, before)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_records_arrive_is_irrelevant(new_database: NewDatabase, seed: int) -> None:
    """One by one in any order gives what one batch gives, renames and refusals included."""
    shuffled = random.Random(seed).sample(BATCH, len(BATCH))
    with Store.open(new_database()) as whole, Store.open(new_database()) as single:
        whole.ingest(BATCH)
        for record in shuffled:
            single.ingest([record])
        assert answers(single) == answers(whole)


def test_verdicts_are_materialised_as_the_domain_judges(store: Store) -> None:
    """Passed and failed under one fingerprint is flaky; the old fingerprint's pass does not count."""
    store.ingest(BATCH)
    matrix = store.matrix()
    row = next(each for each in matrix.scenarios if each.id == ROW)
    cell = matrix.cells[ROW, GOOD]
    assert (cell.verdict, cell.passed, cell.executions) == (Verdict.FLAKY, 1, 2)
    assert [each.verdict for each in matrix.row(row)] == [Verdict.FLAKY, Verdict.UNINSTALLABLE]


def test_an_edited_scenario_makes_its_old_results_stale_everywhere(store: Store) -> None:
    """Though no result of the new fingerprint has come yet."""
    store.ingest([environment(GOOD, "2025.2.0"), scenario(), result(1)])
    store.ingest([scenario(fingerprint="edited", at=9)])
    assert store.matrix().cells[ROW, GOOD].verdict is Verdict.STALE


def test_a_renamed_scenario_keeps_its_history(store: Store) -> None:
    """Results under a former id belong to the row that names it, and the former row is gone."""
    store.ingest([environment(GOOD, "2025.2.0"), scenario("futures/was"), result(1, name="futures/was")])
    store.ingest([scenario("futures/new", at=5, formerly=["futures/was"])])
    assert [row.id for row in store.matrix().scenarios] == ["futures/new"]
    assert store.matrix().cells["futures/new", GOOD].verdict is Verdict.PASS
    assert store.scenario("futures/was").id == "futures/new"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(5))
def test_a_scenario_renamed_there_and_back_is_itself_again(url: str, first: int) -> None:
    """Whatever the order: the newest name holds all results, and the row is not lost."""
    history = [
        scenario("a", at=0),
        scenario("b", at=1, formerly=["a"]),
        scenario("a", at=2, formerly=["b"]),
        result(3, name="a"),
        result(4, name="b"),
    ]
    with Store.open(url) as store:
        for order in (each for each in itertools.permutations(range(5)) if each[0] == first):
            for position in order:
                store.ingest([history[position]])
            assert [row.id for row in store.matrix().scenarios] == ["a"], order
            assert len(store.results("a", GOOD)) == 2, order
            assert store.scenario("b").id == "a", order
            store.rebuild([])


def test_a_newer_description_of_an_environment_clears_its_refusal(store: Store) -> None:
    """It installs after all."""
    store.ingest([environment(BAD, "2026.1.0"), refusal(BAD, at=1)])
    assert store.environment(BAD).status == "uninstallable"
    store.ingest([environment(BAD, "2026.1.0", at=2)])
    assert store.environment(BAD).status == "installable"


def test_the_matrix_can_be_had_as_it_was_at_a_moment(store: Store) -> None:
    """Before the failure came it was a pass; now it is flaky; at this moment both ways agree."""
    store.ingest(BATCH)
    assert store.matrix(minutes(2.5)).cells[ROW, GOOD].verdict is Verdict.PASS
    assert EncodedRows.of(store.matrix(minutes(60))).columnar() == EncodedRows.of(store.matrix()).columnar()


def test_an_environment_described_again_later_stays_in_the_matrix_as_it_was_before(store: Store) -> None:
    """Whichever of its descriptions came in first."""
    store.ingest([environment(GOOD, "2025.2.0", at=30), scenario(), result(1), environment(GOOD, "2025.2.0", at=0)])
    assert [each.key for each in store.matrix(minutes(5)).environments] == [GOOD]
    assert store.matrix(minutes(-5)).environments == ()


def test_what_pytest_no_longer_finds_in_a_file_is_forgotten(store: Store) -> None:
    """A parameter that went away does not stay to be planned for ever; an older collection brings nothing back."""
    store.ingest([collection({f"{ROW}[1]": "a", f"{ROW}[2]": "a"}, at=1), collection({f"{ROW}[1]": "b"}, at=2)])
    store.ingest([collection({f"{ROW}[3]": "a"}, at=0)])
    assert store.collected(GOOD).functions == {"futures/test_x.py::test_x": {f"{ROW}[1]": "b"}}


def test_a_record_file_is_taken_from_where_it_was_left_and_only_in_whole_lines(store: Store, tmp_path: Path) -> None:
    """A line still being written waits for its end."""
    path = tmp_path / "records" / "r" / "x.jsonl"
    path.parent.mkdir(parents=True)
    first, second = result(1).encode(), result(2).encode()
    path.write_bytes(first + second[:40])
    assert store.ingest_file(path, path.parents[1]).accepted == 1
    path.write_bytes(first + second)
    assert store.ingest_file(path, path.parents[1]).accepted == 1
    revision = store.revision
    assert store.ingest_file(path, path.parents[1]).accepted == 0
    assert store.revision == revision


def test_a_bad_line_in_a_file_is_told_and_the_others_are_taken(store: Store, tmp_path: Path) -> None:
    """Nothing good is lost to a neighbour."""
    path = tmp_path / "records" / "x.jsonl"
    path.parent.mkdir()
    path.write_bytes(result(1).encode() + b"{broken\n" + result(2).encode())
    taken = store.ingest_folder(path.parent)
    assert (taken.accepted, len(taken.rejected)) == (2, 1)
    assert "x.jsonl" in str(taken.rejected[0])


def test_rebuild_makes_the_same_answers_from_the_record_files(url: str, tmp_path: Path) -> None:
    """The database is an index; the records are the truth."""
    records = tmp_path / "records"
    for number, record in enumerate(BATCH):
        path = records / f"run{number % 3}" / "x.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(record.encode())
    with Store.open(url) as store:
        store.ingest_folder(records)
        before, revision = answers(store), store.revision
    taken, aside = rebuild(url, records)
    with Store.open(url) as store:
        assert (answers(store), taken.rejected, aside) == (before, [], None)
        assert store.revision > revision


def test_an_unknown_thing_is_named(store: Store) -> None:
    """Whatever it is."""
    for ask in (store.environment, store.scenario, store.result, store.run):
        with pytest.raises(UnknownName, match=r"No .* 'nothing'"):
            ask("nothing")


def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    """The message says what to do."""
    with Store.open(url) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"newer dask-matrix.*Upgrade"):
        Store.open(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    """Not a traceback."""
    path = tmp_path / "matrix.sqlite"
    path.write_text("this is not a database, whatever its name says" * 40)
    with pytest.raises(DatabaseUnreachable, match=r"matrix\.sqlite"):
        Store.open(f"sqlite:///{path}")


def test_the_migrations_make_the_tables_that_the_models_describe(store: Store) -> None:
    """No drift between the two."""
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_rejections_are_handed_through(store: Store) -> None:
    """As the caller numbered them."""
    taken = store.ingest([Rejection(3, "bad"), RUN])
    assert (taken.accepted, [str(each) for each in taken.rejected]) == (1, ["line 3: bad"])
