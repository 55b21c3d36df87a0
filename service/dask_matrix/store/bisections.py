"""Reads what bisections found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dask_matrix.domain.records.bisection import Bisected, Told
from dask_matrix.store import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


def told(session: Session, scenario: str | None = None, run: str | None = None) -> Iterator[Told]:
    """Yield the bisections of a scenario by its present id, or those of a run, or all, newest first."""
    table = models.Bisect
    query = select(table).order_by(table.at.desc(), models.spelled(table.id))
    if scenario is not None:
        query = query.where(table.scenario == scenario)
    if run is not None:
        query = query.where(table.run == run)
    for row in session.scalars(query):
        found = Bisected.model_validate(row.found | {"scenario": row.scenario})
        yield Told(id=row.id, at=row.at, run=row.run, found=found)
