"""Reads what an answer about an upgrade rests on beside the verdicts: what was warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from dask_matrix.domain.records.records import Warned
from dask_matrix.store import models

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def warnings(session: Session, environment: str) -> dict[str, tuple[Warned, ...]]:
    """Return scenario id -> the warnings of the result that decides its verdict in an environment, where it gave any."""
    results, verdicts = models.Result, models.VerdictRow
    query = (
        select(results.scenario, results.evidence["warnings"])
        .join(verdicts, and_(verdicts.result == results.id, verdicts.environment == results.environment))
        .where(verdicts.environment == environment)
    )
    told = {scenario: given for scenario, given in session.execute(query) if given}
    return {scenario: tuple(map(Warned.model_validate, given)) for scenario, given in told.items()}
