"""Query install logs of environments."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import select

from dask_matrix.domain.records.installation import Installation
from dask_matrix.store import models

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def newest(session: Session, environment: str, at: datetime | None) -> Installation | None:
    """Return the newest installation of an environment (recorded up to ``at``, if given), or None."""
    table = models.Installation
    query = select(table).where(table.environment == environment)
    query = query.where(table.at <= at.astimezone(UTC)) if at else query
    row = session.scalar(query.order_by(table.at.desc(), models.by_code_point(table.id).desc()).limit(1))
    return Installation(row.at, row.run, row.log, row.seconds) if row else None
