"""Opens a database: engine, pragmas, migrations."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError

from service.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = {"writes": True}
"""The execution option of a transaction that will write: SQLite then takes its one write lock at the start."""


class DatabaseTooNew(DaskMatrixError):
    """The database was written by a newer dask-matrix; nothing in it was changed."""


class DatabaseUnreachable(DaskMatrixError):
    """The database cannot be opened."""


def open_engine(url: str) -> Engine:
    """Return an engine on a database brought to the present schema.

    Raises DatabaseTooNew if a newer dask-matrix made it, DatabaseUnreachable if it cannot be opened.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        _make_folder(Path(parsed.database).parent)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # nox logs whatever any library says
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine)
    try:
        _migrate(engine)
    except DatabaseError as error:
        engine.dispose()
        reason = str(error.orig)
        raise DatabaseUnreachable(f"Cannot open the database {parsed.render_as_string()}: {reason}") from None
    except DaskMatrixError:
        engine.dispose()
        raise
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachable(f"Cannot make the data folder {folder}: {error.strerror}.") from None


def _teach_sqlite(engine: Engine) -> None:
    """Write-ahead logging, so that readers go on while the one writer writes; transactions begun by us."""

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date; several processes may try at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.execution_options(**WRITES).begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == script.get_current_head():
            return
        known = {revision.revision for revision in script.walk_revisions()}
        if current is not None and current not in known:
            where = engine.url.render_as_string()
            raise DatabaseTooNew(
                f"The database {where} was written by a newer dask-matrix (schema {current}). "
                "Upgrade dask-matrix, or use another --data folder; the records can be read by `dask-matrix rebuild`."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
