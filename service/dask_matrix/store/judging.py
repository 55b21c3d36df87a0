"""Judge cells from their results, and keep the verdicts."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, true

from dask_matrix.domain.verdicts.verdict import judge
from dask_matrix.store import models
from dask_matrix.store.rows import MAX_IDS, evidence, verdict_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from dask_matrix.domain.matrix.cells import Cell
    from dask_matrix.store.rows import Recorded

MAX_CELLS = 4_000
"""Cells judged at a time, whose results are all in memory."""


def judge_cells(session: Session, cells: Iterable[Cell], scenarios: Collection[str], revision: int) -> None:
    """Judge cells again from all their results, and all cells of some scenarios; ``revision`` is the one that does."""
    keys: dict[str, set[str]] = {}
    for scenario, environment in cells:
        if scenario not in scenarios:
            keys.setdefault(scenario, set()).add(environment)
    groups: dict[frozenset[str], list[str]] = {}
    for scenario, environments in sorted(keys.items()):
        groups.setdefault(frozenset(environments), []).append(scenario)
    for group, names in groups.items():
        for part in _parts(names, len(group)):
            _judge(session, part, group, revision)
    for scenario in sorted(scenarios):
        _judge(session, [scenario], None, revision)


def judge_all(session: Session, revision: int) -> None:
    """Judge every cell that has results; only those of some cells at a time are in memory. There are no verdicts yet."""
    fingerprints = _fingerprints(session, None)
    ordered = evidence(session, true(), in_order=True)
    cells = (_judged(cell, list(each), fingerprints, revision) for cell, each in groupby(ordered, key=itemgetter(0, 1)))
    while rows := list(islice(cells, MAX_CELLS)):
        session.connection().execute(insert(models.VerdictRow), rows)


def _parts(names: list[str], columns: int) -> Iterator[list[str]]:
    """Yield scenarios in parts with about ``MAX_CELLS`` cells in so many columns."""
    size = max(1, min(MAX_IDS, MAX_CELLS // columns))
    return (names[start : start + size] for start in range(0, len(names), size))


def _judge(session: Session, scenarios: list[str], environments: frozenset[str] | None, revision: int) -> None:
    """Judge the cells of scenarios in some environments, or in all."""
    cells: dict[Cell, list[Recorded]] = {}
    for each in evidence(session, _of(models.Result, scenarios, environments)):
        cells.setdefault(each[:2], []).append(each)
    fingerprints = _fingerprints(session, scenarios)
    found = [_judged(cell, each, fingerprints, revision) for cell, each in cells.items()]
    session.execute(delete(models.VerdictRow).where(_of(models.VerdictRow, scenarios, environments)))
    if found:
        session.connection().execute(insert(models.VerdictRow), found)


def _judged(cell: Cell, found: list[Recorded], fingerprints: dict[str, str], revision: int) -> dict[str, Any]:
    """Return the verdict of a cell as a row; a scenario without a record has the fingerprint of its newest result."""
    results = [each for _, _, _, each in found]
    fingerprint = fingerprints.get(cell[0]) or max(results, key=lambda result: result.at).fingerprint
    row = {
        "scenario": cell[0],
        "environment": cell[1],
        "revision": revision,
        "newest": max(at for _, _, at, _ in found),
    }
    return row | verdict_row(judge(results, fingerprint))


def _fingerprints(session: Session, scenarios: list[str] | None) -> dict[str, str]:
    """Return the current fingerprints of some scenarios, or of all."""
    query = select(models.Scenario.id, models.Scenario.fingerprint)
    query = query if scenarios is None else query.where(models.Scenario.id.in_(scenarios))
    return dict(session.execute(query).all())


def _of(table: Any, scenarios: list[str], environments: frozenset[str] | None) -> ColumnElement[bool]:
    """Return the condition for rows of these cells; so many environments that a statement cannot name them are all."""
    where: ColumnElement[bool] = table.scenario.in_(scenarios)
    if environments is not None and len(environments) <= MAX_IDS:
        where &= table.environment.in_(sorted(environments))
    return where
