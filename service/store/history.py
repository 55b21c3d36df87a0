"""Reads a part of the matrix from its results: all that was executed of one row, and what a row or columns were at a moment.

Both are found through the index of results by cell, so that the cost follows from what is asked and not from all there is.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import select

from service.domain.matrix import Matrix, columns, rows
from service.domain.records import Warned
from service.domain.verdict import judge
from service.store import models
from service.store.read import environment_of, evidence, scenario_of, standing_refusal

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from service.domain.verdict import Evidence


def executions(session: Session, scenario: str, at: datetime | None) -> dict[str, list[Evidence]]:
    """Return by environment all that was executed of a scenario, or recorded of it up to a moment."""
    found: dict[str, list[Evidence]] = {}
    for _, environment, each in evidence(session, _up_to(models.Result.scenario == scenario, at)):
        found.setdefault(environment, []).append(each)
    return found


def row_at(session: Session, at: datetime, scenario: str) -> Matrix:
    """Return the matrix as it was at a moment, with the cells of one row alone."""
    return _matrix_at(session, at, models.Result.scenario == scenario)


def columns_at(session: Session, at: datetime, environments: Collection[str]) -> Matrix:
    """Return the matrix as it was at a moment, with the cells of some columns alone."""
    everywhere = models.Result.scenario.in_(select(models.Scenario.id))  # so that the index serves
    return _matrix_at(session, at, everywhere & models.Result.environment.in_(environments))


def warnings_of(session: Session, results: Collection[str]) -> dict[str, tuple[Warned, ...]]:
    """Return scenario id -> the warnings of some results, where they gave any."""
    table = models.Result
    query = select(table.scenario, table.evidence["warnings"]).where(table.id.in_(results))
    return {name: tuple(map(Warned.model_validate, given)) for name, given in session.execute(query) if given}


def _matrix_at(session: Session, at: datetime, where: ColumnElement[bool]) -> Matrix:
    scenarios = [scenario_of(row) for row in session.scalars(select(models.Scenario))]
    known = session.scalars(select(models.Environment).where(models.Environment.first_at <= at.astimezone(UTC)))
    environments = [environment_of(row, standing_refusal(session, row)) for row in known]
    fingerprints = {each.id: each.fingerprint for each in scenarios}
    cells: dict[tuple[str, str], list[Evidence]] = {}
    for scenario, environment, each in evidence(session, _up_to(where, at)):
        cells.setdefault((scenario, environment), []).append(each)
    judged = {cell: judge(results, fingerprints.get(cell[0], "")) for cell, results in cells.items()}
    return Matrix(rows(scenarios), columns(environments), judged)


def _up_to(where: ColumnElement[bool], at: datetime | None) -> ColumnElement[bool]:
    return where & (models.Result.at <= at.astimezone(UTC)) if at else where
