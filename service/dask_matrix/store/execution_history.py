"""Reads what is known of some executions: all of one row, found through the index of results by cell, and their warnings."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import select

from dask_matrix.domain.records.records import Warned
from dask_matrix.store import models
from dask_matrix.store.rows import evidence

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from dask_matrix.domain.verdicts.verdict import Evidence


def executions(session: Session, scenario: str, at: datetime | None) -> dict[str, list[Evidence]]:
    """Return by environment all that was executed of a scenario, or recorded of it up to a moment."""
    found: dict[str, list[Evidence]] = {}
    for _, environment, _, each in evidence(session, _up_to(models.Result.scenario == scenario, at)):
        found.setdefault(environment, []).append(each)
    return found


def warnings_of(session: Session, results: Collection[str]) -> dict[str, tuple[Warned, ...]]:
    """Return scenario id -> the warnings of some results, where they gave any."""
    table = models.Result
    query = select(table.scenario, table.evidence["warnings"]).where(table.id.in_(results))
    return {name: tuple(map(Warned.model_validate, given)) for name, given in session.execute(query) if given}


def _up_to(where: ColumnElement[bool], at: datetime | None) -> ColumnElement[bool]:
    return where & (models.Result.at <= at.astimezone(UTC)) if at else where
