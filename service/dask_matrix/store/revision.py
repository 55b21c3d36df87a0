"""The revision of a database, read before every answer: exact, and as cheap as can be."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Engine, PoolProxiedConnection

READ = "SELECT number FROM revision WHERE id = 1"


class Pulse:
    """Reads the revision of an SQLite file over a connection of its own, which waits for nobody. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, Lock()
        self._connection: PoolProxiedConnection | None = None

    def read(self) -> int | None:
        """Return the revision as the last commit left it; None where it takes waiting, or cannot be read at all."""
        if self._engine.dialect.name != "sqlite" or not self._lock.acquire(blocking=False):
            return None
        trouble: Any = self._engine.dialect.loaded_dbapi.Error
        try:
            return self._read()
        except (trouble, SQLAlchemyError):
            self._let_go()
            return None
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
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
        rows = cursor.fetchall()  # all of them, or the read would not end, and the next not see what came meanwhile
        cursor.close()
        return rows[0][0] if rows else 0
