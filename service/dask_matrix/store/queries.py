"""Reads a database of records as domain objects."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import RunRecord, release_of
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
from dask_matrix.store.database import DatabaseUnreachable, open_engine
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.planning import Collected
from dask_matrix.store.revision import Pulse
from dask_matrix.store.rows import environment_of, result_of, scenario_of, standing_refusal
from dask_matrix.store.run_progress import Runs

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator

    from sqlalchemy import Engine

    from dask_matrix.domain.environments.environment import EnvironmentSpec
    from dask_matrix.domain.records.bisection import Told
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.upgrades.upgrade import Span
    from dask_matrix.domain.verdicts.stability import Trial
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.store.matrix_contents import Past, Present
    from dask_matrix.store.planning import World


class StoreQueries:
    """An open database, for reading. Each method reads one state of it, whatever is written meanwhile."""

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

    def spans(self) -> dict[str, Span]:
        """Return by environment when its oldest and its newest result came."""
        with self._reading() as session:
            return matrix_contents.spans(session)

    def warnings(self, environment: str) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings that stand beside its verdict in an environment."""
        with self._reading() as session:
            return warnings.warnings(session, environment)

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
