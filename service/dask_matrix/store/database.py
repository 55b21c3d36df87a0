"""Opens a database: engine, pragmas, and migrations where they are needed."""

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
PATIENCE = 30
"""Seconds that SQLite waits for another process."""
WRITES = {"writes": True}
"""The execution option of a transaction that will write: it waits at its start until nobody else writes."""
WRITER = int.from_bytes(b"dask")
"""The number of PostgreSQL's advisory lock that stands for SQLite's one write lock, in each database."""


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
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine)
    elif engine.dialect.name == "postgresql":
        _teach_postgresql(engine)
    try:
        if not _is_present(engine):
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
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE}000")
        _write_ahead(cursor, engine.dialect.loaded_dbapi)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(cursor: DBAPICursor, driver: Any) -> None:
    """Have a write-ahead log; SQLite itself does not wait for others who switch a new file to one at the same moment."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except driver.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != driver.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _teach_postgresql(engine: Engine) -> None:
    """One writer at a time also where there is no row, or not even a table, that writers could hold."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")


def _is_present(engine: Engine) -> bool:
    """Whether the schema is the present one: asked without Alembic, which takes a while to import."""
    head = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection:
        try:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == head
        except (OperationalError, ProgrammingError):
            return False  # a new database


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date; several processes may try at once."""
    from dask_matrix.store.migrate import migrate  # noqa: PLC0415 - slow to import, and seldom needed

    if newer := migrate(engine.execution_options(**WRITES), MIGRATIONS):
        where = engine.url.render_as_string()
        raise DatabaseTooNew(
            f"The database {where} was written by a newer dask-matrix (schema {newer}). "
            "Upgrade dask-matrix, or use another --data folder; the records can be read by `dask-matrix rebuild`."
        )
