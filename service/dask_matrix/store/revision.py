"""Read a database's revision without waiting for locks, before every answer."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from dask_matrix.store.failures import is_read_only

if TYPE_CHECKING:
    from sqlalchemy import Engine, PoolProxiedConnection

READ = "SELECT number FROM revision WHERE id = 1"


class RevisionReader:
    """Reads the revision of an SQLite file over its own connection, which never waits for a lock. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, Lock()
        self._connection: PoolProxiedConnection | None = None

    def read(self) -> int | None:
        """Return the last committed revision; None if it is locked, unreadable, or not in SQLite."""
        if self._engine.dialect.name != "sqlite" or not self._lock.acquire(blocking=False):
            return None
        driver_error: Any = self._engine.dialect.loaded_dbapi.Error
        try:
            return self._read()
        except (driver_error, SQLAlchemyError):
            self._close()
            return None
        finally:
            if is_read_only(self._engine):  # a connection kept open would not notice what others write
                self._close()
            self._lock.release()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _read(self) -> int | None:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
            self._connection.detach()
            self._connection.cursor().execute("PRAGMA busy_timeout=0")
        cursor = self._connection.cursor()
        cursor.execute(READ)
        rows = cursor.fetchall()  # fetch all, or the read transaction stays open and the next read sees old data
        cursor.close()
        return rows[0][0] if rows else 0
