"""The store: takes records in, gives domain objects out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.matrix import Environment, Matrix, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import Rejection, RunRecord, parse_lines, release_of
from dask_matrix.domain.verdicts.durations import Timings
from dask_matrix.store import (
    bisections,
    execution_history,
    installations,
    matrix_contents,
    models,
    planning,
    warnings,
)
from dask_matrix.store.database import WRITES, DatabaseUnreachable, open_engine
from dask_matrix.store.ingestion import Take
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.planning import Collected
from dask_matrix.store.record_files import lines_before, record_files, whole_lines
from dask_matrix.store.revision import Pulse
from dask_matrix.store.rows import environment_of, result_of, scenario_of, standing_refusal
from dask_matrix.store.run_progress import Runs

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from dask_matrix.domain.environments.environment import EnvironmentSpec
    from dask_matrix.domain.records.bisection import Told
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.domain.records.records import Record, Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.upgrades.upgrade import Span
    from dask_matrix.domain.verdicts.stability import Trial
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.store.matrix_contents import Past, Present
    from dask_matrix.store.planning import World

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


class Store:
    """One database of records and what follows from them. Safe to use from several processes at once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        level = (
            {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        )  # SQLite knows no other
        self._snapshots = engine.execution_options(**level)
        self._pulse = Pulse(engine)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database by SQLAlchemy URL, made or migrated where needed.

        Raises DatabaseTooNew or DatabaseUnreachable.
        """
        return cls(open_engine(url))

    def close(self) -> None:
        """Let go of the database."""
        self._pulse.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        """Yield what reads one state of the database, whatever is written meanwhile."""
        with _reachable(), Session(self._snapshots) as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(**WRITES)) as session, session.begin():
            _next_revision(session)
            yield session

    # taking records in

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

    # giving domain objects out

    @property
    def revision(self) -> int:
        """A number that changes whenever an answer of the store may."""
        if (told := self.glance()) is not None:
            return told
        with _reachable(), self.engine.connect() as connection:
            return matrix_contents.number(connection)

    def present(self, before: Present | None = None) -> Present:
        """Return all that the store holds, without evidence. Of what was read before only what has changed is read."""
        with self._reading() as session:
            return matrix_contents.present(session, before)

    def past(self, at: datetime, known: Present, before: Past | None = None) -> Past:
        """Return the matrix as it was at a moment, made of the present one and of what has changed after the moment.

        ``before`` is an earlier reading of the same moment.
        """
        with self._reading() as session:
            return matrix_contents.past(session, at, known, before)

    def glance(self) -> int | None:
        """Return the revision if it can be read without waiting for anybody, else None."""
        return self._pulse.read()

    def matrix(self, at: datetime | None = None, *, history: bool = False) -> Matrix:
        """Return the whole matrix as it is, or as it was at a moment.

        In its ``history`` are all pairs of commits that were ever run, otherwise the newest ``main`` alone.
        """
        known = self.present()
        found = self.past(at, known).matrix if at else known.matrix
        if not history:
            return found
        with self._reading() as session:
            return replace(found, environments=matrix_contents.environments(session, at, history=True))

    def freshness(self) -> Freshness:
        """Return how much there is and how new it is."""
        with self._reading() as session:
            return matrix_contents.freshness(session)

    def environment(self, key: str) -> Environment:
        """Return one environment with its lock; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Environment, key)
            if row is None:
                raise UnknownName("environment", key, [])
            return environment_of(row, standing_refusal(session, row))

    def installation(self, key: str, at: datetime | None = None) -> Installation | None:
        """Return how an environment was last installed, as far as that was recorded up to a moment."""
        with self._reading() as session:
            return installations.newest(session, key, at)

    def scenario(self, scenario: str) -> Scenario:
        """Return one scenario by its id or by a former one; raise UnknownName."""
        with self._reading() as session:
            alias = session.get(models.FormerName, scenario)
            row = session.get(models.Scenario, alias.scenario if alias else scenario)
            if row is None:
                stem = scenario.rpartition("/")[2]
                like = select(models.Scenario.id).where(models.Scenario.id.contains(stem, autoescape=True)).limit(4)
                raise UnknownName("scenario", scenario, list(session.scalars(like)))
            return scenario_of(row)

    def result(self, result: str) -> Result:
        """Return one result with all its evidence; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Result, result)
            if row is None:
                raise UnknownName("result", result, [])
            return result_of(row)

    def results(self, scenario: str, environment: str, at: datetime | None = None) -> list[Result]:
        """Return all results of one cell, or those recorded up to a moment, newest first."""
        table = models.Result
        query = select(table).where(table.scenario == scenario, table.environment == environment)
        query = query.where(table.at <= at.astimezone(UTC)) if at else query
        with self._reading() as session:
            return [
                result_of(row)
                for row in session.scalars(query.order_by(table.started.desc(), models.spelled(table.id)))
            ]

    def run(self, run: str) -> RunRecord:
        """Return what is known of a run; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Run, run)
            if row is None:
                raise UnknownName("run", run, [])
            values = {column.name: getattr(row, column.name) for column in models.Run.__table__.columns}
            return RunRecord(run=run, **values)

    @property
    def runs(self) -> Runs:
        """What is kept of runs, beside their records."""
        return Runs(self._reading)

    # parts of the matrix, from their results

    def executions(self, scenario: str, at: datetime | None = None) -> dict[str, list[Evidence]]:
        """Return by environment all that was executed of a scenario, or recorded of it up to a moment."""
        with self._reading() as session:
            return execution_history.executions(session, scenario, at)

    def warnings_of(self, results: Collection[str]) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings of some results, where they gave any."""
        with self._reading() as session:
            return execution_history.warnings_of(session, results)

    def bisects(self, scenario: str | None = None, run: str | None = None) -> list[Told]:
        """Return what bisections found, newest first: all, those of a scenario by its present id, or those of a run."""
        with self._reading() as session:
            return list(bisections.told(session, scenario, run))

    # answering about upgrades

    def spans(self) -> dict[str, Span]:
        """Return by environment when its oldest and its newest result came."""
        with self._reading() as session:
            return matrix_contents.spans(session)

    def warnings(self, environment: str) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings that stand beside its verdict in an environment."""
        with self._reading() as session:
            return warnings.warnings(session, environment)

    # answering the planner

    def world(self) -> World:
        """Return one look at all columns, cells and collections, in few and lean queries."""
        with self._reading() as session:
            return planning.world(session)

    def columns(self) -> tuple[Environment, ...]:
        """Return the columns of the matrix in their order, without their locks."""
        with self._reading() as session:
            return planning.shown(session)

    def column(self, spec: EnvironmentSpec, platform: str) -> Environment | None:
        """Return the environment that the matrix shows for a spec on a platform, if there is one."""
        table = models.Environment
        alike = (
            (table.release == str(spec.release))
            & (table.python == str(spec.python))
            & (table.lane == spec.lane.value)
            & (table.platform == platform)
        )
        with self._reading() as session:
            for row in session.scalars(select(table).where(alike).order_by(table.at.desc())):
                if release_of(row.release, row.pair) == spec.release:
                    return environment_of(row, standing_refusal(session, row))
        return None

    def verdicts_of(self, environment: str) -> dict[str, Verdict]:
        """Return scenario id -> verdict, for the cells of an environment that have results."""
        table = models.VerdictRow
        query = select(table.scenario, table.verdict).where(table.environment == environment)
        with self._reading() as session:
            return {scenario: Verdict(verdict) for scenario, verdict in session.execute(query)}

    def evidence_of(self, environment: str) -> dict[str, dict[str, datetime]]:
        """Return scenario id -> the fingerprints it has evidence for in an environment, and when the newest came."""
        with self._reading() as session:
            return planning.newest(session, environment)

    def collected(self, environment: str) -> Collected:
        """Return what pytest last found in an environment."""
        with self._reading() as session:
            return planning.collected(session, environment).get(environment, Collected())

    def executed(self, run: str) -> Counter[tuple[str, str]]:
        """Return (scenario, environment) -> how often it was executed in a run."""
        with self._reading() as session:
            return planning.executed(session, run)

    def trials(self, run: str) -> list[Trial]:
        """Return the executions of a run."""
        with self._reading() as session:
            return list(planning.trials(session, run))

    def timings(self) -> Timings:
        """Return how long each scenario took, where it was executed last."""
        with self._reading() as session:
            return Timings(planning.timed(session))


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise DatabaseUnreachable(f"Cannot read the database: {error.orig}") from error


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
