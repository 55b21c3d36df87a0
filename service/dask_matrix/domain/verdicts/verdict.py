"""From results to verdicts: the one place that says what the evidence of a cell amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """The part of a result that a verdict depends on; ``warned`` as `dask_matrix.domain.verdicts.deprecations.deprecations` says it."""

    result: str
    fingerprint: str
    outcome: Outcome
    at: datetime
    exception: str = ""
    seconds: float = 0.0
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it rests on: the deciding result, and how many of how many executions passed.

    ``was`` is the old verdict of a stale cell, otherwise None. ``result`` is None where there is none at all.
    ``warned`` are the deprecations that the deciding result told of, as `dask_matrix.domain.verdicts.deprecations.deprecations` says them.
    """

    verdict: Verdict
    fingerprint: str = ""
    result: str | None = None
    exception: str = ""
    seconds: float = 0.0
    passed: int = 0
    executions: int = 0
    was: Verdict | None = None
    warned: tuple[str, ...] = ()

    def warns_anew(self, before: Judgement) -> bool:
        """Whether it passes as one before it did, but with a deprecation that was not told of there."""
        if not self.warned or self.verdict is not Verdict.PASS or before.verdict is not Verdict.PASS:
            return False
        return not set(self.warned) <= set(before.warned)


UNTESTED = Judgement(Verdict.UNTESTED)
"""What is said of a cell that nobody looked at."""
UNINSTALLABLE = Judgement(Verdict.UNINSTALLABLE)
"""What is said of a cell of an environment that cannot be had."""


def judge(results: Sequence[Evidence], fingerprint: str) -> Judgement:
    """Return the verdict of one cell from all its results, whatever their order.

    Results of another fingerprint than the scenario's present one are only shown as stale; errored ones never count.
    """
    ordered = sorted(results, key=lambda result: (result.at, result.result))
    evidence = [result for result in ordered if result.outcome.is_evidence]
    fresh = [result for result in evidence if result.fingerprint == fingerprint]
    if fresh:
        return _weigh(fresh)
    if evidence:
        newest = evidence[-1].fingerprint
        old = _weigh([result for result in evidence if result.fingerprint == newest])
        return Judgement(
            Verdict.STALE,
            old.fingerprint,
            old.result,
            old.exception,
            old.seconds,
            old.passed,
            old.executions,
            old.verdict,
            old.warned,
        )
    if ordered:  # only accidents of ours: worth showing, proof of nothing
        last = ordered[-1]
        return Judgement(
            Verdict.UNTESTED, last.fingerprint, last.result, last.exception, last.seconds, warned=last.warned
        )
    return Judgement(Verdict.UNTESTED, fingerprint)


def _weigh(fresh: Sequence[Evidence]) -> Judgement:
    """Return the verdict of results that all count, oldest first."""
    verdicts = [VERDICT_OF[result.outcome] for result in fresh]
    mixed = Verdict.PASS in verdicts and any(verdict.holds is False for verdict in verdicts)
    broken = [result for result in fresh if VERDICT_OF[result.outcome].holds is False]
    deciding = broken[-1] if mixed else fresh[-1]
    return Judgement(
        verdict=Verdict.FLAKY if mixed else verdicts[-1],
        fingerprint=deciding.fingerprint,
        result=deciding.result,
        exception=deciding.exception,
        seconds=deciding.seconds,
        passed=verdicts.count(Verdict.PASS),
        executions=len(fresh),
        warned=deciding.warned,
    )
