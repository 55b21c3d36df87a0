"""Query what planning needs, for many environments at once; reads columns, not ORM objects, which are slow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, columns
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.records.records import release_of
from dask_matrix.domain.verdicts.confirmation import Cell
from dask_matrix.domain.verdicts.durations import Timed
from dask_matrix.domain.verdicts.stability import Trial
from dask_matrix.store import models
from dask_matrix.store.rows import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass
class Collected:
    """What pytest collected in an environment: function -> (scenario id -> fingerprint), and file -> fingerprint."""

    functions: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanningData:
    """All columns, without their locks, all cells that have evidence, and what pytest collected by environment key.

    Stale cells are included, with their old fingerprint.
    """

    columns: tuple[Environment, ...]
    cells: list[Cell]
    collected: dict[str, Collected]


def planning_data(session: Session) -> PlanningData:
    """Return all columns, cells and collections."""
    return PlanningData(all_columns(session), cells(session), collected(session))


def all_columns(session: Session) -> tuple[Environment, ...]:
    """Return all columns in order, all commit pairs included, without their locks."""
    table, refusals = models.Environment, models.Refusal
    query = select(
        table.key,
        table.release,
        table.pair,
        table.python,
        table.lane,
        table.platform,
        table.at,
        table.released_at,
        refusals.phase,
        refusals.message,
    ).outerjoin(refusals, and_(refusals.environment == table.key, refusals.at >= table.at))
    found = (
        Environment(
            key=key,
            release=release_of(release, pair),
            python=Python.parse(python),
            lane=Lane(lane),
            platform=platform,
            at=at,
            released_at=released_at,
            refusal=Refusal(phase, message) if phase else None,
        )
        for key, release, pair, python, lane, platform, at, released_at, phase, message in session.execute(query)
    )
    return columns(found, history=True)


def cells(session: Session) -> list[Cell]:
    """Return the cells that have evidence, of any fingerprint."""
    table = models.VerdictRow
    query = select(table.scenario, table.environment, table.verdict, table.executions, table.fingerprint)
    found = session.execute(query.where(table.executions > 0))
    return [Cell(scenario, key, VERDICTS[verdict], many, print_) for scenario, key, verdict, many, print_ in found]


def collected(session: Session, environment: str | None = None) -> dict[str, Collected]:
    """Return environment key -> what pytest last collected there, for one environment or all."""
    table, files = models.Collected, models.CollectedFile
    query = select(table.environment, table.function, table.scenario, table.fingerprint)
    file_query = select(files.environment, files.file, files.fingerprint)
    if environment is not None:
        query = query.where(table.environment == environment)
        file_query = file_query.where(files.environment == environment)
    found: dict[str, Collected] = {}
    for key, function, scenario, fingerprint in session.execute(query):
        here = found.get(key) or found.setdefault(key, Collected())
        here.functions.setdefault(function, {})[scenario] = fingerprint
    for key, file, fingerprint in session.execute(file_query):
        found.setdefault(key, Collected()).files[file] = fingerprint
    return found


def newest(session: Session, environment: str) -> dict[str, dict[str, datetime]]:
    """Return scenario id -> fingerprint -> when its newest evidence in an environment was recorded."""
    table = models.Result
    query = select(table.scenario, table.fingerprint, func.max(table.at)).group_by(table.scenario, table.fingerprint)
    evidence = table.outcome != Outcome.ERRORED.value
    found: dict[str, dict[str, datetime]] = {}
    for scenario, fingerprint, at in session.execute(query.where(table.environment == environment, evidence)):
        found.setdefault(scenario, {})[fingerprint] = at
    return found


def executed(session: Session, run: str) -> Counter[tuple[str, str]]:
    """Return (scenario, environment) -> how often it was executed in a run."""
    table = models.Result
    counted = select(table.scenario, table.environment, func.count()).where(table.run == run)
    found = session.execute(counted.group_by(table.scenario, table.environment))
    return Counter({(scenario, environment): many for scenario, environment, many in found})


def trials(session: Session, run: str) -> Iterator[Trial]:
    """Yield the executions of a run."""
    table = models.Result
    query = select(table.scenario, table.environment, table.outcome, table.started, table.attempt)
    for scenario, environment, outcome, started, attempt in session.execute(query.where(table.run == run)):
        yield Trial(scenario, environment, Outcome(outcome), started, attempt)


def timed(session: Session) -> Iterator[Timed]:
    """Yield the duration of each cell's deciding execution: the newest one, except in flaky cells."""
    table, results, found = models.VerdictRow, models.Result, models.Collected
    query: Any = (
        select(table.scenario, table.environment, found.function, results.started, results.at)
        .join(results, results.id == table.result)
        .join(found, and_(found.environment == table.environment, found.scenario == table.scenario))
    )
    for scenario, environment, function, started, at in session.execute(query):
        yield Timed(scenario, environment, function, max(0.0, (at - started).total_seconds()))
