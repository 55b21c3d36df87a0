"""Rebuild a database from the record files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from dask_matrix.store.database import DatabaseTooNew, DatabaseUnreachable
from dask_matrix.store.store import IngestReport, Store


def rebuild(url: str, records: Path) -> tuple[IngestReport, Path | None]:
    """Replace the content of a database by the record files below a folder.

    An SQLite file that is damaged or too new is renamed first; its new path is returned with the counts.
    For other databases, raises DatabaseTooNew or DatabaseUnreachable.
    """
    backup = None
    try:
        store = Store.open(url)
    except (DatabaseTooNew, DatabaseUnreachable):
        if make_url(url).get_backend_name() != "sqlite":
            raise
        backup = _back_up(url)
        store = Store.open(url)
    with store:
        return store.rebuild(records), backup


def _back_up(url: str) -> Path:
    """Rename a database file with its -wal and -shm files; raise DatabaseUnreachable if there is no file."""
    path = Path(make_url(url).database or "")
    if not path.is_file():
        raise DatabaseUnreachable(f"Cannot open the database {path}, and it is not a file that could be renamed.")
    backup = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(backup.with_name(backup.name + suffix))
    return backup
