"""Query the warnings that upgrade answers report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from dask_matrix.domain.records.records import Warned
from dask_matrix.store import models

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def warnings(session: Session, environment: str) -> dict[str, tuple[Warned, ...]]:
    """Return scenario id -> warnings of the result that decides its verdict in an environment, if it has any."""
    results, verdicts = models.Result, models.VerdictRow
    query = (
        select(results.scenario, results.evidence["warnings"])
        .join(verdicts, and_(verdicts.result == results.id, verdicts.environment == results.environment))
        .where(verdicts.environment == environment)
    )
    found = {scenario: given for scenario, given in session.execute(query) if given}
    return {scenario: tuple(map(Warned.model_validate, given)) for scenario, given in found.items()}
