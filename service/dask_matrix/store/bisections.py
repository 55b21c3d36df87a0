"""Query recorded bisections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dask_matrix.domain.records.bisection import BisectReport, RecordedBisection
from dask_matrix.store import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


def recorded(session: Session, scenario: str | None = None, run: str | None = None) -> Iterator[RecordedBisection]:
    """Yield all bisections, newest first, or those of one scenario (by its current id) or of one run."""
    table = models.Bisect
    query = select(table).order_by(table.at.desc(), models.by_code_point(table.id))
    if scenario is not None:
        query = query.where(table.scenario == scenario)
    if run is not None:
        query = query.where(table.run == run)
    for row in session.scalars(query):
        found = BisectReport.model_validate(row.found | {"scenario": row.scenario})
        yield RecordedBisection(id=row.id, at=row.at, run=row.run, found=found)
