"""Rebuild a database from the record files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dask_matrix.store.database import (
    copy_over,
    create_folder,
    file_of,
    is_damaged,
    open_as_it_is,
    open_new,
    refuse_newer,
    write_lock_of,
)
from dask_matrix.store.failures import DatabaseDamaged, DatabaseTooNew, damaged
from dask_matrix.store.file_ingestion import IngestReport, all_files
from dask_matrix.store.store import Store
from dask_matrix.store.write_lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEANWHILE = 1_000_000
"""More than the revisions that others add to a database while it is made anew: one per batch and per result."""


def rebuild(
    database: str | Path, records: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[IngestReport, Path | None]:
    """Replace the content of a database by the record files below a folder.

    An SQLite database is made anew in a file beside it, and replaced when that is complete: until then others read it and
    write to it as ever, and nothing is lost if this process is killed or the disk is full. One that is damaged or too
    new is renamed; its new path is returned with the counts. One that cannot be read for another reason, such as a lock,
    is left as it is: raises DatabaseUnreachable. For other databases, which are refilled in one transaction, raises
    DatabaseTooNew or DatabaseUnreachable. ``progress`` is told how many of how many bytes were read.
    """
    file = file_of(database)
    if file is None:
        with Store.open(database) as store:
            return store.rebuild(all_files(records, progress)), None
    create_folder(file.parent)
    new = file.with_name(f"{file.name}.new")
    with exclusive(file.with_name(f"{file.name}.rebuild.lock"), "rebuilds the database"):
        _remove(new)  # left by a rebuild that was killed
        try:
            with Store(open_new(new)) as store:
                store.advance(_revision_after(file))
                report = store.rebuild(all_files(records, progress), is_new=True)
                return report, _replace(file, store, records, report)
        finally:
            _remove(new)


def _revision_after(file: Path) -> int:
    """Return a revision that a database will not have reached when it is replaced; 0 if it is damaged or too new.

    Results are numbered from it, so that who listens to the old database hears those of the new one.
    """
    if not file.exists():
        return 0
    try:
        with Store(open_as_it_is(file)) as store:
            return store.revision + MEANWHILE
    except (DatabaseTooNew, DatabaseDamaged):
        return 0


def _replace(file: Path, new: Store, records: Path, report: IngestReport) -> Path | None:
    """Replace an SQLite database by a new one; return the path that it was renamed to, if it is damaged or too new.

    What was recorded meanwhile is added to ``report``.
    """
    report += new.ingest_folder(records)  # most of what was recorded meanwhile, while others may still write
    with exclusive(write_lock_of(file), "puts a rebuilt database in its place"):
        report += new.ingest_folder(records)
        try:
            revision = _revision_of(file)
        except (DatabaseTooNew, DatabaseDamaged):
            aside: Path | None = _set_aside(file)
        else:
            aside = None
            new.advance(revision)
        copy_over(new.engine, file)
    return aside


def _revision_of(file: Path) -> int:
    """Return the revision of a database file, 0 if there is none; raise DatabaseTooNew or DatabaseUnreachable."""
    if not file.exists():
        return 0
    with Store(open_as_it_is(file)) as store:
        refuse_newer(store.engine)
        if is_damaged(store.engine):
            raise damaged(store.engine, "not every page of it can be read")
        return store.revision


def _set_aside(file: Path) -> Path:
    """Rename a database file with its -wal and -shm files; return its new path."""
    aside = file.with_name(f"{file.name}.{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _remove(new: Path) -> None:
    for path in new.parent.glob(f"{new.name}*"):
        path.unlink()
