"""Ingest records into the database. Reading is inherited from `queries`."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dask_matrix.store import models
from dask_matrix.store.database import WRITES, only_writer
from dask_matrix.store.failures import failure
from dask_matrix.store.file_ingestion import IngestReport, ingest, ingest_next_lines, ingest_whole, separate
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.queries import StoreQueries
from dask_matrix.store.record_files import record_files, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.domain.records.records import Record, Rejection
    from dask_matrix.store.file_ingestion import Chunk

__all__ = ["Freshness", "IngestReport", "Store"]


class Store(StoreQueries):
    """A database of records, for reading and writing. Safe to use from several processes at once."""

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Yield a session that writes, the only one to do so; others wait."""
        try:
            with (
                only_writer(self.engine),
                Session(self.engine.execution_options(**WRITES)) as session,
                session.begin(),
            ):
                _next_revision(session)
                yield session
        except DBAPIError as error:
            raise failure(self.engine, error) from error

    def ingest(self, batch: Iterable[Record | Rejection]) -> IngestReport:
        """Ingest records in one transaction."""
        report, records = separate(batch)
        with self._writing() as session:
            ingest(session, records, report)
        return report

    def ingest_file(self, path: Path, root: Path) -> IngestReport:
        """Ingest the lines appended to a record file since the last call; an unfinished line waits for the next call.

        Without new lines, nothing is written or locked.
        """
        report = IngestReport()
        while self._has_new_lines(path, root):
            with self._writing() as session:
                ingest_next_lines(session, path, root, report)
        return report

    def _has_new_lines(self, path: Path, root: Path) -> bool:
        with self._reading() as session:
            row = session.get(models.RecordFile, path.relative_to(root).as_posix())
            return bool(whole_lines(path, row.taken if row else 0))

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

    def rebuild(self, batches: Iterable[list[Chunk]], *, is_new: bool = False) -> IngestReport:
        """Empty the tables and ingest batches of records, in one transaction.

        A database that ``is_new`` gets its indexes of results when they are all there, which is faster.
        """
        with self._writing() as session:
            for table in reversed(models.Table.metadata.sorted_tables):
                if table.name != models.Revision.__tablename__:  # revisions must keep increasing
                    session.execute(delete(table))
            revision = session.get_one(models.Revision, models.ONLY)
            revision.shape = revision.removed = revision.number
            indexes = models.Table.metadata.tables[models.Result.__tablename__].indexes if is_new else ()
            for index in indexes:
                index.drop(session.connection())

            def index_all() -> None:
                for index in indexes:
                    index.create(session.connection())

            return ingest_whole(session, batches, indexed=index_all)

    def advance(self, revision: int) -> None:
        """Make the revision higher than ``revision``, and let those who read before read everything again."""
        with self._writing() as session:
            row = session.get_one(models.Revision, models.ONLY)
            row.number = row.shape = row.removed = max(row.number, revision + 1)


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
