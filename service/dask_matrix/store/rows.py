"""Convert between database rows and domain objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import Warned, release_of
from dask_matrix.domain.records.result import Result
from dask_matrix.domain.verdicts.deprecations import deprecations
from dask_matrix.domain.verdicts.verdict import Evidence
from dask_matrix.store import models

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from dask_matrix.domain.records.records import ResultRecord
    from dask_matrix.domain.verdicts.verdict import Judgement

FETCH_SIZE = 2_000
"""Rows fetched at a time, so that a table is never in memory as a whole."""
MAX_IDS = 400
"""Ids in one statement; SQLite and PostgreSQL limit the number of parameters."""
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
VERDICTS = {verdict.value: verdict for verdict in Verdict}


Recorded = tuple[str, str, "datetime", Evidence]
"""A result as a verdict needs it: scenario, environment, when it was recorded, and its evidence."""


def batches(ids: list[str]) -> Iterator[list[str]]:
    """Return ids in batches of at most ``MAX_IDS``, each for one statement."""
    return (ids[start : start + MAX_IDS] for start in range(0, len(ids), MAX_IDS))


def scenario_of(row: models.Scenario) -> Scenario:
    """Return a row as a domain object."""
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


def environment_of(row: models.Environment, refusal: Refusal | None) -> Environment:
    """Return a row as a domain object."""
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


def current_refusal(session: Session, row: models.Environment) -> Refusal | None:
    """Return the refusal of an environment; None if a newer environment record cleared it."""
    refusal = session.get(models.Refusal, row.key)
    return Refusal(refusal.phase, refusal.message) if refusal and refusal.at >= row.at else None


def evidence(session: Session, where: ColumnElement[bool], *, in_order: bool = False) -> Iterator[Recorded]:
    """Yield the matching results; ``in_order``: cell by cell."""
    table = models.Result
    query = select(
        table.scenario,
        table.environment,
        table.at,
        table.id,
        table.fingerprint,
        table.outcome,
        table.started,
        table.exception_type,
        table.seconds,
        table.evidence["warnings"],
    ).where(where)
    query = query.order_by(table.scenario, table.environment) if in_order else query
    session.flush()
    found = session.connection().execute(
        query, execution_options={"yield_per": FETCH_SIZE}
    )  # without the ORM: twice as fast
    for scenario, environment, at, result, print_, outcome, started, exception, seconds, given in found:
        warned = deprecations((each["category"], each["message"], each["where"]) for each in given) if given else ()
        yield (
            scenario,
            environment,
            at,
            Evidence(result, print_, OUTCOMES[outcome], started, exception, seconds, warned),
        )


def result_row(record: ResultRecord, number: int, scenario: str) -> dict[str, Any]:
    """Return the columns of a result; field by field, which is several times as fast as `model_dump`."""
    raised = record.exception
    return {
        "id": record.id,
        "number": number,
        "at": record.at,
        "run": record.run,
        "environment": record.environment,
        "scenario": scenario,
        "fingerprint": record.fingerprint,
        "outcome": record.outcome.value,
        "phase": record.phase,
        "reason": record.reason,
        "exception_type": raised.type if raised else "",
        "exception_message": raised.message if raised else "",
        "seconds": record.seconds,
        "started": record.started,
        "attempt": record.attempt,
        "evidence": {
            "traceback": record.traceback,
            "stdout": record.stdout,
            "stderr": record.stderr,
            "log": record.log,
            "warnings": [each.model_dump(mode="json") for each in record.warnings],
        },
    }


def verdict_row(judgement: Judgement) -> dict[str, Any]:
    """Return the columns of the verdicts table that a judgement decides."""
    return {
        "verdict": judgement.verdict.value,
        "was": judgement.was.value if judgement.was else None,
        "fingerprint": judgement.fingerprint,
        "result": judgement.result,
        "exception": judgement.exception,
        "seconds": judgement.seconds,
        "passed": judgement.passed,
        "executions": judgement.executions,
        "warned": " ".join(judgement.warned),
    }


def result_of(row: models.Result) -> Result:
    """Return a row as a domain object."""
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
