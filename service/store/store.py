"""The store: takes records in, gives domain objects out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.domain.errors import UnknownName
from service.domain.matrix import Environment, Matrix, Scenario, columns, rows
from service.domain.outcome import Verdict
from service.domain.records import Rejection, RunRecord, parse_lines, release_of
from service.domain.timing import Timings
from service.store import backing, bisects, models, planning
from service.store.database import WRITES, DatabaseUnreachable, open_engine
from service.store.planning import Collected
from service.store.read import environment_of, result_of, scenario_of, standing_refusal, verdicts, verdicts_at
from service.store.take import Take

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from service.domain.bisected import Told
    from service.domain.environment import EnvironmentSpec
    from service.domain.records import Record, Warned
    from service.domain.result import Result
    from service.domain.stability import Trial
    from service.domain.upgrade import Span
    from service.store.planning import World

FILE_BATCH = 8 * 2**20
"""Bytes of a record file taken in one transaction."""


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


@dataclass(frozen=True)
class Freshness:
    """How many results there are, when the newest was recorded, and the newest moment of anything a matrix shows."""

    results: int
    newest_result: datetime | None
    newest: datetime | None


class Store:
    """One database of records and what follows from them. Safe to use from several processes at once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database by SQLAlchemy URL, made or migrated where needed.

        Raises DatabaseTooNew or DatabaseUnreachable.
        """
        return cls(open_engine(url))

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with Session(self.engine) as session:
                yield session
        except DBAPIError as error:
            raise DatabaseUnreachable(f"Cannot read the database: {error.orig}") from error

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(**WRITES)) as session, session.begin():
            yield session
            revision = session.get(models.Revision, 1) or session.merge(_first_revision())
            revision.number += 1

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
        while chunk := _whole_lines(path, start):
            with self._writing() as session:
                start = _take_chunk(session, path, root, start, chunk, taken)
        return taken

    def take_folder(self, root: Path) -> Taken:
        """Take in whatever any record file below a folder has gained."""
        taken = Taken()
        with self._reading() as session:
            query = select(models.RecordFile.name, models.RecordFile.taken)
            known = {row.name: row.taken for row in session.execute(query)}
        for path in _record_files(root):
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
            for path in _record_files(root):
                start = 0
                while chunk := _whole_lines(path, start):
                    start = _take_chunk(session, path, root, start, chunk, taken)
        return taken

    # giving domain objects out

    @property
    def revision(self) -> int:
        """A number that changes whenever an answer of the store may."""
        with self._reading() as session:
            row = session.get(models.Revision, 1)
            return row.number if row else 0

    def matrix(self, at: datetime | None = None, *, history: bool = False) -> Matrix:
        """Return the whole matrix as it is, or as it was at a moment (then computed from the results up to it).

        In its ``history`` are all pairs of commits that were ever run, otherwise the newest ``main`` alone.
        """
        with self._reading() as session:
            scenarios = [scenario_of(row) for row in session.scalars(select(models.Scenario))]
            known = session.scalars(select(models.Environment))
            shown = [row for row in known if at is None or row.first_at <= at]
            environments = [environment_of(row, standing_refusal(session, row)) for row in shown]
            fingerprints = {scenario.id: scenario.fingerprint for scenario in scenarios}
            cells = verdicts(session) if at is None else verdicts_at(session, at, fingerprints)
        return Matrix(rows(scenarios), columns(environments, history=history), cells)

    def freshness(self) -> Freshness:
        """Return how much there is and how new it is."""
        with self._reading() as session:
            results = session.scalar(select(func.count()).select_from(models.Result)) or 0
            newest = session.scalar(select(func.max(models.Result.at)))
            others = [session.scalar(select(func.max(each.at))) for each in (models.Environment, models.Refusal)]
        return Freshness(results, newest, max((at for at in (newest, *others) if at), default=None))

    def environment(self, key: str) -> Environment:
        """Return one environment with its lock; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Environment, key)
            if row is None:
                raise UnknownName("environment", key, [])
            return environment_of(row, standing_refusal(session, row))

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

    def results(self, scenario: str, environment: str) -> list[Result]:
        """Return all results of one cell, newest first."""
        table = models.Result
        query = select(table).where(table.scenario == scenario, table.environment == environment)
        with self._reading() as session:
            return [result_of(row) for row in session.scalars(query.order_by(table.started.desc(), table.id))]

    def run(self, run: str) -> RunRecord:
        """Return what is known of a run; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Run, run)
            if row is None:
                raise UnknownName("run", run, [])
            values = {column.name: getattr(row, column.name) for column in models.Run.__table__.columns}
            return RunRecord(run=run, **values)

    def bisects(self, scenario: str | None = None) -> list[Told]:
        """Return what bisections found, of one scenario by its present id or of all, newest first."""
        with self._reading() as session:
            return list(bisects.told(session, scenario))

    # answering about upgrades

    def spans(self) -> dict[str, Span]:
        """Return by environment when its oldest and its newest result came."""
        with self._reading() as session:
            return backing.spans(session)

    def warnings(self, environment: str) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings that stand beside its verdict in an environment."""
        with self._reading() as session:
            return backing.warnings(session, environment)

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


def _first_revision() -> models.Revision:
    """Begin at the present second, so that a database made anew never repeats the numbers of the one before."""
    return models.Revision(id=1, number=int(datetime.now(UTC).timestamp()))


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
        before = _lines_before(path, start)
        part.rejected = [Rejection(bad.line + before, f"{name}: {bad.reason}") for bad in part.rejected]
    _take(session, good, part)
    session.merge(models.RecordFile(name=name, taken=end))
    taken += part
    return end


def _record_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.jsonl"))


def _lines_before(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        return file.read(offset).count(b"\n")


def _whole_lines(path: Path, start: int) -> bytes:
    """Return what a file holds from an offset on, up to its last finished line."""
    with path.open("rb") as file:
        file.seek(start)
        chunk = file.read(FILE_BATCH)
        while b"\n" not in chunk and (more := file.read(FILE_BATCH)):
            chunk += more
    return chunk[: chunk.rfind(b"\n") + 1]
