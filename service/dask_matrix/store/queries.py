"""Query the database of records; answers are domain objects."""

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
    surfaces,
    warnings,
)
from dask_matrix.store.database import is_damaged, open_engine
from dask_matrix.store.failures import damaged, failure
from dask_matrix.store.matrix_contents import Freshness
from dask_matrix.store.planning import Collected
from dask_matrix.store.revision import RevisionReader
from dask_matrix.store.rows import current_refusal, environment_of, result_of, scenario_of
from dask_matrix.store.run_progress import Runs
from dask_matrix.store.surface_cache import cached_timeline, digest

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from dask_matrix.domain.environments.environment import EnvironmentSpec
    from dask_matrix.domain.records.bisection import RecordedBisection
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.surface.timeline import Timeline
    from dask_matrix.domain.upgrades.upgrade import Span
    from dask_matrix.domain.verdicts.stability import Trial
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.store.matrix_contents import CurrentContents, PastContents
    from dask_matrix.store.planning import PlanningData


class StoreQueries:
    """An open database, for reading. Each method sees one consistent state, even while others write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        level = (
            {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        )  # SQLite always isolates this way
        self._snapshots = engine.execution_options(**level)
        self._revision_reader = RevisionReader(engine)

    @classmethod
    def open(cls, database: str | Path) -> Self:
        """Open a database by the path of an SQLite file or by SQLAlchemy URL; create or migrate it if needed.

        Raises DatabaseTooNew or DatabaseUnreachable.
        """
        return cls(open_engine(database))

    def is_observed(self, environment: str, version: int) -> bool:
        """Whether the surface of an environment is known, as the observing code of at least that version sees it."""
        with self._reading() as session:
            return surfaces.is_observed(session, environment, version)

    def surface_timeline(self, cache: Path | None = None) -> Timeline:
        """Return the surfaces of all environments of published releases, side by side; with ``cache``, from a file there."""
        with self._reading() as session:
            if cache is None:
                return surfaces.timeline(session)
            name = digest(surfaces.observed(session))
            return cached_timeline(cache, name, lambda: surfaces.timeline(session))

    def observed_surfaces(self) -> str:
        """Return a digest of which environments have which surface."""
        with self._reading() as session:
            return digest(surfaces.observed(session))

    def close(self) -> None:
        """Close the database."""
        self._revision_reader.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state of the database."""
        with self._reachable(), Session(self._snapshots) as session:
            yield session

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        """Raise DatabaseUnreachable for what a driver reports, and where a damaged file contains what was never written."""
        try:
            yield
        except DBAPIError as error:
            raise failure(self.engine, error) from error
        except (LookupError, TypeError, ValueError) as error:
            if not is_damaged(self.engine):
                raise
            raise damaged(self.engine, "not every page of it can be read") from error

    @property
    def revision(self) -> int:
        """A number that increases with every change of the database."""
        if (number := self.revision_without_waiting()) is not None:
            return number
        with self._reachable(), self.engine.connect() as connection:
            return matrix_contents.revision_number(connection)

    def current_contents(self, before: CurrentContents | None = None) -> CurrentContents:
        """Return the current matrix, without evidence. Given an earlier one, read only what changed since."""
        with self._reading() as session:
            return matrix_contents.current_contents(session, before)

    def past_contents(self, at: datetime, known: CurrentContents, before: PastContents | None = None) -> PastContents:
        """Return the matrix as of ``at``, derived from ``known``, the current one, and what changed after ``at``.

        ``before`` is an earlier answer for the same ``at``.
        """
        with self._reading() as session:
            return matrix_contents.past_contents(session, at, known, before)

    def revision_without_waiting(self) -> int | None:
        """Return the revision, or None if it cannot be read without waiting for a lock."""
        return self._revision_reader.read()

    def matrix(self, at: datetime | None = None, *, history: bool = False) -> Matrix:
        """Return the whole matrix as it is now, or as of ``at``.

        With ``history``, include every commit pair ever run; otherwise only the newest ``main``.
        """
        known = self.current_contents()
        found = self.past_contents(at, known).matrix if at else known.matrix
        if not history:
            return found
        with self._reading() as session:
            return replace(found, environments=matrix_contents.environments(session, at, history=True))

    def freshness(self) -> Freshness:
        """Return how many results there are and how new they are."""
        with self._reading() as session:
            return matrix_contents.freshness(session)

    def environment(self, key: str) -> Environment:
        """Return one environment with its lock; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Environment, key)
            if row is None:
                raise UnknownName("environment", key, [])
            return environment_of(row, current_refusal(session, row))

    def installation(self, key: str, at: datetime | None = None) -> Installation | None:
        """Return the newest installation of an environment (recorded up to ``at``, if given), or None."""
        with self._reading() as session:
            return installations.newest(session, key, at)

    def scenario(self, scenario: str) -> Scenario:
        """Return one scenario by its id or a former id; raise UnknownName."""
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
        """Return the results of one cell (recorded up to ``at``, if given), newest first."""
        table = models.Result
        query = select(table).where(table.scenario == scenario, table.environment == environment)
        query = query.where(table.at <= at.astimezone(UTC)) if at else query
        with self._reading() as session:
            return [
                result_of(row)
                for row in session.scalars(query.order_by(table.started.desc(), models.by_code_point(table.id)))
            ]

    def run(self, run: str) -> RunRecord:
        """Return the record of a run; raise UnknownName."""
        with self._reading() as session:
            row = session.get(models.Run, run)
            if row is None:
                raise UnknownName("run", run, [])
            values = {column.name: getattr(row, column.name) for column in models.Run.__table__.columns}
            return RunRecord(run=run, **values)

    def scenario_set(self, scenario: str) -> str:
        """Return the name of the scenario set that the newest result of a scenario comes from; "" without a result."""
        table, run = models.Result, models.Run
        query = select(run.scenario_set).join(table, table.run == run.id).where(table.scenario == scenario)
        with self._reading() as session:
            return session.scalar(query.order_by(table.at.desc()).limit(1)) or ""

    @property
    def runs(self) -> Runs:
        """The progress of runs."""
        return Runs(self._reading)

    def executions(self, scenario: str, at: datetime | None = None) -> dict[str, list[Evidence]]:
        """Return environment key -> executions of a scenario, all of them or those recorded up to ``at``."""
        with self._reading() as session:
            return execution_history.executions(session, scenario, at)

    def warnings_of(self, results: Collection[str]) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> warnings of the given results; results without warnings are left out."""
        with self._reading() as session:
            return execution_history.warnings_of(session, results)

    def bisects(self, scenario: str | None = None, run: str | None = None) -> list[RecordedBisection]:
        """Return all bisections, newest first, or those of one scenario (by its current id) or of one run."""
        with self._reading() as session:
            return list(bisections.recorded(session, scenario, run))

    def spans(self) -> dict[str, Span]:
        """Return environment key -> when its oldest and its newest result began."""
        with self._reading() as session:
            return matrix_contents.spans(session)

    def warnings(self, environment: str) -> dict[str, tuple[Warned, ...]]:
        """Return scenario id -> warnings of its deciding result in an environment."""
        with self._reading() as session:
            return warnings.warnings(session, environment)

    def planning_data(self) -> PlanningData:
        """Return all columns, cells and collections, for planning a run."""
        with self._reading() as session:
            return planning.planning_data(session)

    def columns(self) -> tuple[Environment, ...]:
        """Return all columns of the matrix in order, commit pairs included, without their locks."""
        with self._reading() as session:
            return planning.all_columns(session)

    def column(self, spec: EnvironmentSpec, platform: str) -> Environment | None:
        """Return the newest environment for a spec on a platform, or None."""
        table = models.Environment
        matches = (
            (table.release == str(spec.release))
            & (table.python == str(spec.python))
            & (table.lane == spec.lane.value)
            & (table.platform == platform)
        )
        with self._reading() as session:
            for row in session.scalars(select(table).where(matches).order_by(table.at.desc())):
                if release_of(row.release, row.pair) == spec.release:
                    return environment_of(row, current_refusal(session, row))
        return None

    def verdicts_of(self, environment: str) -> dict[str, Verdict]:
        """Return scenario id -> verdict, for the cells of an environment that have results."""
        table = models.VerdictRow
        query = select(table.scenario, table.verdict).where(table.environment == environment)
        with self._reading() as session:
            return {scenario: Verdict(verdict) for scenario, verdict in session.execute(query)}

    def evidence_of(self, environment: str) -> dict[str, dict[str, datetime]]:
        """Return scenario id -> fingerprint -> when its newest evidence in an environment was recorded."""
        with self._reading() as session:
            return planning.newest(session, environment)

    def collected(self, environment: str) -> Collected:
        """Return what pytest last collected in an environment."""
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
        """Return how long each scenario took in its deciding execution."""
        with self._reading() as session:
            return Timings(planning.timed(session))
