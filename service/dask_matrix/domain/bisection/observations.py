"""What executions say of one point of a history: good, bad or unknown; and how often a flaky one must pass to be good."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dask_matrix.domain.records.bisection import Seen
from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIDENCE = 0.95
"""How sure it must be that a point is good, once the scenario was seen to be flaky."""
MOST_PASSES = 60
"""Passes after which a point counts as good with whatever confidence that gives."""


class Executed(NamedTuple):
    """The part of a result that an observation depends on."""

    outcome: Outcome
    exception_type: str = ""
    exception_message: str = ""
    reason: str = ""

    def is_like(self, kind: str) -> bool:
        """Whether it failed in a way: an exception by its name or a part of what it says, or an outcome by its name."""
        name = self.exception_type.rpartition(".")[2]
        named = kind in {name, self.exception_type, self.outcome.value}
        return named or kind in self.exception_message or kind in self.reason

    @property
    def told(self) -> str:
        """How it ended, in one line."""
        message = next(iter(self.exception_message.splitlines()), "")
        parts = (self.exception_type.rpartition(".")[2], message or self.reason)
        return ": ".join([self.outcome.value, *filter(None, parts)])


@dataclass(frozen=True)
class Observation:
    """The executions at one point: those that passed, those that broke as asked, and those that say neither.

    ``told`` is how the newest ended that counts, or why there is none; ``exhausted`` where no more are to be had,
    ``accident`` where there is nothing but accidents of the harness: another execution may say more.
    """

    passed: int = 0
    broken: int = 0
    unclear: int = 0
    told: str = ""
    exhausted: bool = False
    accident: bool = False

    @property
    def seen(self) -> Seen | None:
        """What they say; None if there are none. One that breaks is enough to be bad: a good point never does."""
        if self.broken:
            return Seen.BAD
        if self.unclear:
            return Seen.UNKNOWN
        return Seen.GOOD if self.passed else None

    @property
    def executions(self) -> int:
        """How many say anything."""
        return self.passed + self.broken

    @classmethod
    def hole(cls, why: str) -> Observation:
        """Return what is said of a point at which nothing can be executed."""
        return cls(unclear=1, told=why, exhausted=True)


def observe(results: Iterable[Executed], failing_with: str = "") -> Observation:
    """Weigh the executions at one point, oldest first.

    Only failures like ``failing_with`` are bad, if it is given; others say nothing. Accidents of the harness count
    only where there is nothing else.
    """
    found = list(results)
    evidence = [each for each in found if each.outcome.is_evidence]
    passed = [each for each in evidence if VERDICT_OF[each.outcome].holds]
    failed = [each for each in evidence if VERDICT_OF[each.outcome].holds is False]
    broken = [each for each in failed if not failing_with or each.is_like(failing_with)]
    unclear = [each for each in evidence or found if each not in passed and each not in broken]
    deciding = broken or unclear or passed
    told = deciding[-1].told if deciding else ""
    return Observation(len(passed), len(broken), len(unclear), told, accident=bool(found) and not evidence)


@dataclass(frozen=True)
class FailureRate:
    """How often a scenario breaks where it is broken: the executions of all points seen to be bad, put together."""

    broken: int
    executions: int

    @classmethod
    def of(cls, seen: Iterable[Observation]) -> FailureRate:
        """Return the rate that observations show."""
        bad = [each for each in seen if each.seen is Seen.BAD]
        return cls(sum(each.broken for each in bad), sum(each.executions for each in bad))

    @property
    def rate(self) -> float:
        """The share that broke; 1 where nothing else was seen."""
        return self.broken / self.executions if self.executions else 1.0

    @property
    def is_flaky(self) -> bool:
        """Whether it also passes where it is broken."""
        return self.broken < self.executions

    @property
    def passes_needed(self) -> int:
        """How many passes in a row make a point good: so many that a bad one would have shown itself with CONFIDENCE."""
        if not self.is_flaky:
            return 1
        return min(MOST_PASSES, math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - self.rate)))

    def confidence(self, passes: int) -> float:
        """How sure it is that a point is good after so many passes: how likely a bad one would have broken by now."""
        return 1 - (1 - self.rate) ** passes
