"""Decide from executions whether a point is good, bad or unknown, and how often a flaky scenario must pass to be good."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dask_matrix.domain.records.bisection import PointStatus
from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIDENCE = 0.95
"""Required confidence that a point is good, once the scenario is known to be flaky."""
MAX_PASSES = 60
"""Passes after which a point counts as good, whatever the confidence."""


class Execution(NamedTuple):
    """The part of a result that an observation depends on."""

    outcome: Outcome
    exception_type: str = ""
    exception_message: str = ""
    reason: str = ""

    def matches(self, kind: str) -> bool:
        """Whether it failed in a given way: an exception name, part of a message, or an outcome."""
        name = self.exception_type.rpartition(".")[2]
        named = kind in {name, self.exception_type, self.outcome.value}
        return named or kind in self.exception_message or kind in self.reason

    @property
    def summary(self) -> str:
        """The outcome, exception and message in one line."""
        message = next(iter(self.exception_message.splitlines()), "")
        parts = (self.exception_type.rpartition(".")[2], message or self.reason)
        return ": ".join([self.outcome.value, *filter(None, parts)])


@dataclass(frozen=True)
class Observation:
    """The executions at one point: how many passed, broke in the given way, or were inconclusive.

    ``summary`` describes the newest deciding execution, or why there is none. ``exhausted`` if no more executions are
    possible; ``internal_errors_only`` if another execution may give a result.
    """

    passed: int = 0
    broken: int = 0
    inconclusive: int = 0
    summary: str = ""
    exhausted: bool = False
    internal_errors_only: bool = False

    @property
    def status(self) -> PointStatus | None:
        """The status; None without executions. One broken execution makes a point bad: a good point never breaks."""
        if self.broken:
            return PointStatus.BAD
        if self.inconclusive:
            return PointStatus.UNKNOWN
        return PointStatus.GOOD if self.passed else None

    @property
    def executions(self) -> int:
        """How many are conclusive."""
        return self.passed + self.broken

    @classmethod
    def untestable(cls, reason: str) -> Observation:
        """Return the observation of a point where nothing can be executed."""
        return cls(inconclusive=1, summary=reason, exhausted=True)


def observe(results: Iterable[Execution], failing_with: str = "") -> Observation:
    """Summarise the executions at one point, oldest first.

    If ``failing_with`` is given, only failures that match it are bad; others are inconclusive. Internal errors count
    only if there is nothing else.
    """
    found = list(results)
    evidence = [each for each in found if each.outcome.is_evidence]
    passed = [each for each in evidence if VERDICT_OF[each.outcome].passes]
    failed = [each for each in evidence if VERDICT_OF[each.outcome].passes is False]
    broken = [each for each in failed if not failing_with or each.matches(failing_with)]
    inconclusive = [each for each in evidence or found if each not in passed and each not in broken]
    deciding = broken or inconclusive or passed
    summary = deciding[-1].summary if deciding else ""
    return Observation(
        len(passed), len(broken), len(inconclusive), summary, internal_errors_only=bool(found) and not evidence
    )


@dataclass(frozen=True)
class FailureRate:
    """How often a scenario fails where it is broken: the executions of all bad points together."""

    broken: int
    executions: int

    @classmethod
    def of(cls, status: Iterable[Observation]) -> FailureRate:
        """Return the failure rate over the bad points."""
        bad = [each for each in status if each.status is PointStatus.BAD]
        return cls(sum(each.broken for each in bad), sum(each.executions for each in bad))

    @property
    def rate(self) -> float:
        """The share of executions that failed; 1 without any."""
        return self.broken / self.executions if self.executions else 1.0

    @property
    def is_flaky(self) -> bool:
        """Whether it also passes at bad points."""
        return self.broken < self.executions

    @property
    def passes_needed(self) -> int:
        """How many passes make a point good: enough that a bad one would have failed with probability CONFIDENCE."""
        if not self.is_flaky:
            return 1
        return min(MAX_PASSES, math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - self.rate)))

    def confidence(self, passes: int) -> float:
        """The confidence that a point is good after ``passes``: the probability that a bad one would have failed by now."""
        return 1 - (1 - self.rate) ** passes
