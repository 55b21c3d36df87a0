"""Ingest records into the database. Reading is inherited from `queries`."""

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
from dask_matrix.store.ingestion import Ingestion
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.queries import StoreQueries
from dask_matrix.store.record_files import lines_before, record_files, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.domain.records.records import Record

__all__ = ["Freshness", "IngestReport", "Store"]


@dataclass
class IngestReport:
    """The counts of an ingestion: new records, records already known, and the lines that were rejected."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        """Add the counts of another batch."""
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.rejected += other.rejected
        return self


class Store(StoreQueries):
    """A database of records, for reading and writing. Safe to use from several processes at once."""

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(**WRITES)) as session, session.begin():
            _next_revision(session)
            yield session

    def ingest(self, batch: Iterable[Record | Rejection]) -> IngestReport:
        """Ingest records in one transaction."""
        report, records = _separate(batch)
        with self._writing() as session:
            _ingest(session, records, report)
        return report

    def ingest_file(self, path: Path, root: Path) -> IngestReport:
        """Ingest the lines appended to a record file since the last call; an unfinished line waits for the next call.

        Without new lines, nothing is written or locked.
        """
        name = path.relative_to(root).as_posix()
        with self._reading() as session:
            row = session.get(models.RecordFile, name)
            start = row.taken if row else 0
        report = IngestReport()
        while chunk := whole_lines(path, start):
            with self._writing() as session:
                start = _ingest_chunk(session, path, root, start, chunk, report)
        return report

    def ingest_folder(self, root: Path) -> IngestReport:
        """Ingest the new lines of all record files below a folder."""
        report = IngestReport()
        with self._reading() as session:
            query = select(models.RecordFile.name, models.RecordFile.taken)
            known = {row.name: row.taken for row in session.execute(query)}
        for path in record_files(root):
            if path.stat().st_size > known.get(path.relative_to(root).as_posix(), 0):
                report += self.ingest_file(path, root)
        return report

    def rebuild(self, root: Path) -> IngestReport:
        """Empty the tables and ingest all record files below a folder, in one transaction."""
        report = IngestReport()
        with self._writing() as session:
            for table in reversed(models.Table.metadata.sorted_tables):
                if table.name != models.Revision.__tablename__:  # revisions must keep increasing
                    session.execute(delete(table))
            revision = session.get_one(models.Revision, models.ONLY)
            revision.shape = revision.removed = revision.number
            for path in record_files(root):
                start = 0
                while chunk := whole_lines(path, start):
                    start = _ingest_chunk(session, path, root, start, chunk, report)
        return report


def _next_revision(session: Session) -> None:
    """Increment the revision as the first write of a transaction, which locks out other writers.

    It starts at the current Unix time, so that a new database never repeats revisions of its predecessor.
    """
    revision = session.get(models.Revision, models.ONLY, with_for_update=True)
    if revision is None:
        number = int(datetime.now(UTC).timestamp())
        revision = models.Revision(id=models.ONLY, number=number, shape=number, removed=number)
        session.add(revision)
    revision.number += 1
    session.flush()


def _separate(batch: Iterable[Record | Rejection]) -> tuple[IngestReport, list[Record]]:
    """Return a report with the rejections of a batch, and its valid records."""
    report, records = IngestReport(), []
    for record in batch:
        if isinstance(record, Rejection):
            report.rejected.append(record)
        else:
            records.append(record)
    return report, records


def _ingest(session: Session, records: list[Record], report: IngestReport) -> None:
    ingestion = Ingestion(session)
    ingestion.add(records)
    report.accepted += ingestion.accepted
    report.duplicates += ingestion.duplicates


def _ingest_chunk(session: Session, path: Path, root: Path, start: int, chunk: bytes, report: IngestReport) -> int:
    """Ingest a chunk of a record file that begins at byte ``start``; return the offset after it."""
    part, records = _separate(parse_lines(chunk.splitlines(keepends=True)))
    name, end = path.relative_to(root).as_posix(), start + len(chunk)
    if part.rejected:
        before = lines_before(path, start)
        part.rejected = [Rejection(bad.line + before, f"{name}: {bad.reason}") for bad in part.rejected]
    _ingest(session, records, part)
    session.merge(models.RecordFile(name=name, taken=end))
    report += part
    return end
