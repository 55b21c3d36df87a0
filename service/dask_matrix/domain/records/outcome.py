"""The two closed vocabularies: outcomes of single results, and verdicts of cells."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How one execution of one scenario ended."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"
    SKIPPED = "skipped"
    ERRORED = "errored"

    @property
    def is_evidence(self) -> bool:
        """Whether it is evidence about Dask: an internal error of fixtures or harness is not."""
        return self is not Outcome.ERRORED


class Verdict(StrEnum):
    """What is known about one scenario in one environment."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    TIMEOUT = "timeout"
    CRASH = "crash"
    FLAKY = "flaky"
    NOT_APPLICABLE = "n/a"
    UNINSTALLABLE = "uninstallable"
    UNTESTED = "untested"
    STALE = "stale"

    @property
    def passes(self) -> bool | None:
        """True if the scenario passes, False if it fails in any way or is flaky, None if there is no such verdict."""
        if self is Verdict.PASS:
            return True
        return False if self in _BROKEN else None


_BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH, Verdict.FLAKY})

VERDICT_OF = {
    Outcome.PASSED: Verdict.PASS,
    Outcome.FAILED: Verdict.FAIL,
    Outcome.TIMED_OUT: Verdict.TIMEOUT,
    Outcome.CRASHED: Verdict.CRASH,
    Outcome.SKIPPED: Verdict.NOT_APPLICABLE,
}
"""The verdict of a single outcome; ``errored`` gives none."""
