"""Ingest record files: the lines appended to one, or all files into an empty database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from dask_matrix.domain.records.records import Rejection, parse_lines
from dask_matrix.store import models
from dask_matrix.store.ingestion import Ingestion
from dask_matrix.store.record_files import BATCH, lines_before, record_files, whole_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from dask_matrix.domain.records.records import Record


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


@dataclass
class Chunk:
    """Complete lines of a record file: valid records, rejected lines, the offset after them, and their size.

    Records that are from no file have no name.
    """

    records: list[Record]
    rejected: list[Rejection]
    name: str = ""
    end: int = 0
    size: int = 0


def separate(batch: Iterable[Record | Rejection]) -> tuple[IngestReport, list[Record]]:
    """Return a report with the rejections of a batch, and its valid records."""
    report, records = IngestReport(), []
    for record in batch:
        if isinstance(record, Rejection):
            report.rejected.append(record)
        else:
            records.append(record)
    return report, records


def ingest(session: Session, records: list[Record], report: IngestReport) -> None:
    """Ingest records, with their verdicts."""
    ingestion = Ingestion(session)
    ingestion.add(records)
    ingestion.finish()
    report.accepted += ingestion.accepted
    report.duplicates += ingestion.duplicates


def ingest_next_lines(session: Session, path: Path, root: Path, report: IngestReport) -> bool:
    """Ingest the next complete lines of a file after those already taken; return whether there were any.

    What was taken is read within this transaction: a rebuild may have replaced the database since the one before.
    """
    name = path.relative_to(root).as_posix()
    row = session.get(models.RecordFile, name)
    start = row.taken if row else 0
    lines = whole_lines(path, start)
    if not lines:
        return False
    chunk = _parsed(name, start, lines, lambda: lines_before(path, start))
    ingest(session, chunk.records, report)
    report.rejected += chunk.rejected
    session.merge(models.RecordFile(name=name, taken=chunk.end))
    return True


def ingest_whole(session: Session, batches: Iterable[list[Chunk]], *, indexed: Callable[[], None]) -> IngestReport:
    """Ingest batches into empty tables; call ``indexed`` when all results are there, before they are judged."""
    ingestion, report, taken = Ingestion(session, whole=True), IngestReport(), dict[str, int]()
    for batch in batches:
        ingestion.add([record for chunk in batch for record in chunk.records])
        for chunk in batch:
            report.rejected += chunk.rejected
            taken[chunk.name] = chunk.end
    session.add_all(models.RecordFile(name=name, taken=end) for name, end in taken.items() if name)
    indexed()
    ingestion.finish()
    report.accepted, report.duplicates = ingestion.accepted, ingestion.duplicates
    return report


def all_files(root: Path, progress: Callable[[int, int], None] | None = None) -> Iterator[list[Chunk]]:
    """Yield the lines of all record files below a folder, in batches of about ``BATCH`` bytes.

    ``progress`` is told how many of how many bytes are done with, after each batch.
    """
    done, total = 0, sum(path.stat().st_size for path in record_files(root))
    for batch in _batches(chunk for path in record_files(root) for chunk in _chunks(path, root)):
        yield batch
        done += sum(each.size for each in batch)
        if progress:
            progress(done, max(done, total))


def _batches(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    """Yield chunks together until they have about ``BATCH`` bytes."""
    batch: list[Chunk] = []
    size = 0
    for chunk in chunks:
        batch.append(chunk)
        size += chunk.size
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _chunks(path: Path, root: Path) -> Iterator[Chunk]:
    """Yield the complete lines of one file."""
    start = before = 0
    while lines := whole_lines(path, start):
        chunk = _parsed(path.relative_to(root).as_posix(), start, lines, lambda: before)  # noqa: B023 - called at once
        yield chunk
        start, before = chunk.end, before + lines.count(b"\n")


def _parsed(name: str, start: int, lines: bytes, before: Callable[[], int]) -> Chunk:
    """Parse lines of a file from offset ``start``; ``before`` counts the lines before them, for rejections."""
    report, records = separate(parse_lines(lines.splitlines(keepends=True)))
    number = before() if report.rejected else 0
    rejected = [Rejection(bad.line + number, f"{name}: {bad.reason}") for bad in report.rejected]
    return Chunk(records, rejected, name, start + len(lines), len(lines))
