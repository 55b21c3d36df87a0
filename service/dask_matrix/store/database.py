"""Open a database: create the engine, set pragmas, migrate the schema if needed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_TIMEOUT = 30
"""Seconds to wait for another process's lock on an SQLite file."""
WRITES = {"writes": True}
"""Execution option of a transaction that writes: it takes the write lock when it begins."""
WRITE_LOCK = int.from_bytes(b"dask")
"""Key of the PostgreSQL advisory lock that plays the part of SQLite's write lock, one per database."""


class DatabaseTooNew(DaskMatrixError):
    """The database was written by a newer dask-matrix; it is left unchanged."""


class DatabaseUnreachable(DaskMatrixError):
    """The database cannot be opened."""


def open_engine(url: str) -> Engine:
    """Open a database, migrate it to the current schema and return its engine.

    Raises DatabaseTooNew if a newer dask-matrix wrote it, DatabaseUnreachable if it cannot be opened.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        _create_folder(Path(parsed.database).parent)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine)
    elif engine.dialect.name == "postgresql":
        _configure_postgresql(engine)
    try:
        if not _is_current(engine):
            _migrate(engine)
    except DatabaseError as error:
        engine.dispose()
        reason = str(error.orig)
        raise DatabaseUnreachable(f"Cannot open the database {parsed.render_as_string()}: {reason}") from None
    except DaskMatrixError:
        engine.dispose()
        raise
    return engine


def _create_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachable(f"Cannot create the data folder {folder}: {error.strerror}.") from None


def _configure_sqlite(engine: Engine) -> None:
    """Use a write-ahead log, so that a writer does not block readers, and begin transactions explicitly."""

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT}000")
        _enable_write_ahead_log(cursor, engine.dialect.loaded_dbapi)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _enable_write_ahead_log(cursor: DBAPICursor, driver: Any) -> None:
    """Switch to a write-ahead log; retry here, since SQLite's busy timeout does not apply to this switch."""
    until = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except driver.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != driver.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _configure_postgresql(engine: Engine) -> None:
    """Allow one writer at a time, even before there is a row or table to lock."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")


def _is_current(engine: Engine) -> bool:
    """Whether the schema is up to date; checked without Alembic, which is slow to import."""
    head = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection:
        try:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == head
        except (OperationalError, ProgrammingError):
            return False  # a new database


def _migrate(engine: Engine) -> None:
    """Migrate the schema to the current version; safe when several processes try at once."""
    from dask_matrix.store.migrate import migrate  # noqa: PLC0415 - slow to import and rarely needed

    if newer := migrate(engine.execution_options(**WRITES), MIGRATIONS):
        where = engine.url.render_as_string()
        raise DatabaseTooNew(
            f"The database {where} was written by a newer dask-matrix (schema {newer}). "
            "Upgrade dask-matrix, use another --data folder, or run `dask-matrix rebuild` to recreate it from the records."
        )
