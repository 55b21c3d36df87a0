"""Reads what the matrix shows: as it is, as it has become since it was read before, and as it was at a moment.

Whoever has read it once need not read it again: what a later reading costs depends on what was written in between, neither
on the size of the grid nor on how many results there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, exists, func, select

from dask_matrix.domain.matrix.cells import Cells
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Refusal, columns, rows
from dask_matrix.domain.upgrades.upgrade import Span
from dask_matrix.domain.verdicts.verdict import Judgement, judge
from dask_matrix.store import models
from dask_matrix.store.rows import AT_ONCE, VERDICTS, environment_of, evidence, portions, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from dask_matrix.domain.matrix.cells import Cell
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.verdicts.verdict import Evidence


class Standing(NamedTuple):
    """The revision of a store, and those at which its rows or columns last changed and verdicts were last taken away."""

    number: int = 0
    shape: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Freshness:
    """How many results there are, when the newest was recorded, and the newest moment of anything a matrix shows.

    ``coming`` is when the newest result was recorded of a run that has not said since that it ended.
    """

    results: int
    newest_result: datetime | None
    newest: datetime | None
    coming: datetime | None


@dataclass(frozen=True)
class Present:
    """All that a store held at a revision, without evidence.

    ``changed`` are the cells written since the reading before. It is None where any may have changed, or rows or columns have.
    """

    revision: int
    matrix: Matrix
    spans: Mapping[str, Span]
    freshness: Freshness
    changed: frozenset[Cell] | None = None


@dataclass(frozen=True)
class Past:
    """The matrix as it was at a moment, as far as a store knew at a revision.

    ``differing`` are the cells that have changed after the moment, as they were: None where there was nothing yet. The
    ``matrix`` of a later reading is the very same where no result has come late.
    """

    at: datetime
    revision: int
    matrix: Matrix
    differing: Mapping[Cell, Judgement | None] = field(default_factory=dict)


def number(connection: Connection) -> int:
    """Return the revision alone, in as little time as possible: it is asked at each request."""
    return connection.execute(select(models.Revision.number)).scalar() or 0


def standing(session: Session) -> Standing:
    """Return the counters; all nought in a store that never took anything."""
    table = models.Revision
    found = session.execute(select(table.number, table.shape, table.removed)).first()
    return Standing(*found) if found else Standing()


def present(session: Session, before: Present | None) -> Present:
    """Read what there is; of what was read before only what has been written since."""
    now = standing(session)
    if before is None or not now.removed <= before.revision <= now.number:
        cells = Cells(_by_row(session))
        matrix = Matrix(_rows(session), environments(session), cells)
        return Present(now.number, matrix, spans(session), freshness(session))
    if before.revision == now.number:
        return replace(before, changed=frozenset())
    began = {**before.spans, **spans(session, before.revision)}
    written = dict(_written(session, before.revision))
    matrix = replace(before.matrix, cells=_cells(before.matrix).changed(written))
    if now.shape > before.revision:
        matrix = replace(matrix, scenarios=_rows(session), environments=environments(session))
        return Present(now.number, matrix, began, freshness(session))
    return Present(now.number, matrix, began, freshness(session, before.freshness.newest), frozenset(written))


def past(session: Session, at: datetime, known: Present, before: Past | None) -> Past:
    """Return the matrix as it was at a moment; beside ``known``, the present, only what has changed after it is read."""
    at, now = at.astimezone(UTC), standing(session)
    if before is not None and not now.removed <= before.revision <= known.revision:
        before = None
    differing = dict(before.differing) if before else {}
    differing |= _differing(session, at, before.revision if before else None, known.matrix.scenarios)
    cells = _cells(known.matrix).changed(differing)
    if before is None or now.shape > before.revision:
        matrix = replace(known.matrix, environments=environments(session, at), cells=cells)
    elif cells == before.matrix.cells:
        matrix = before.matrix
    else:
        matrix = replace(before.matrix, cells=cells)
    return Past(at, known.revision, matrix, differing)


def _cells(matrix: Matrix) -> Cells:
    if not isinstance(matrix.cells, Cells):
        raise TypeError("a matrix of a store has its cells by row")
    return matrix.cells


def _rows(session: Session) -> tuple[Scenario, ...]:
    return rows(map(scenario_of, session.scalars(select(models.Scenario))))


def environments(session: Session, at: datetime | None = None, *, history: bool = False) -> tuple[Environment, ...]:
    """Return the columns, or those described by a moment; in ``history`` with all pairs of commits."""
    table, refusals = models.Environment, models.Refusal
    query = select(table, refusals).outerjoin(
        refusals, and_(refusals.environment == table.key, refusals.at >= table.at)
    )
    if at is not None:
        query = query.where(table.first_at <= at)
    found = session.execute(query)
    described = (environment_of(row, Refusal(no.phase, no.message) if no else None) for row, no in found)
    return columns(described, history=history)


def _by_row(session: Session) -> dict[str, dict[str, Judgement]]:
    found: dict[str, dict[str, Judgement]] = {}
    for (scenario, environment), judgement in _written(session):
        found.setdefault(scenario, {})[environment] = judgement
    return found


def _written(session: Session, since: int | None = None) -> Iterator[tuple[Cell, Judgement]]:
    """Yield the verdicts written after a revision, or all; texts that are equal are one, since there are thousands."""
    table = models.VerdictRow
    told = (table.fingerprint, table.result, table.exception, table.seconds, table.passed, table.executions)
    query = select(table.scenario, table.environment, table.verdict, *told, table.was, table.warned)
    if since is not None:
        query = query.where(table.revision > since)
    shared: dict[Any, Any] = {}
    same, sets = shared.setdefault, {"": ()}
    found = session.connection().execute(query, execution_options={"yield_per": AT_ONCE})  # past the ORM: twice as fast
    for row in found:
        scenario, environment, verdict, print_, result, exception, seconds, passed, executions, was, warned = row
        if warned not in sets:
            sets[warned] = tuple(warned.split())
        yield (
            (same(scenario, scenario), same(environment, environment)),
            Judgement(
                VERDICTS[verdict],
                same(print_, print_),
                result,
                same(exception, exception),
                seconds,
                passed,
                executions,
                VERDICTS[was] if was else None,
                sets[warned],
            ),
        )


def _differing(
    session: Session, at: datetime, since: int | None, scenarios: tuple[Scenario, ...]
) -> dict[Cell, Judgement | None]:
    """Judge again, from the results up to a moment, the cells that have later ones and were written after a revision."""
    table = models.VerdictRow
    later = table.newest > at
    if since is not None:
        later &= table.revision > since
    differing: dict[Cell, Judgement | None] = {}
    places: dict[str, list[str]] = {}
    for scenario, key in session.execute(select(table.scenario, table.environment).where(later)):
        differing[scenario, key] = None
        places.setdefault(scenario, []).append(key)
    prints = {each.id: each.fingerprint for each in scenarios}
    for scenario, keys in places.items():  # by row, along the index: a join would begin with all results there are
        for part in portions(keys):
            differing |= _judged_by(session, at, scenario, part, prints.get(scenario, ""))
    return differing


def _judged_by(
    session: Session, at: datetime, scenario: str, keys: list[str], fingerprint: str
) -> dict[Cell, Judgement]:
    """Judge cells of a row from the results recorded up to a moment, where there are any."""
    table = models.Result
    found: dict[Cell, list[Evidence]] = {}
    of_row = (table.scenario == scenario) & table.environment.in_(keys) & (table.at <= at)
    for _, key, _, each in evidence(session, of_row):
        found.setdefault((scenario, key), []).append(each)
    return {cell: judge(each, fingerprint) for cell, each in found.items()}


def spans(session: Session, since: int = 0) -> dict[str, Span]:
    """Return by environment when its oldest and its newest result began, for those that have new ones since a revision."""
    table = models.Span
    query = select(table.environment, table.oldest, table.newest).where(table.revision > since)
    return {key: Span(oldest, newest) for key, oldest, newest in session.execute(query)}


def freshness(session: Session, before: datetime | None = None) -> Freshness:
    """Return how much there is and how new it is; ``before`` is the newest moment of rows and columns where that is known."""
    table = models.Span
    results, newest = session.execute(select(func.sum(table.results), func.max(table.at))).one()
    others = (
        [before]
        if before
        else [session.scalar(select(func.max(each.at))) for each in (models.Environment, models.Refusal)]
    )
    shown = max((at for at in (newest, *others) if at), default=None)
    return Freshness(results or 0, newest, shown, _coming(session, newest))


def _coming(session: Session, newest: datetime | None) -> datetime | None:
    """Return when the newest result came of a run that goes on; all runs are looked through only where an end is newer."""
    ends, parts = models.RunEnd, models.RunPart
    end = session.scalar(select(func.max(ends.at)))
    if newest is None or end is None or end < newest:
        return newest
    over = exists().where(ends.run == parts.run, ends.at >= parts.last)
    return session.scalar(select(func.max(parts.last)).where(~over))
