"""The store: takes records in, gives domain objects out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dask_matrix.domain.records.records import Rejection, parse_lines
from dask_matrix.store import models
from dask_matrix.store.database import WRITES
from dask_matrix.store.ingestion import Take
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.queries import StoreQueries
from dask_matrix.store.record_files import lines_before, record_files, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.domain.records.records import Record

__all__ = ["Freshness", "Store", "Taken"]


@dataclass
class Taken:
    """What became of a batch: how many records were new, how many already known, and each line that was no record."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        """Count another batch in."""
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.rejected += other.rejected
        return self


class Store(StoreQueries):
    """One database of records and what follows from them. Safe to use from several processes at once."""

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(**WRITES)) as session, session.begin():
            _next_revision(session)
            yield session

    def take(self, batch: Iterable[Record | Rejection]) -> Taken:
        """Take records in, in one transaction."""
        taken, good = _sort(batch)
        with self._writing() as session:
            _take(session, good, taken)
        return taken

    def take_file(self, path: Path, root: Path) -> Taken:
        """Take in what a record file has gained since the last time; a line still being written waits for the next.

        Nothing is written, and nothing locked, when there is nothing new.
        """
        name = path.relative_to(root).as_posix()
        with self._reading() as session:
            row = session.get(models.RecordFile, name)
            start = row.taken if row else 0
        taken = Taken()
        while chunk := whole_lines(path, start):
            with self._writing() as session:
                start = _take_chunk(session, path, root, start, chunk, taken)
        return taken

    def take_folder(self, root: Path) -> Taken:
        """Take in whatever any record file below a folder has gained."""
        taken = Taken()
        with self._reading() as session:
            query = select(models.RecordFile.name, models.RecordFile.taken)
            known = {row.name: row.taken for row in session.execute(query)}
        for path in record_files(root):
            if path.stat().st_size > known.get(path.relative_to(root).as_posix(), 0):
                taken += self.take_file(path, root)
        return taken

    def refill(self, root: Path) -> Taken:
        """Forget everything and take in the record files below a folder anew, in one transaction: readers see all or nothing."""
        taken = Taken()
        with self._writing() as session:
            for table in reversed(models.Table.metadata.sorted_tables):
                if table.name != models.Revision.__tablename__:  # it goes on counting: answers may have changed
                    session.execute(delete(table))
            revision = session.get_one(models.Revision, models.ONLY)
            revision.shape = revision.removed = revision.number
            for path in record_files(root):
                start = 0
                while chunk := whole_lines(path, start):
                    start = _take_chunk(session, path, root, start, chunk, taken)
        return taken


def _next_revision(session: Session) -> None:
    """Count one on, before anything else is written: nobody else writes until this transaction ends.

    The first number is the present second, so that a database made anew never repeats the numbers of the one before.
    """
    revision = session.get(models.Revision, models.ONLY, with_for_update=True)
    if revision is None:
        number = int(datetime.now(UTC).timestamp())
        revision = models.Revision(id=models.ONLY, number=number, shape=number, removed=number)
        session.add(revision)
    revision.number += 1
    session.flush()


def _sort(batch: Iterable[Record | Rejection]) -> tuple[Taken, list[Record]]:
    taken, good = Taken(), []
    for record in batch:
        if isinstance(record, Rejection):
            taken.rejected.append(record)
        else:
            good.append(record)
    return taken, good


def _take(session: Session, good: list[Record], taken: Taken) -> None:
    take = Take(session)
    take.add(good)
    taken.accepted += take.accepted
    taken.duplicates += take.duplicates


def _take_chunk(session: Session, path: Path, root: Path, start: int, chunk: bytes, taken: Taken) -> int:
    """Take in a part of a record file that begins at a byte; return the byte after it."""
    part, good = _sort(parse_lines(chunk.splitlines(keepends=True)))
    name, end = path.relative_to(root).as_posix(), start + len(chunk)
    if part.rejected:
        before = lines_before(path, start)
        part.rejected = [Rejection(bad.line + before, f"{name}: {bad.reason}") for bad in part.rejected]
    _take(session, good, part)
    session.merge(models.RecordFile(name=name, taken=end))
    taken += part
    return end
