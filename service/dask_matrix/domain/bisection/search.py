"""The bisect algorithm: choose the next point to test, or conclude.

A search is a pure function of the observations so far, in any order: existing results are never executed again, and
an interrupted search resumes where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.domain.bisection.observations import FailureRate, Observation
from dask_matrix.domain.records.bisection import BisectStatus, PointStatus
from dask_matrix.domain.verdicts.confirmation import CONFIRMED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST = CONFIRMED
"""Executions of a new point: as many as a confirmed transition needs. That is cheaper than coming back for more."""
RATE_EXECUTIONS = 10
"""Executions of bad points that give a failure rate, and passes of a bad endpoint before it counts as good."""
MAX_SAMPLES = 7
"""Maximum of evenly spread points to test if both endpoints are alike; stops at the first that differs."""


class NextPointReason(StrEnum):
    """Why a point is tested."""

    ENDPOINT = "verify an endpoint"
    MIDDLE = "midpoint of the remaining range"
    NEIGHBOUR = "the midpoint could not be tested; try its neighbour"
    RATE = "flaky: measure the failure rate"
    REPEAT = "flaky: repeat until the passes are conclusive"
    CONFIRM = "confirm both sides of the transition"
    SAMPLE = "sample the whole range"


@dataclass(frozen=True)
class NextPoint:
    """The next point to test, how many more times, and why."""

    point: int
    executions: int
    reason: NextPointReason


@dataclass(frozen=True)
class Transition:
    """Two points that differ, with no known point in between; ``breaks`` if the earlier one is good."""

    before: int
    after: int
    breaks: bool


@dataclass(frozen=True)
class Conclusion:
    """The result of a search.

    ``suspects`` are the points that may be the first bad one; ``end`` is the endpoint that is not as given, or could not
    be tested; ``confidence`` is that of the last good point, 1 if nothing was flaky.
    """

    ended: BisectStatus
    transitions: tuple[Transition, ...]
    suspects: tuple[int, ...] = ()
    before: int | None = None
    after: int | None = None
    end: int | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class Search:
    """A search over the points 0 to ``last`` for the first bad point, or with ``find_fix`` for the first good one.

    Of several transitions it finds the last one of its kind. ``sweep`` evenly spread points are tested beforehand, to
    show transitions that bisecting would step over.
    """

    last: int
    find_fix: bool = False
    sweep: int = 0

    def __post_init__(self) -> None:
        """Reject a history with a single point."""
        if self.last < 1:
            raise ValueError(self.last)

    @property
    def expected(self) -> dict[int, PointStatus]:
        """The status that the two endpoints are given as."""
        ends = (PointStatus.BAD, PointStatus.GOOD) if self.find_fix else (PointStatus.GOOD, PointStatus.BAD)
        return dict(zip((0, self.last), ends, strict=True))

    def step(self, observations: Mapping[int, Observation]) -> NextPoint | Conclusion:
        """Return the next point to test, or the conclusion."""
        known = {point: each for point, each in observations.items() if each.status is not None}
        return self._verify_endpoints(known) or self._sample(known) or self._bisect(known)

    def possible_next_points(self, observations: Mapping[int, Observation], next_point: NextPoint) -> tuple[int, ...]:
        """Return the new points that may follow one: if it is good, and if it is bad."""
        before = observations.get(next_point.point, Observation())
        good = Observation(passed=max(before.passed, RATE_EXECUTIONS), exhausted=True)
        bad = Observation(before.passed, before.broken + CONFIRMED, exhausted=True)
        found = (self.step({**observations, next_point.point: each}) for each in (good, bad))
        points = (each.point for each in found if isinstance(each, NextPoint))
        return tuple(
            dict.fromkeys(point for point in points if point not in observations and point != next_point.point)
        )

    def _verify_endpoints(self, known: Mapping[int, Observation]) -> NextPoint | Conclusion | None:
        """Test both endpoints before anything else."""
        for end, expected in self.expected.items():
            if end not in known:
                return NextPoint(end, FIRST, NextPointReason.ENDPOINT)
            here = known[end]
            if here.status is PointStatus.UNKNOWN:
                return Conclusion(BisectStatus.UNVERIFIED, transitions(known), end=end)
            if here.status is not expected:
                if here.status is PointStatus.GOOD and here.passed < RATE_EXECUTIONS and not here.exhausted:
                    return NextPoint(end, RATE_EXECUTIONS - here.passed, NextPointReason.ENDPOINT)
                return self._contradicted(end, known)
        return None

    def _contradicted(self, end: int, known: Mapping[int, Observation]) -> NextPoint | Conclusion:
        """Look for a transition although both endpoints are alike, so that the report can suggest a range."""
        other = self.last - end
        if other not in known:
            return NextPoint(other, FIRST, NextPointReason.ENDPOINT)
        if not transitions(known) and (point := _next_of(self._spread(MAX_SAMPLES), known)) is not None:
            return NextPoint(point, FIRST, NextPointReason.SAMPLE)
        return Conclusion(BisectStatus.CONTRADICTED, transitions(known), end=end)

    def _sample(self, known: Mapping[int, Observation]) -> NextPoint | None:
        point = _next_of(self._spread(self.sweep), known)
        return None if point is None else NextPoint(point, FIRST, NextPointReason.SAMPLE)

    def _spread(self, count: int) -> Iterator[int]:
        """Yield evenly spread points between the endpoints, nearest to the middle first."""
        points = {round(self.last * place / (count + 1)) for place in range(1, count + 1)} - {0, self.last}
        yield from sorted(points, key=lambda point: (abs(2 * point - self.last), point))

    def _bisect(self, known: Mapping[int, Observation]) -> NextPoint | Conclusion:
        """Halve the remaining range between the last two points that differ as searched for."""
        before, after = self._bracket(known)
        good, bad = (after, before) if self.find_fix else (before, after)
        rate = FailureRate.of(known.values())
        if next_point := _settle(known, good, bad, rate):
            return next_point
        if (point := _middle(before, after, known)) is not None:
            return NextPoint(
                point, FIRST, NextPointReason.MIDDLE if point == (before + after) // 2 else NextPointReason.NEIGHBOUR
            )
        for side in (good, bad):
            here = known[side]
            if here.executions < CONFIRMED and not here.exhausted:
                return NextPoint(side, CONFIRMED - here.executions, NextPointReason.CONFIRM)
        suspects = tuple(range(before + 1, after + 1))
        ended = BisectStatus.FOUND if len(suspects) == 1 else BisectStatus.SUSPECTS
        confidence = rate.confidence(known[good].passed)
        return Conclusion(ended, transitions(known), suspects, before, after, confidence=confidence)

    def _bracket(self, known: Mapping[int, Observation]) -> tuple[int, int]:
        """Return the last point with the status of the start, and the first known one after it."""
        start = self.expected[0]
        known_points = sorted(point for point, each in known.items() if each.status is not PointStatus.UNKNOWN)
        before = max(point for point in known_points if known[point].status is start)
        return before, min(point for point in known_points if point > before)


def transitions(observations: Mapping[int, Observation]) -> tuple[Transition, ...]:
    """Return every transition between known points, in order; unknown points are skipped."""
    known_points = sorted(
        point for point, each in observations.items() if each.status in {PointStatus.GOOD, PointStatus.BAD}
    )
    return tuple(
        Transition(before, after, breaks=observations[before].status is PointStatus.GOOD)
        for before, after in pairwise(known_points)
        if observations[before].status is not observations[after].status
    )


def _settle(known: Mapping[int, Observation], good: int, bad: int, rate: FailureRate) -> NextPoint | None:
    """If the scenario is flaky: measure its failure rate, then repeat the good side until its passes are conclusive."""
    if not rate.is_flaky:
        return None
    if rate.executions < RATE_EXECUTIONS and not known[bad].exhausted:
        return NextPoint(bad, RATE_EXECUTIONS - rate.executions, NextPointReason.RATE)
    if known[good].passed < rate.passes_needed and not known[good].exhausted:
        return NextPoint(good, rate.passes_needed - known[good].passed, NextPointReason.REPEAT)
    return None


def _middle(before: int, after: int, known: Mapping[int, Observation]) -> int | None:
    """Return the midpoint; if it is unknown, a point near it, further away the more unknown points there are."""
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
