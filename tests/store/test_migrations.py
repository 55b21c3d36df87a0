"""A database of an earlier version answers, once it is brought to the present schema, as one made anew."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event

from service.domain.ending import End, How
from service.domain.installation import Installation
from service.domain.records import EndRecord, InstallationRecord, RunRecord
from service.store.database import MIGRATIONS
from service.store.present import Present
from service.store.store import Store

from .test_present import KEYS, ROWS, WARNING, environment, history, minutes, result, scenario


def earlier(path: Path, revision: str) -> None:
    """Make an empty database of an earlier version."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def copied(source: Path, target: Path) -> None:
    """Copy what the tables of a database have in common with those of another into it."""
    with sqlite3.connect(target) as connection:
        connection.execute("ATTACH ? AS source", (str(source),))
        for (table,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table != "alembic_version":
                names = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
                connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM source.{table}")  # noqa: S608 - our own names
    connection.close()


def told(found: Present) -> Any:
    """Return all that is told of the present."""
    return found.revision, found.matrix, dict(found.matrix.cells), found.spans, found.freshness


def test_a_database_of_the_first_version_is_completed_from_its_results(tmp_path: Path) -> None:
    """Warnings, counts and moments included; and it goes on from there."""
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with Store.open(f"sqlite:///{new}") as store:
        for batch in history(1):
            store.take(batch)
        store.take([environment(KEYS[0], 90), environment(KEYS[1], 90), scenario(ROWS[0], 90)])
        store.take([result(91, key=KEYS[0]), result(92, key=KEYS[1], warnings=[WARNING])])
        store.take([result(93, "bag/never_ended", outcome="errored", warnings=[WARNING])])
    earlier(old, "0001")
    copied(new, old)
    with Store.open(f"sqlite:///{old}") as before, Store.open(f"sqlite:///{new}") as store:
        kept = before.present()
        assert any(cell.warned for cell in kept.matrix.cells.values())
        assert told(kept) == told(store.present())
        assert before.matrix(minutes(33)) == store.matrix(minutes(33))
        for each in (before, store):
            each.take([result(99, outcome="failed")])
        assert told(before.present(kept)) == told(store.present())


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
def test_a_database_of_before_takes_ends_and_installations(tmp_path: Path, revision: str) -> None:
    """It has none at first."""
    old = tmp_path / "old.sqlite"
    earlier(old, revision)
    run = RunRecord(id="r", run="r", at=minutes(0), who="me", host="here", scenario_set="scenarios", tool="0")
    installed = InstallationRecord(id="i", run="r", at=minutes(1), environment=KEYS[0], log="done", seconds=1)
    with Store.open(f"sqlite:///{old}") as store:
        store.take([run])
        assert (store.runs.run("r").end, store.installation(KEYS[0])) == (None, None)
        store.take([EndRecord(id="x", run="r", at=minutes(2), how="finished"), installed])
        assert store.runs.run("r").end == End(minutes(2), How.FINISHED)
        assert store.installation(KEYS[0]) == Installation(minutes(1), "r", "done", 1)
