"""Count the progress of runs at ingestion, so that listing runs need not count millions of results, and query it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from dask_matrix.domain.environments.environment import EnvironmentSpec, Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import RunRecord
from dask_matrix.domain.records.run import Arrival, BrokenScenario, EnvironmentProgress, Progress, Run
from dask_matrix.domain.records.run_end import End, EndStatus
from dask_matrix.store import models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy.orm import Session

    from dask_matrix.domain.records.records import CollectionRecord, ResultRecord

OUTCOMES = {each: each.value.replace("-", "_") for each in Outcome}
"""Outcome -> the column with its count."""
MOST_BROKEN = 10
"""Broken scenarios listed per environment."""
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass
class _Part:
    """The progress that one batch adds to a run in one environment."""

    began: datetime
    first: datetime | None = None
    last: datetime | None = None
    planned: int | None = None
    done: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    def row(self) -> dict[str, Any]:
        """Return the values of the row."""
        counts = {column: self.outcomes[outcome] for outcome, column in OUTCOMES.items()}
        return {**{name: value for name, value in vars(self).items() if name != "outcomes"}, **counts}


class Parts:
    """Counts one batch of records. Only results must not be added twice; the rest is idempotent."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._parts: dict[tuple[str, str], _Part] = {}

    def touch(self, run: str, environment: str, at: datetime) -> _Part:
        """Return the part of a run in an environment, which began by ``at``."""
        part = self._parts.setdefault((run, environment), _Part(at))
        part.began = min(part.began, at)
        return part

    def plan(self, record: CollectionRecord) -> None:
        """Record the number of planned scenarios: the highest of all starts, since restarts repeat some."""
        part = self.touch(record.run, record.environment, record.at)
        part.planned = max(part.planned or 0, record.to_run)

    def add(self, results: Iterable[ResultRecord]) -> None:
        """Count new results."""
        for record in results:
            part = self.touch(record.run, record.environment, record.started)
            part.first = min(part.first or record.started, record.started)
            part.last = max(part.last or record.at, record.at)
            part.done += record.attempt == 1
            part.outcomes[record.outcome] += 1

    def write(self) -> None:
        """Add the counts to the tables."""
        if not self._parts:
            return
        table = models.RunPart
        rows = [{"run": run, "environment": key, **part.row()} for (run, key), part in sorted(self._parts.items())]
        upsert: Any = _INSERTS[self.session.get_bind().dialect.name](table)
        new = upsert.excluded
        values = {name: getattr(table, name) + new[name] for name in ("done", *OUTCOMES.values())}
        values |= {name: _least(getattr(table, name), new[name]) for name in ("began", "first")}
        values |= {name: _most(getattr(table, name), new[name]) for name in ("last", "planned")}
        self.session.execute(upsert.on_conflict_do_update(index_elements=["run", "environment"], set_=values), rows)
        self._parts.clear()


def _least(one: Any, other: Any) -> ColumnElement[Any]:
    return case((one.is_(None), other), (other < one, other), else_=one)


def _most(one: Any, other: Any) -> ColumnElement[Any]:
    return case((one.is_(None), other), (other > one, other), else_=one)


@dataclass(frozen=True)
class News:
    """A run's progress, and its results after some number, oldest first."""

    run: Run
    arrivals: tuple[Arrival, ...]


class Runs:
    """Queries about runs. ``reading`` opens a session."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Session]]) -> None:
        self._reading = reading

    def page(self, most: int, before: str = "") -> list[Run]:
        """Return up to ``most`` runs, newest first, or those older than the run ``before``; raise UnknownName."""
        table = models.Run
        name = models.by_code_point(table.id)
        query = select(table).order_by(table.at.desc(), name.desc()).limit(most)
        with self._reading() as session:
            if before:
                last = _row(session, before)
                query = query.where(or_(table.at < last.at, and_(table.at == last.at, name < last.id)))
            return _runs(session, session.scalars(query).all())

    def run(self, run: str) -> Run:
        """Return one run; raise UnknownName."""
        with self._reading() as session:
            return _run(session, run)

    def parts(self, run: str) -> list[EnvironmentProgress]:
        """Return a run's progress in each environment, in the order in which it started them."""
        with self._reading() as session:
            return _parts(session, run)

    def after(self, run: str, number: int, most: int) -> News:
        """Return a run and up to ``most`` of its results after ``number``, oldest first; raise UnknownName."""
        with self._reading() as session:
            table = models.Result
            return News(_run(session, run), _arrivals(session, run, table.number > number, table.number.asc(), most))

    def latest(self, run: str, most: int) -> tuple[Arrival, ...]:
        """Return the last ``most`` results of a run, newest first."""
        with self._reading() as session:
            table = models.Result
            return _arrivals(session, run, table.number > 0, table.number.desc(), most)


def _row(session: Session, run: str) -> models.Run:
    row = session.get(models.Run, run)
    if row is None:
        raise UnknownName("run", run, [])
    return row


def _run(session: Session, run: str) -> Run:
    return _runs(session, [_row(session, run)])[0]


def _runs(session: Session, rows: Sequence[models.Run]) -> list[Run]:
    """Return runs with their progress, summed over environments."""
    table = models.RunPart
    planned = case((table.planned < table.done, table.done), else_=table.planned)
    counts = [func.sum(getattr(table, name)) for name in OUTCOMES.values()]
    moments = [func.min(table.first), func.max(table.last), func.max(table.began)]
    query = select(table.run, func.count(), func.sum(table.done), func.sum(planned), *moments, *counts)
    found = {
        run: counts
        for run, *counts in session.execute(query.where(table.run.in_([row.id for row in rows])).group_by(table.run))
    }
    runs = [row.id for row in rows]
    ends, others = _ends(session, runs), _others(session, runs)
    return [_summed(row, found.get(row.id), others.get(row.id, row.at), ends.get(row.id)) for row in rows]


def _others(session: Session, runs: Sequence[str]) -> dict[str, datetime]:
    """Return run -> when it last recorded an installation or a bisection, if ever."""
    found: dict[str, datetime] = {}
    for table in (models.Installation, models.Bisect):
        query = select(table.run, func.max(table.at)).where(table.run.in_(runs)).group_by(table.run)
        for run, at in session.execute(query):
            found[run] = max(at, found.get(run, at))
    return found


def _ends(session: Session, runs: Sequence[str]) -> dict[str, End]:
    """Return run -> its newest end, if it has one."""
    table = models.RunEnd
    query = select(table.run, table.at, table.how).where(table.run.in_(runs))
    return {
        run: End(at, EndStatus(how))
        for run, at, how in session.execute(query.order_by(table.at, models.by_code_point(table.id)))
    }


def _summed(row: models.Run, totals: Sequence[Any] | None, newest: datetime, end: End | None) -> Run:
    """Return a run with its totals; ``newest`` is its last activity that the totals do not include."""
    values = {column.name: getattr(row, column.name) for column in models.Run.__table__.columns}
    record = RunRecord(run=row.id, **values)
    if totals is None:
        return Run(record, 0, Progress(outcomes=dict.fromkeys(Outcome, 0)), max(row.at, newest), end)
    many, done, planned, first, last, began, *counts = totals
    outcomes = dict(zip(OUTCOMES, map(int, counts), strict=True))
    progress = Progress(int(done), None if planned is None else int(planned), outcomes, first, last)
    return Run(record, many, progress, max(at for at in (row.at, newest, began, last) if at), end)


def _parts(session: Session, run: str) -> list[EnvironmentProgress]:
    table, environments, refusals = models.RunPart, models.Environment, models.Refusal
    query = (
        select(table, environments.release, environments.python, environments.lane, refusals.phase)
        .outerjoin(environments, environments.key == table.environment)
        .outerjoin(refusals, and_(refusals.environment == table.environment, refusals.at >= environments.at))
        .where(table.run == run)
        .order_by(table.began, table.environment)
    )
    broken = _broken(session, run)
    return [
        _part(row, _label(row.environment, *spec), refusal or "", broken.get(row.environment, []))
        for row, *spec, refusal in session.execute(query)
    ]


def _part(row: models.RunPart, label: str, refusal: str, broken: list[BrokenScenario]) -> EnvironmentProgress:
    outcomes = {outcome: getattr(row, column) for outcome, column in OUTCOMES.items()}
    planned = None if row.planned is None else max(row.planned, row.done)
    progress = Progress(row.done, planned, outcomes, row.first, row.last)
    more = max(0, len(broken) - MOST_BROKEN)
    return EnvironmentProgress(row.environment, label, refusal, progress, tuple(broken[:MOST_BROKEN]), more)


def _broken(session: Session, run: str) -> dict[str, list[BrokenScenario]]:
    """Return environment key -> scenarios that neither passed nor were skipped, sorted by id."""
    table, scenarios = models.Result, models.Scenario
    query = select(table.environment, table.scenario, table.outcome).where(table.run == run, models.BROKEN)
    found: dict[str, dict[str, Outcome]] = {}
    for environment, scenario, outcome in session.execute(query.order_by(table.started, table.outcome)):
        found.setdefault(environment, {})[scenario] = Outcome(outcome)
    titles = dict(session.execute(select(scenarios.id, scenarios.title)).all()) if found else {}
    return {
        environment: [
            BrokenScenario(name, titles.get(name, name), outcome) for name, outcome in sorted(outcomes.items())
        ]
        for environment, outcomes in found.items()
    }


def _arrivals(
    session: Session, run: str, where: ColumnElement[bool], order: ColumnElement[Any], most: int
) -> tuple[Arrival, ...]:
    table, verdicts, rows, columns = models.Result, models.VerdictRow, models.Scenario, models.Environment
    values = (table.id, table.at, table.environment, table.scenario, table.outcome, table.attempt, table.seconds)
    query = (
        select(table.number, *values, verdicts.verdict, rows.title, columns.release, columns.python, columns.lane)
        .outerjoin(verdicts, and_(verdicts.scenario == table.scenario, verdicts.environment == table.environment))
        .outerjoin(rows, rows.id == table.scenario)
        .outerjoin(columns, columns.key == table.environment)
        .where(table.run == run, where)
        .order_by(order)
        .limit(most)
    )
    return tuple(_arrival(*row) for row in session.execute(query))


def _arrival(*row: Any) -> Arrival:
    number, result, at, key, scenario, outcome, attempt, seconds, verdict, title, *spec = row
    return Arrival(
        number=number,
        result=result,
        at=at,
        environment=key,
        label=_label(key, *spec),
        scenario=scenario,
        title=title or scenario,
        outcome=Outcome(outcome),
        attempt=attempt,
        seconds=seconds,
        verdict=Verdict(verdict or Verdict.UNTESTED),
    )


def _label(key: str, release: str | None, python: str | None, lane: str | None) -> str:
    """Return an environment's label, or its key if it has no record."""
    if not (release and python and lane):
        return key
    return EnvironmentSpec(Release.parse(release), Python.parse(python), Lane(lane)).label
