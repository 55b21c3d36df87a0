"""What a database cannot do, in sentences: it is damaged, full, locked, or not to be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from sqlalchemy import Engine

DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE for a full disk."""
SQLITE_CODES = (
    *("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FULL", "SQLITE_BUSY"),
    *("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY"),
)
"""The names of SQLite's error codes that are told apart."""

READ_ONLY = {"read_only": True}
"""Execution option of an SQLite file that this process may not write to."""


class DatabaseTooNew(DaskMatrixError):
    """The database was written by a newer dask-matrix; it is left unchanged."""


class DatabaseUnreachable(DaskMatrixError):
    """The database cannot be opened, read or written."""


class DatabaseDamaged(DatabaseUnreachable):
    """The database file is damaged, lacks a table, or is no database."""


class DatabaseFull(DatabaseUnreachable):
    """There is no space left to write to the database."""

    exit_code = 1


class DatabaseLocked(DatabaseUnreachable):
    """Another program locks the database."""

    exit_code = 1


class DatabaseChanged(DatabaseUnreachable):
    """The database was written to while it was read without a lock."""

    exit_code = 1


class DiskBroken(DatabaseUnreachable):
    """The disk does not do what is asked of it, such as one with a quota on the size of files."""

    exit_code = 1


def failure(engine: Engine, error: Exception) -> DatabaseUnreachable:
    """Return the error to raise for what a database driver reports, by itself or through SQLAlchemy."""
    where = engine.url.database if engine.dialect.name == "sqlite" else engine.url.render_as_string()
    reason = " ".join(str(getattr(error, "orig", error)).split())
    if is_damage(engine, error) or _lacks_a_table(engine, reason):
        return damaged(engine, reason)
    if is_full(engine, error):
        return DatabaseFull(
            f"No space left to write to the database {where}: {reason}. Nothing that was recorded is lost: "
            "free some space, then run the command again, which reads the rest from the record files."
        )
    if _code(engine, error) == "SQLITE_BUSY":
        return DatabaseLocked(
            f"Another program has locked the database {where}: {reason}. Try again when it has ended."
        )
    kind = DiskBroken if _code(engine, error) == "SQLITE_IOERR" else DatabaseUnreachable
    return kind(f"Cannot use the database {where}: {reason}.")


def damaged(engine: Engine, reason: str) -> DatabaseDamaged | DatabaseChanged:
    """Return the error to raise for a damaged SQLite file, which may only seem so where it is read without a lock."""
    if is_read_only(engine):
        return DatabaseChanged(
            f"The database {engine.url.database} changed while it was read: {reason}. Try again. "
            "If this stays so, it is damaged: ask its owner to run `dask-matrix rebuild`."
        )
    return DatabaseDamaged(
        f"The database {engine.url.database} is damaged: {reason}. "
        "Run `dask-matrix rebuild` to make it again from the record files."
    )


def is_read_only(engine: Engine) -> bool:
    """Whether an SQLite file was opened for reading only, without a lock."""
    return bool(engine.get_execution_options().get("read_only"))


def is_damage(engine: Engine, error: Exception) -> bool:
    """Whether an error says that an SQLite file is damaged or no database."""
    return _code(engine, error) in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


def _lacks_a_table(engine: Engine, reason: str) -> bool:
    """Whether an SQLite file has not the tables that each database of ours has: others' file, or an empty one."""
    return engine.dialect.name == "sqlite" and reason.startswith("no such table")


def is_full(engine: Engine, error: Exception) -> bool:
    """Whether an error says that the disk is full."""
    return _code(engine, error) in {"SQLITE_FULL", DISK_FULL}


def is_refused(engine: Engine, error: Exception) -> bool:
    """Whether SQLite could not even ask: the file is locked, cannot be opened, read or written."""
    return _code(engine, error) in {"SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_FULL"}


def _code(engine: Engine, error: Exception) -> str:
    """Return SQLite's primary error code by its name, or PostgreSQL's SQLSTATE; "" if there is none."""
    raised: Any = getattr(error, "orig", error)
    if engine.dialect.name != "sqlite":
        return getattr(raised, "sqlstate", None) or ""
    code = getattr(raised, "sqlite_errorcode", None)
    driver: Any = engine.dialect.loaded_dbapi
    return next((name for name in SQLITE_CODES if code is not None and code & 0xFF == getattr(driver, name)), "")
