"""Makes a database again from the record files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from dask_matrix.store.database import DatabaseTooNew, DatabaseUnreachable
from dask_matrix.store.store import Store, Taken


def rebuild(url: str, records: Path) -> tuple[Taken, Path | None]:
    """Fill a database from the record files below a folder, as if for the first time.

    A database file that is damaged, or of a newer version, is set aside; where to is returned beside the counts.
    Raises what hindered it, DatabaseTooNew or DatabaseUnreachable, for databases that are no file.
    """
    aside = None
    try:
        store = Store.open(url)
    except (DatabaseTooNew, DatabaseUnreachable):
        if make_url(url).get_backend_name() != "sqlite":
            raise
        aside = _set_aside(url)
        store = Store.open(url)
    with store:
        return store.refill(records), aside


def _set_aside(url: str) -> Path:
    """Rename a database file, with what SQLite keeps beside it; raise DatabaseUnreachable if there is none."""
    path = Path(make_url(url).database or "")
    if not path.is_file():
        raise DatabaseUnreachable(f"Cannot open the database {path}, and there is no file to set aside.")
    aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside
