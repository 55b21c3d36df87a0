"""Bisection: which points of a history to execute next, and what follows once none is left.

A search is a pure function of the observations made so far, in whatever order and by whomever: what is known already
is never wanted again, and a search that was interrupted goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.domain.bisection.observations import FailureRate, Observation
from dask_matrix.domain.records.bisection import Ended, Seen
from dask_matrix.domain.verdicts.confirmation import CONFIRMED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST = CONFIRMED
"""Executions of a point that has none: as many as a side of a turning rests on. They cost less than coming back for more."""
RATED = 10
"""Executions of bad points from which a failure rate is read, and of a bad end that passes before it is called good."""
SWEEP = 7
"""Points looked at, evenly spread, where both ends are alike: as many at most, up to the first that differs."""


class Why(StrEnum):
    """Why a point is executed."""

    END = "verify an end"
    MIDDLE = "the middle of what is left"
    NEIGHBOUR = "the middle is unknown: beside it"
    RATE = "it also passes: how often?"
    REPEAT = "flaky: pass often enough to be called good"
    CONFIRM = "confirm both sides of the turning"
    SWEEP = "a coarse look over all"


@dataclass(frozen=True)
class Want:
    """A point to execute, and so many times more."""

    point: int
    executions: int
    why: Why


@dataclass(frozen=True)
class Turning:
    """Two points that differ, of which nothing is known in between; ``breaks`` where the earlier one is good."""

    before: int
    after: int
    breaks: bool


@dataclass(frozen=True)
class Conclusion:
    """What a search found.

    ``suspects`` are the points at one of which it turned, ``end`` the end that is not what it was said to be, or could
    not be seen; ``confidence`` is that of the good side of the turning, 1 where nothing flaky was seen.
    """

    ended: Ended
    turnings: tuple[Turning, ...]
    suspects: tuple[int, ...] = ()
    before: int | None = None
    after: int | None = None
    end: int | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class Search:
    """A search over the points 0 to ``last``, both ends known: for what broke a behaviour, or with ``mends`` what mended it.

    Of several turnings it finds the last one of its kind before the later end. ``sweep`` points, evenly spread, are
    looked at beforehand, so that turnings show that a search would step over.
    """

    last: int
    mends: bool = False
    sweep: int = 0

    def __post_init__(self) -> None:
        """Refuse a history without a step."""
        if self.last < 1:
            raise ValueError(self.last)

    @property
    def expected(self) -> dict[int, Seen]:
        """What the two ends are said to be."""
        ends = (Seen.BAD, Seen.GOOD) if self.mends else (Seen.GOOD, Seen.BAD)
        return dict(zip((0, self.last), ends, strict=True))

    def step(self, seen: Mapping[int, Observation]) -> Want | Conclusion:
        """Return what to execute next, or what follows from all that was seen."""
        known = {point: each for point, each in seen.items() if each.seen is not None}
        return self._of_ends(known) or self._of_sweep(known) or self._between(known)

    def ahead(self, seen: Mapping[int, Observation], want: Want) -> tuple[int, ...]:
        """Return the points, never executed, that may be wanted after one: if it is good, and if it is bad."""
        before = seen.get(want.point, Observation())
        good = Observation(passed=max(before.passed, RATED), exhausted=True)
        bad = Observation(before.passed, before.broken + CONFIRMED, exhausted=True)
        found = (self.step({**seen, want.point: each}) for each in (good, bad))
        points = (each.point for each in found if isinstance(each, Want))
        return tuple(dict.fromkeys(point for point in points if point not in seen and point != want.point))

    def _of_ends(self, known: Mapping[int, Observation]) -> Want | Conclusion | None:
        """Verify both ends before anything else."""
        for end, expected in self.expected.items():
            if end not in known:
                return Want(end, FIRST, Why.END)
            here = known[end]
            if here.seen is Seen.UNKNOWN:
                return Conclusion(Ended.UNVERIFIED, turnings(known), end=end)
            if here.seen is not expected:
                if here.seen is Seen.GOOD and here.passed < RATED and not here.exhausted:
                    return Want(end, RATED - here.passed, Why.END)
                return self._contradicted(end, known)
        return None

    def _contradicted(self, end: int, known: Mapping[int, Observation]) -> Want | Conclusion:
        """Look for a turning where both ends are alike, so that there is something to tell."""
        other = self.last - end
        if other not in known:
            return Want(other, FIRST, Why.END)
        if not turnings(known) and (point := _next_of(self._spread(SWEEP), known)) is not None:
            return Want(point, FIRST, Why.SWEEP)
        return Conclusion(Ended.CONTRADICTED, turnings(known), end=end)

    def _of_sweep(self, known: Mapping[int, Observation]) -> Want | None:
        point = _next_of(self._spread(self.sweep), known)
        return None if point is None else Want(point, FIRST, Why.SWEEP)

    def _spread(self, many: int) -> Iterator[int]:
        """Yield so many points evenly spread between the ends, those nearest to the middle first."""
        points = {round(self.last * place / (many + 1)) for place in range(1, many + 1)} - {0, self.last}
        yield from sorted(points, key=lambda point: (abs(2 * point - self.last), point))

    def _between(self, known: Mapping[int, Observation]) -> Want | Conclusion:
        """Halve what is left between the last two points that differ as asked for."""
        before, after = self._bracket(known)
        good, bad = (after, before) if self.mends else (before, after)
        rate = FailureRate.of(known.values())
        if want := _settle(known, good, bad, rate):
            return want
        if (point := _middle(before, after, known)) is not None:
            return Want(point, FIRST, Why.MIDDLE if point == (before + after) // 2 else Why.NEIGHBOUR)
        for side in (good, bad):
            here = known[side]
            if here.executions < CONFIRMED and not here.exhausted:
                return Want(side, CONFIRMED - here.executions, Why.CONFIRM)
        suspects = tuple(range(before + 1, after + 1))
        ended = Ended.FOUND if len(suspects) == 1 else Ended.SUSPECTS
        confidence = rate.confidence(known[good].passed)
        return Conclusion(ended, turnings(known), suspects, before, after, confidence=confidence)

    def _bracket(self, known: Mapping[int, Observation]) -> tuple[int, int]:
        """Return the last point that is as the start, before the end, and the first one after it that is as the end."""
        start = self.expected[0]
        telling = sorted(point for point, each in known.items() if each.seen is not Seen.UNKNOWN)
        before = max(point for point in telling if known[point].seen is start)
        return before, min(point for point in telling if point > before)


def turnings(seen: Mapping[int, Observation]) -> tuple[Turning, ...]:
    """Return every turning that observations show, in order; unknown points are looked across."""
    telling = sorted(point for point, each in seen.items() if each.seen in {Seen.GOOD, Seen.BAD})
    return tuple(
        Turning(before, after, breaks=seen[before].seen is Seen.GOOD)
        for before, after in pairwise(telling)
        if seen[before].seen is not seen[after].seen
    )


def _settle(known: Mapping[int, Observation], good: int, bad: int, rate: FailureRate) -> Want | None:
    """Once a scenario is seen to be flaky: learn how often it breaks, then let the good side pass often enough."""
    if not rate.is_flaky:
        return None
    if rate.executions < RATED and not known[bad].exhausted:
        return Want(bad, RATED - rate.executions, Why.RATE)
    if known[good].passed < rate.passes_needed and not known[good].exhausted:
        return Want(good, rate.passes_needed - known[good].passed, Why.REPEAT)
    return None


def _middle(before: int, after: int, known: Mapping[int, Observation]) -> int | None:
    """Return the middle; where that is a hole the point beside it, or further away, the more holes there are around it."""
    middle, reach, side = (before + after) // 2, 0, -1
    while reach < after - before:
        point = middle + side * reach
        if before < point < after and point not in known:
            return point
        reach, side = 2 * reach or 1, -side
    untried = (point for point in range(before + 1, after) if point not in known)
    return min(untried, key=lambda point: (abs(point - middle), point), default=None)


def _next_of(points: Iterator[int], known: Mapping[int, Observation]) -> int | None:
    return next((point for point in points if point not in known), None)
