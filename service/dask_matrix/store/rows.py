"""Reads rows as the domain's objects."""

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

    from dask_matrix.domain.verdicts.verdict import Judgement

AT_ONCE = 2_000
"""Rows read at a time: never all of a table at once in memory beside what is made of it."""
IN_ONE = 400
"""Ids asked for in one statement; SQLite and PostgreSQL bound their number."""
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
VERDICTS = {verdict.value: verdict for verdict in Verdict}


def portions(ids: list[str]) -> Iterator[list[str]]:
    """Return ids in parts, each fit for one statement."""
    return (ids[start : start + IN_ONE] for start in range(0, len(ids), IN_ONE))


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


def standing_refusal(session: Session, row: models.Environment) -> Refusal | None:
    """Return the refusal of an environment, unless a newer description cleared it."""
    refusal = session.get(models.Refusal, row.key)
    return Refusal(refusal.phase, refusal.message) if refusal and refusal.at >= row.at else None


def evidence(session: Session, where: ColumnElement[bool]) -> Iterator[tuple[str, str, datetime, Evidence]]:
    """Yield scenario, environment, when it was recorded, and what a verdict depends on, for the results that match."""
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
    found = session.execute(query, execution_options={"yield_per": AT_ONCE})
    for scenario, environment, at, result, print_, outcome, started, exception, seconds, given in found:
        warned = deprecations((each["category"], each["message"]) for each in given) if given else ()
        told = Evidence(result, print_, OUTCOMES[outcome], started, exception, seconds, warned)
        yield scenario, environment, at, told


def verdict_row(judgement: Judgement) -> dict[str, Any]:
    """Return what the table of verdicts holds of a judgement."""
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
