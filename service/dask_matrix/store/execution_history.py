"""Query the executions of one scenario, through the index of results by cell, and the warnings of chosen results."""

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
    """Return environment key -> executions of a scenario, all of them or those recorded up to ``at``."""
    found: dict[str, list[Evidence]] = {}
    for _, environment, _, each in evidence(session, _up_to(models.Result.scenario == scenario, at)):
        found.setdefault(environment, []).append(each)
    return found


def warnings_of(session: Session, results: Collection[str]) -> dict[str, tuple[Warned, ...]]:
    """Return scenario id -> warnings of the given results; results without warnings are left out."""
    table = models.Result
    query = select(table.scenario, table.evidence["warnings"]).where(table.id.in_(results))
    return {name: tuple(map(Warned.model_validate, given)) for name, given in session.execute(query) if given}


def _up_to(where: ColumnElement[bool], at: datetime | None) -> ColumnElement[bool]:
    return where & (models.Result.at <= at.astimezone(UTC)) if at else where
