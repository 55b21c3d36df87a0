"""Reads what an answer about an upgrade rests on beside the verdicts: when results came, and what was warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from service.domain.records import Warned
from service.domain.upgrade import Span
from service.store import models

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def spans(session: Session) -> dict[str, Span]:
    """Return by environment when its oldest and its newest result came."""
    table = models.Result
    query = select(table.environment, func.min(table.started), func.max(table.started)).group_by(table.environment)
    return {key: Span(oldest, newest) for key, oldest, newest in session.execute(query)}


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
