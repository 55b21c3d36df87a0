"""PostgreSQL gives the same answers as SQLite, whatever its time zone, collation and handling of NUL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dask_matrix.domain.records.records import Record, ResultRecord
from dask_matrix.store.failures import DatabaseTooNew, DatabaseUnreachable
from dask_matrix.store.file_ingestion import all_files
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.snapshots import digest
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase
from tests.store import test_bisections, test_matrix_contents, test_pairs, test_run_progress, test_store
from tests.store.snapshots import test_digest

ALIKE = ["q-B", "q-a", "q_C", "qB", "q.b", "q-A", "Q-a"]
"""Ids whose order depends on whom one asks."""


def alike() -> list[Record]:
    """Return results of one cell and moment, and the run of each, under ids whose order depends on whom one asks."""
    made: list[Record] = []
    for name in ALIKE:
        made += [
            test_run_progress.run(name, at=3),
            test_matrix_contents.result(3).model_copy(update={"id": name, "run": name}),
        ]
    return made


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a folder of record files in which there is everything."""
    folder = tmp_path / "records"
    folder.mkdir()
    batches: dict[str, list[Record]] = {
        "bisects": test_bisections.BATCH,
        "digest": test_digest.records(),
        "pairs": [test_pairs.described("a", "main"), test_pairs.described("c")],
        "present": [record for batch in test_matrix_contents.history(2) for record in batch],
        "runs": test_run_progress.BATCH,
        "store": test_store.BATCH,
        "alike": alike(),
    }
    for name, batch in batches.items():
        (folder / f"{name}.jsonl").write_bytes(b"".join(record.encode() for record in batch))
    return folder


@pytest.fixture
def both(postgresql: NewDatabase, records: Path, tmp_path: Path) -> Iterator[list[Store]]:
    """Return two stores made of the same record files, one in SQLite and one in PostgreSQL."""
    urls = [f"sqlite:///{tmp_path / 'matrix.sqlite'}", postgresql()]
    for url in urls:
        taken, _ = rebuild(url, records)
        assert not taken.rejected
    stores = [Store.open(url) for url in urls]
    yield stores
    for store in stores:
        store.close()


def all_answers(store: Store) -> Iterator[Any]:
    """Yield the answers to all queries of a store."""
    whole = store.current_contents()
    yield whole.freshness, sorted(whole.spans.items())
    for matrix in (whole.matrix, store.matrix(test_matrix_contents.minutes(12.5), history=True)):
        yield matrix.scenarios, matrix.environments, sorted(matrix.cells.items(), key=lambda cell: cell[0])
    for row in whole.matrix.scenarios:
        yield store.scenario(row.id), store.bisects(row.id)
        yield sorted(store.executions(row.id))
        yield [store.results(row.id, each.key) for each in whole.matrix.environments]
    for each in store.columns():
        yield store.environment(each.key), store.collected(each.key), sorted(store.verdicts_of(each.key).items())
    for run in store.runs.page(100):
        yield run, store.runs.parts(run.record.id)
        yield [
            (each.result, each.at, each.label, each.verdict)
            for each in store.runs.after(run.record.id, 0, 100).arrivals
        ]
        yield sorted(store.executed(run.record.id).items())


def test_what_is_made_of_the_same_records_says_the_same(both: list[Store]) -> None:
    """Everything, to the letter; the shipped answers too."""
    one, other = ([repr(each) for each in all_answers(store)] for store in both)
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert mine == theirs
    assert json.dumps(digest.digest(both[0])) == json.dumps(digest.digest(both[1]))


def test_moments_are_in_utc(both: list[Store]) -> None:
    """Whatever zone the server is in."""
    for store in both:
        assert {each.at.tzinfo for each in store.current_contents().matrix.environments} == {UTC}


def test_records_taken_in_again_say_the_same(both: list[Store], records: Path) -> None:
    """A database filled anew goes on as it was; another of the other kind takes in what was written since."""
    before = [repr(list(all_answers(store))) for store in both]
    for store in both:
        assert not store.rebuild(all_files(records)).rejected
    with (records / "store.jsonl").open("ab") as file:
        file.write(test_store.result(77, "failed").encode())
    assert [store.ingest_folder(records).accepted for store in both] == [1, 1]
    one, other = (repr(list(all_answers(store))) for store in both)
    assert one == other != before[0]


NUL = "a\0b"


def test_evidence_may_hold_what_is_no_text_to_a_database(store: Store) -> None:
    """What printed a NUL is shown as it is on any page; nothing around it is lost, and what is asked with one is not there."""
    raised = {"type": "E", "message": NUL}
    warned = [{"category": "FutureWarning", "message": NUL, "where": "x.py:1"}]
    record = test_matrix_contents.result(1, exception=raised, stdout=NUL, warnings=warned)
    given = ResultRecord.model_validate_json(record.encode())
    assert (
        store.ingest(
            [test_matrix_contents.environment(), test_matrix_contents.scenario(description=NUL, covers=[NUL]), given]
        ).accepted
        == 3
    )
    kept = NUL if store.engine.dialect.name == "sqlite" else "a\N{REPLACEMENT CHARACTER}b"
    found = store.result(record.id)
    assert (found.stdout, found.exception_message, found.warnings[0].message) == (kept,) * 3
    assert store.scenario(record.scenario).covers == (kept,)
    assert store.current_contents().freshness.results == 1
    assert store.results(NUL, NUL) == []
    assert store.ingest([given]).duplicates == 1


def test_what_hinders_another_database_than_a_file_is_told_and_nothing_set_aside(
    postgresql: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a file that is called like the database."""
    url = postgresql()
    monkeypatch.chdir(tmp_path)
    engine = create_engine(url)
    beside = tmp_path / str(engine.url.database)
    beside.write_text("mine")
    Store.open(url).close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNew):
        rebuild(url, tmp_path)
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        rebuild(url.replace(f"/{beside.name}?", f"/{beside.name}x?"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [beside.name]
