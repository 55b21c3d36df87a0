"""Query the content of the matrix: now, incrementally since an earlier query, and as of a moment in the past.

The cost of an incremental query depends on what was written since, not on the size of the matrix or of its evidence.
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
from dask_matrix.domain.verdicts.import_failure import with_import_failures
from dask_matrix.domain.verdicts.verdict import Judgement, judge
from dask_matrix.store import models
from dask_matrix.store.import_failures import inferred
from dask_matrix.store.rows import FETCH_SIZE, VERDICTS, batches, environment_of, evidence, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from dask_matrix.domain.matrix.cells import Cell
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.store.import_failures import Inferred


class RevisionCounters(NamedTuple):
    """The current revision, and those at which rows or columns last changed and verdicts were last deleted."""

    number: int = 0
    shape: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Freshness:
    """The number of results, when the newest was recorded, and the newest moment of anything the matrix shows.

    ``newest_unfinished`` is when the newest result of a run that has not ended was recorded.
    """

    results: int
    newest_result: datetime | None
    newest: datetime | None
    newest_unfinished: datetime | None


@dataclass(frozen=True)
class CurrentContents:
    """The matrix at a revision, without evidence.

    ``changed`` are the cells written since the previous query; None if rows or columns changed, or any cell may have.
    """

    revision: int
    matrix: Matrix
    spans: Mapping[str, Span]
    freshness: Freshness
    changed: frozenset[Cell] | None = None


@dataclass(frozen=True)
class PastContents:
    """The matrix as of ``at``, according to the store at a revision.

    ``differing`` are the cells that changed after ``at``, with their judgement then; None if they had no result yet.
    A later query returns the identical ``matrix`` object unless results from before ``at`` were ingested late.
    """

    at: datetime
    revision: int
    matrix: Matrix
    differing: Mapping[Cell, Judgement | None] = field(default_factory=dict)


def revision_number(connection: Connection) -> int:
    """Return the revision only, as fast as possible: it is read for each request."""
    return connection.execute(select(models.Revision.number)).scalar() or 0


def revision_counters(session: Session) -> RevisionCounters:
    """Return the counters; all are 0 in an empty store."""
    table = models.Revision
    found = session.execute(select(table.number, table.shape, table.removed)).first()
    return RevisionCounters(*found) if found else RevisionCounters()


def current_contents(session: Session, before: CurrentContents | None) -> CurrentContents:
    """Return the current matrix; given an earlier one, read only what was written since."""
    now = revision_counters(session)
    if before is None or not now.removed <= before.revision <= now.number:
        cells = Cells(_by_row(session))
        matrix = Matrix(_rows(session), environments(session), cells)
        return CurrentContents(now.number, matrix, spans(session), freshness(session))
    if before.revision == now.number:
        return replace(before, changed=frozenset())
    began = {**before.spans, **spans(session, before.revision)}
    written = dict(_written(session, before.revision))
    matrix = replace(before.matrix, cells=_cells(before.matrix).updated(written))
    if now.shape > before.revision:
        matrix = replace(matrix, scenarios=_rows(session), environments=environments(session))
        return CurrentContents(now.number, matrix, began, freshness(session))
    return CurrentContents(now.number, matrix, began, freshness(session, before.freshness.newest), frozenset(written))


def past_contents(session: Session, at: datetime, known: CurrentContents, before: PastContents | None) -> PastContents:
    """Return the matrix as of ``at``, from the current matrix ``known`` and the cells that changed after ``at``."""
    at, now = at.astimezone(UTC), revision_counters(session)
    if before is not None and not now.removed <= before.revision <= known.revision:
        before = None
    differing = dict(before.differing) if before else {}
    differing |= _differing(session, at, before.revision if before else None, known.matrix.scenarios)
    cells = _cells(known.matrix).updated(differing)
    if before is None or now.shape > before.revision:
        matrix = replace(known.matrix, environments=environments(session, at), cells=cells)
    elif cells == before.matrix.cells:
        matrix = before.matrix
    else:
        matrix = replace(before.matrix, cells=cells)
    return PastContents(at, known.revision, matrix, differing)


def _cells(matrix: Matrix) -> Cells:
    if not isinstance(matrix.cells, Cells):
        raise TypeError(f"expected the cells of a store's matrix, not {type(matrix.cells).__name__}")
    return matrix.cells


def _rows(session: Session) -> tuple[Scenario, ...]:
    return rows(map(scenario_of, session.scalars(select(models.Scenario))))


def environments(session: Session, at: datetime | None = None, *, history: bool = False) -> tuple[Environment, ...]:
    """Return the columns, or those recorded by ``at``; with ``history``, all commit pairs."""
    table, refusals = models.Environment, models.Refusal
    query = select(table, refusals).outerjoin(
        refusals, and_(refusals.environment == table.key, refusals.at >= table.at)
    )
    if at is not None:
        query = query.where(table.first_at <= at)
    found = session.execute(query)
    recorded = (
        environment_of(row, Refusal(refusal.phase, refusal.message) if refusal else None) for row, refusal in found
    )
    return columns(recorded, history=history)


def _by_row(session: Session) -> dict[str, dict[str, Judgement]]:
    found: dict[str, dict[str, Judgement]] = {}
    for (scenario, environment), judgement in _written(session):
        found.setdefault(scenario, {})[environment] = judgement
    return found


def _written(session: Session, since: int | None = None) -> Iterator[tuple[Cell, Judgement]]:
    """Yield the judgements written after a revision, or all; equal strings are shared to save memory."""
    table = models.VerdictRow
    values = (table.fingerprint, table.result, table.exception, table.seconds, table.passed, table.executions)
    query = select(table.scenario, table.environment, table.verdict, *values, table.was, table.warned)
    if since is not None:
        query = query.where(table.revision > since)
    shared: dict[Any, Any] = {}
    same, sets = shared.setdefault, {"": ()}
    found = session.connection().execute(
        query, execution_options={"yield_per": FETCH_SIZE}
    )  # without the ORM: twice as fast
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
    """Judge cells with results after ``at``, written since a revision, from their results up to ``at``."""
    table = models.VerdictRow
    later = table.newest > at
    if since is not None:
        later &= table.revision > since
    differing: dict[Cell, Judgement | None] = {}
    keys_of: dict[str, list[str]] = {}
    for scenario, key in session.execute(select(table.scenario, table.environment).where(later)):
        differing[scenario, key] = None
        keys_of.setdefault(scenario, []).append(key)
    fingerprints = {each.id: each.fingerprint for each in scenarios}
    failures = inferred(session, at) if keys_of else {}
    for scenario, keys in keys_of.items():  # row by row, using the index; a join would scan all results
        for part in batches(keys):
            differing |= _judged_by(session, at, scenario, part, fingerprints.get(scenario, ""), failures)
    return differing


def _judged_by(
    session: Session, at: datetime, scenario: str, keys: list[str], fingerprint: str, failures: Inferred
) -> dict[Cell, Judgement]:
    """Judge cells of a row from their results and failed imports recorded up to ``at``; cells without any are left out."""
    table = models.Result
    found: dict[Cell, list[Evidence]] = {(scenario, key): [] for key in keys if (scenario, key) in failures}
    matching = (table.scenario == scenario) & table.environment.in_(keys) & (table.at <= at)
    for _, key, _, each in evidence(session, matching):
        found.setdefault((scenario, key), []).append(each)
    return {
        cell: judge(with_import_failures(own, (each for _, each in failures.get(cell, ()))), fingerprint)
        for cell, own in found.items()
    }


def spans(session: Session, since: int = 0) -> dict[str, Span]:
    """Return environment key -> when its oldest and newest result began, if it got new results since a revision."""
    table = models.Span
    query = select(table.environment, table.oldest, table.newest).where(table.revision > since)
    return {key: Span(oldest, newest) for key, oldest, newest in session.execute(query)}


def freshness(session: Session, before: datetime | None = None) -> Freshness:
    """Return how many results there are and how new they are; ``before`` is the newest moment of columns, if known."""
    table = models.Span
    results, newest = session.execute(select(func.sum(table.results), func.max(table.at))).one()
    others = (
        [before]
        if before
        else [session.scalar(select(func.max(each.at))) for each in (models.Environment, models.Refusal)]
    )
    shown = max((at for at in (newest, *others) if at), default=None)
    return Freshness(results or 0, newest, shown, _newest_unfinished(session, newest))


def _newest_unfinished(session: Session, newest: datetime | None) -> datetime | None:
    """Return when the newest result of an unfinished run was recorded; runs are searched only if an end is newer."""
    ends, parts = models.RunEnd, models.RunPart
    end = session.scalar(select(func.max(ends.at)))
    if newest is None or end is None or end < newest:
        return newest
    over = exists().where(ends.run == parts.run, ends.at >= parts.last)
    return session.scalar(select(func.max(parts.last)).where(~over))
