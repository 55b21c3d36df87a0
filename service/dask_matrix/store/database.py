"""Open a database: create the engine, set pragmas, migrate the schema if needed."""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, ProgrammingError

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.store.failures import (
    READ_ONLY,
    DatabaseTooNew,
    DatabaseUnreachable,
    failure,
    is_damage,
    is_read_only,
    is_refused,
)
from dask_matrix.store.write_lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_TIMEOUT = 30
"""Seconds to wait for another process's lock on an SQLite file."""
LOGGED = ("synchronous=NORMAL", f"journal_size_limit={64 * 2**20}")
"""Pragmas of a database with a write-ahead log, by which a writer does not block readers."""
UNLOGGED = ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{128 * 2**10}")
"""Pragmas of a file that only this process uses, and that is deleted if anything fails."""
ALONE = {"alone": True}
"""Execution option of a database that no other process knows: it needs no lock."""
WRITES = {"writes": True}
"""Execution option of a transaction that writes: it takes the write lock when it begins."""
WRITE_LOCK = int.from_bytes(b"dask")
"""Key of the PostgreSQL advisory lock that plays the part of SQLite's write lock, one per database."""


def url_of(database: str | Path) -> URL:
    """Return the URL of a database: a path is that of an SQLite file, whatever characters it contains."""
    return URL.create("sqlite", database=str(database)) if isinstance(database, Path) else make_url(database)


def file_of(database: str | Path) -> Path | None:
    """Return the path of an SQLite file; None for other databases, and for one in memory."""
    url = url_of(database)
    is_file = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(url.database) if is_file and url.database else None


def open_engine(database: str | Path) -> Engine:
    """Open a database by its path or URL, migrate it to the current schema and return its engine.

    An SQLite file that this process may not write to is opened for reading only.
    Raises DatabaseTooNew if a newer dask-matrix wrote it, DatabaseUnreachable if it cannot be opened.
    """
    file = file_of(database)
    if file:
        create_folder(file.parent)
    if file and may_only_be_read(file):
        return _open_read_only(file)
    engine = create_engine(url_of(database))
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine, LOGGED)
    elif engine.dialect.name == "postgresql":
        _configure_postgresql(engine)
    with _opening(engine):
        if not _is_current(engine):
            _migrate(engine)
    return engine


def open_new(file: Path) -> Engine:
    """Create an SQLite file that is written quickly and not safely: for one process, which deletes it if it fails."""
    engine = create_engine(url_of(file), execution_options=ALONE)
    _configure_sqlite(engine, UNLOGGED)
    with _opening(engine):
        _migrate(engine)
    return engine


def open_as_it_is(file: Path) -> Engine:
    """Open an SQLite file whatever its schema, which is not changed."""
    engine = create_engine(url_of(file))
    _configure_sqlite(engine, ())
    return engine


def copy_over(engine: Engine, file: Path) -> None:
    """Replace the content of an SQLite file by that of another, in one transaction, with SQLite's backup API.

    A file must not be renamed in place of a database that others may have open: they would go on with the old one, and
    its write-ahead log would be taken for the new one's.
    """
    target = create_engine(url_of(file))
    _configure_sqlite(target, LOGGED)
    try:
        with closing(engine.raw_connection()) as source, closing(target.raw_connection()) as destination:
            connection: Any = source.driver_connection
            connection.backup(destination.driver_connection)
    except target.dialect.loaded_dbapi.Error as error:
        raise failure(target, error) from None
    finally:
        target.dispose()


@contextmanager
def _opening(engine: Engine) -> Iterator[None]:
    """Dispose of an engine that cannot be opened, and say why."""
    try:
        yield
    except DatabaseError as error:
        engine.dispose()
        raise failure(engine, error) from None
    except DaskMatrixError:
        engine.dispose()
        raise


def may_only_be_read(file: Path) -> bool:
    """Whether this process may read an SQLite file but not write to it or to its folder."""
    return file.exists() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def _open_read_only(file: Path) -> Engine:
    """Open an SQLite file that is not changed. Its write-ahead log is left where the last writer did not close it.

    Each read opens the file anew: another process may change it, which a connection kept open would not notice.
    """
    path = file.absolute()
    engine = create_engine(
        url_of(file), poolclass=NullPool, creator=lambda: _connect_read_only(path), execution_options=READ_ONLY
    )
    _configure_sqlite(engine, ())
    with _opening(engine):
        if not _is_current(engine):
            raise DatabaseUnreachable(
                f"The database {file} has another schema than this dask-matrix, and may only be read. "
                "Copy its data folder to where you may write, or run the command as its owner once."
            )
    return engine


def _connect_read_only(file: Path) -> DBAPIConnection:
    """Connect to an SQLite file with its write-ahead log, if it has one now: to make one needs a writable folder."""
    log, shared = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    has_log = log.exists() and (log.stat().st_size > 0 or shared.exists())
    mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    driver: Any = url_of(file).get_dialect().import_dbapi()
    connection: DBAPIConnection = driver.connect(f"{file.as_uri()}?{mode}", uri=True, check_same_thread=False)
    return connection


def create_folder(folder: Path) -> None:
    """Create the folder of a database; raise DatabaseUnreachable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachable(f"Cannot create the data folder {folder}: {error.strerror}.") from None


def _configure_sqlite(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Set pragmas on each connection, and begin transactions explicitly."""

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT}000")
        if pragmas is LOGGED:
            _enable_write_ahead_log(cursor, engine.dialect.loaded_dbapi)
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def forget(context: ExceptionContext) -> None:
        """Open a damaged file anew next time: `dask-matrix rebuild` puts another in its place."""
        if isinstance(context.sqlalchemy_exception, DBAPIError) and is_damage(engine, context.sqlalchemy_exception):
            context.is_disconnect = True


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
    return _schema(engine) == head


def _schema(engine: Engine) -> str | None:
    """Return the version of a database's schema; None if it is new."""
    with engine.connect() as connection:
        try:
            version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        except (OperationalError, ProgrammingError) as error:
            if is_damage(engine, error) or is_refused(engine, error):
                raise
            return None
    return version


def _migrate(engine: Engine) -> None:
    """Migrate the schema to the current version; safe when several processes try at once."""
    from dask_matrix.store.migrate import migrate  # noqa: PLC0415 - slow to import and rarely needed

    with only_writer(engine):
        newer = migrate(engine.execution_options(**WRITES), MIGRATIONS)
    if newer:
        raise _too_new(engine, newer)


def _too_new(engine: Engine, schema: str) -> DatabaseTooNew:
    is_file = engine.dialect.name == "sqlite"
    where = engine.url.database if is_file else engine.url.render_as_string()
    ways = (
        "use another --data folder, or run `dask-matrix rebuild` to make it again"
        if is_file
        else "use another database"
    )
    return DatabaseTooNew(
        f"The database {where} was written by a newer dask-matrix (schema {schema}). Upgrade dask-matrix, or {ways}."
    )


@contextmanager
def only_writer(engine: Engine, does: str = "writes to the database") -> Iterator[None]:
    """Hold the write lock of a database; other databases than SQLite files have a lock of their own.

    Raises DatabaseUnreachable if it is open for reading only.
    """
    file = file_of_engine(engine)
    if is_read_only(engine):
        raise DatabaseUnreachable(
            f"Cannot write to the database {file}: you may only read it. "
            "Use another --data folder, or copy this one to where you may write."
        )
    if file is None or engine.get_execution_options().get("alone"):
        yield
        return
    with exclusive(write_lock_of(file), does):
        yield


def write_lock_of(file: Path) -> Path:
    """Return the path of the lock file that each writer of an SQLite file holds."""
    return file.with_name(f"{file.name}.lock")


def refuse_newer(engine: Engine) -> None:
    """Raise DatabaseTooNew if a newer dask-matrix wrote an SQLite file, DatabaseUnreachable if it cannot be read."""
    known = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    with _opening(engine):
        if (schema := _schema(engine)) not in {None, *known}:
            raise _too_new(engine, str(schema))


def file_of_engine(engine: Engine) -> Path | None:
    """Return the path of an engine's SQLite file; None if it has none."""
    named = engine.dialect.name == "sqlite" and engine.url.database
    return Path(named) if named and named != ":memory:" else None


def is_damaged(engine: Engine) -> bool:
    """Whether an SQLite file is damaged, according to SQLite's own quick check, which reads all of it."""
    if engine.dialect.name != "sqlite":
        return False
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok"
    except DatabaseError as error:
        return is_damage(engine, error)
