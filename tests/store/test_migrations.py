"""A migrated database of an earlier version gives the same answers as a new one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, create_engine, event

from dask_matrix.domain.records.installation import Installation
from dask_matrix.domain.records.records import EndRecord, InstallationRecord, RunRecord
from dask_matrix.domain.records.run_end import End, EndStatus
from dask_matrix.store.database import MIGRATIONS
from dask_matrix.store.matrix_contents import CurrentContents
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase
from tests.store.test_matrix_contents import KEYS, ROWS, WARNING, environment, history, minutes, result, scenario


@contextmanager
def plain(url: str) -> Iterator[Engine]:
    """Yield an engine that nothing of ours prepared, but for what lets SQLite change tables within a transaction."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    yield engine
    engine.dispose()


def earlier(url: str, revision: str) -> None:
    """Make an empty database of an earlier version."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with plain(url) as engine, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def copied(source: str, target: str) -> None:
    """Copy what the tables of a database have in common with those of another into it."""
    tables = MetaData()
    with plain(source) as ours, plain(target) as theirs, ours.connect() as reading, theirs.begin() as writing:
        tables.reflect(writing)
        for table in tables.sorted_tables:
            rows = reading.execute(table.select()).mappings().all() if table.name != "alembic_version" else []
            if rows:
                writing.execute(table.insert(), [dict(row) for row in rows])


def told(found: CurrentContents) -> Any:
    """Return all that is told of the present."""
    return found.revision, found.matrix, dict(found.matrix.cells), found.spans, found.freshness


@pytest.mark.slow
@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
def test_a_database_of_an_earlier_version_is_completed_from_its_results(new_bare: NewDatabase, revision: str) -> None:
    """Warnings, counts and moments included; and it goes on from there."""
    old, new = new_bare(), new_bare()
    with Store.open(new) as store:
        for batch in history(1):
            store.ingest(batch)
        store.ingest([environment(KEYS[0], 90), environment(KEYS[1], 90), scenario(ROWS[0], 90)])
        store.ingest([result(91, key=KEYS[0]), result(92, key=KEYS[1], warnings=[WARNING])])
        store.ingest([result(93, "bag/never_ended", outcome="errored", warnings=[WARNING])])
    earlier(old, revision)
    copied(new, old)
    with Store.open(old) as before, Store.open(new) as store:
        kept = before.current_contents()
        assert any(cell.warned for cell in kept.matrix.cells.values())
        assert told(kept) == told(store.current_contents())
        assert before.matrix(minutes(33)) == store.matrix(minutes(33))
        for each in (before, store):
            each.ingest([result(99, outcome="failed")])
        assert told(before.current_contents(kept)) == told(store.current_contents())


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
def test_a_database_of_before_takes_ends_and_installations(new_bare: NewDatabase, revision: str) -> None:
    """It has none at first."""
    old = new_bare()
    earlier(old, revision)
    run = RunRecord(id="r", run="r", at=minutes(0), who="me", host="here", scenario_set="scenarios", tool="0")
    installed = InstallationRecord(id="i", run="r", at=minutes(1), environment=KEYS[0], log="done", seconds=1)
    with Store.open(old) as store:
        store.ingest([run])
        assert (store.runs.run("r").end, store.installation(KEYS[0])) == (None, None)
        store.ingest([EndRecord(id="x", run="r", at=minutes(2), how="finished"), installed])
        assert store.runs.run("r").end == End(minutes(2), EndStatus.FINISHED)
        assert store.installation(KEYS[0]) == Installation(minutes(1), "r", "done", 1)
