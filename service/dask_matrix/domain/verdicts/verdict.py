"""From results to verdicts: the only place that decides the verdict of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """The part of a result that a verdict depends on; ``warned`` comes from `dask_matrix.domain.verdicts.deprecations.deprecations`."""

    result: str
    fingerprint: str
    outcome: Outcome
    at: datetime
    exception: str = ""
    seconds: float = 0.0
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its evidence: the deciding result, and how many of its executions passed.

    ``was`` is the old verdict of a stale cell, otherwise None. ``result`` is None if there is no result at all.
    ``warned`` are the deprecation warnings of the deciding result, as `dask_matrix.domain.verdicts.deprecations.deprecations` returns them.
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

    def has_new_warnings(self, before: Judgement) -> bool:
        """Whether both pass, but this one with a deprecation warning that the earlier one did not give."""
        if not self.warned or self.verdict is not Verdict.PASS or before.verdict is not Verdict.PASS:
            return False
        return not set(self.warned) <= set(before.warned)


UNTESTED = Judgement(Verdict.UNTESTED)
"""The judgement of a cell without any result."""
UNINSTALLABLE = Judgement(Verdict.UNINSTALLABLE)
"""The judgement of a cell in an uninstallable environment."""


def judge(results: Sequence[Evidence], fingerprint: str) -> Judgement:
    """Return the verdict of one cell from all its results, whatever their order.

    Results with another fingerprint than the scenario's current one only make a cell stale; errored ones never count.
    """
    ordered = sorted(results, key=lambda result: (result.at, result.result))
    evidence = [result for result in ordered if result.outcome.is_evidence]
    fresh = [result for result in evidence if result.fingerprint == fingerprint]
    if fresh:
        return _verdict_of(fresh)
    if evidence:
        newest = evidence[-1].fingerprint
        old = _verdict_of([result for result in evidence if result.fingerprint == newest])
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
    if ordered:  # only internal errors: worth showing, but no evidence
        last = ordered[-1]
        return Judgement(
            Verdict.UNTESTED, last.fingerprint, last.result, last.exception, last.seconds, warned=last.warned
        )
    return Judgement(Verdict.UNTESTED, fingerprint)


def _verdict_of(fresh: Sequence[Evidence]) -> Judgement:
    """Return the verdict of results that are all evidence for one fingerprint, oldest first."""
    verdicts = [VERDICT_OF[result.outcome] for result in fresh]
    mixed = Verdict.PASS in verdicts and any(verdict.passes is False for verdict in verdicts)
    broken = [result for result in fresh if VERDICT_OF[result.outcome].passes is False]
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
