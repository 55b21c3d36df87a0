"""Reads rows as the domain's objects."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from service.domain.environment import Lane, Python
from service.domain.matrix import Environment, Refusal, Scenario
from service.domain.outcome import Outcome, Verdict
from service.domain.records import Warned, release_of
from service.domain.result import Result
from service.domain.verdict import Evidence, Judgement, judge
from service.store import models

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


VERDICTS = {verdict.value: verdict for verdict in Verdict}


def scenario_of(row: models.Scenario) -> Scenario:
    """Return the domain's view of a row."""
    return Scenario(
        id=row.id,
        title=row.title,
        area=row.area,
        fingerprint=row.fingerprint,
        description=row.description,
        file=row.file,
        function=row.function,
        line=row.line,
        source=row.source,
        issues=tuple(row.issues),
        covers=tuple(row.covers),
        since=row.since,
        until=row.until,
        formerly=tuple(row.formerly),
    )


def standing_refusal(session: Session, row: models.Environment) -> Refusal | None:
    """Return the refusal of an environment, unless a newer description cleared it."""
    refusal = session.get(models.Refusal, row.key)
    return Refusal(refusal.phase, refusal.message) if refusal and refusal.at >= row.at else None


def environment_of(row: models.Environment, refusal: Refusal | None) -> Environment:
    """Return the domain's view of a row."""
    return Environment(
        key=row.key,
        release=release_of(row.release, row.pair),
        python=Python.parse(row.python),
        lane=Lane(row.lane),
        platform=row.platform,
        at=row.at,
        released_at=row.released_at,
        cutoff=row.cutoff,
        python_full=row.python_full,
        lock=row.lock,
        refusal=refusal,
    )


def verdicts(session: Session) -> dict[tuple[str, str], Judgement]:
    """Return the materialised verdicts by scenario and environment: tuples, not objects, since there are thousands."""
    table = models.VerdictRow
    told = (table.fingerprint, table.result, table.exception, table.seconds, table.passed, table.executions)
    query = select(table.scenario, table.environment, table.verdict, table.was, *told)
    return {
        (scenario, environment): _judged(verdict, was, *told)
        for scenario, environment, verdict, was, *told in session.execute(query)
    }


def _judged(verdict: str, was: str | None, *told: Any) -> Judgement:
    values: tuple[Any, ...] = (VERDICTS[verdict], *told, VERDICTS[was] if was else None)
    return Judgement(*values)


def evidence(session: Session, where: ColumnElement[bool]) -> Iterator[tuple[str, str, Evidence]]:
    """Yield scenario, environment and what a verdict depends on, for the results that match."""
    table = models.Result
    query = select(
        table.scenario,
        table.environment,
        table.id,
        table.fingerprint,
        table.outcome,
        table.started,
        table.exception_type,
        table.seconds,
    ).where(where)
    for scenario, environment, result, fingerprint, outcome, started, exception, seconds in session.execute(query):
        yield scenario, environment, Evidence(result, fingerprint, Outcome(outcome), started, exception, seconds)


def verdicts_at(session: Session, at: datetime, fingerprints: dict[str, str]) -> dict[tuple[str, str], Judgement]:
    """Return the verdicts as they were at a moment, from the results recorded up to it."""
    cells: dict[tuple[str, str], list[Evidence]] = {}
    for scenario, environment, each in evidence(session, models.Result.at <= at.astimezone(UTC)):
        cells.setdefault((scenario, environment), []).append(each)
    return {cell: judge(results, fingerprints.get(cell[0], "")) for cell, results in cells.items()}


def result_of(row: models.Result) -> Result:
    """Return the domain's view of a row."""
    evidence = row.evidence
    return Result(
        id=row.id,
        run=row.run,
        environment=row.environment,
        scenario=row.scenario,
        fingerprint=row.fingerprint,
        outcome=Outcome(row.outcome),
        phase=row.phase,
        reason=row.reason,
        exception_type=row.exception_type,
        exception_message=row.exception_message,
        traceback=evidence.get("traceback", ""),
        stdout=evidence.get("stdout", ""),
        stderr=evidence.get("stderr", ""),
        log=evidence.get("log", ""),
        warnings=tuple(Warned.model_validate(each) for each in evidence.get("warnings", ())),
        seconds=row.seconds,
        started=row.started,
        attempt=row.attempt,
    )
