"""The bisect algorithm: properties over generated histories with untestable points, flakes and several transitions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dask_matrix.domain.bisection.observations import MAX_PASSES, Observation
from dask_matrix.domain.bisection.search import (
    FIRST,
    RATE_EXECUTIONS,
    Conclusion,
    NextPoint,
    NextPointReason,
    Search,
    Transition,
    transitions,
)
from dask_matrix.domain.records.bisection import BisectStatus
from dask_matrix.domain.verdicts.confirmation import CONFIRMED

UNTESTABLE = Observation.untestable("it does not build")
MAX_STEPS = 2000
NO_DEADLINE = settings(deadline=None)
"""No property is about time."""


@dataclass
class History:
    """A history as it truly is: ``.`` good, ``F`` bad, ``?`` untestable; ``flaky`` gives how the executions of a point end.

    ``ran`` and ``next_points`` say what a search had executed.
    """

    truth: str
    flaky: Mapping[int, list[bool]] = field(default_factory=dict)
    ran: dict[int, Observation] = field(default_factory=dict)
    next_points: list[NextPoint] = field(default_factory=list)

    def execute(self, next_point: NextPoint, seen: Observation) -> Observation:
        """Execute a point a number of times."""
        if self.truth[next_point.point] == "?":
            return UNTESTABLE
        if self.truth[next_point.point] == ".":
            return replace(seen, passed=seen.passed + next_point.executions)
        pattern = self.flaky.get(next_point.point, [True])
        ends = [
            pattern[number % len(pattern)] for number in range(seen.executions, seen.executions + next_point.executions)
        ]
        return replace(seen, broken=seen.broken + sum(ends), passed=seen.passed + len(ends) - sum(ends))

    def search(self, search: Search, stored: Mapping[int, Observation] | None = None) -> Conclusion:
        """Execute what a search asks for until it concludes."""
        seen = dict(stored or {})
        for _ in range(MAX_STEPS):
            next_point = search.step(seen)
            if isinstance(next_point, Conclusion):
                return next_point
            self.next_points.append(next_point)
            seen[next_point.point] = self.ran[next_point.point] = self.execute(
                next_point, seen.get(next_point.point, Observation())
            )
        raise AssertionError(self)

    def full(self) -> dict[int, Observation]:
        """Return the observations of all points."""
        return {
            point: self.execute(NextPoint(point, CONFIRMED, NextPointReason.MIDDLE), Observation())
            for point in range(self.last + 1)
        }

    @property
    def last(self) -> int:
        """The last point."""
        return len(self.truth) - 1


def searched(truth: str, *, find_fix: bool = False, sweep: int = 0) -> tuple[Conclusion, History]:
    """Search a history without flakes."""
    history = History(truth)
    return history.search(Search(history.last, find_fix, sweep)), history


def swapped(letters: str) -> str:
    """Return a history with good and bad swapped."""
    return letters.translate(str.maketrans(".F", "F."))


@st.composite
def once(draw: st.DrawFn) -> tuple[str, int]:
    """A history that changes from good to bad once, and its first bad point."""
    good, bad = draw(st.integers(1, 80)), draw(st.integers(1, 80))
    return "." * good + "F" * bad, good


@st.composite
def with_untestable_points(draw: st.DrawFn) -> tuple[str, int]:
    """The same, with untestable points between the endpoints."""
    truth, first = draw(once())
    untestable = draw(st.sets(st.integers(1, max(1, len(truth) - 2))))
    inner = (letter if place not in untestable else "?" for place, letter in enumerate(truth[1:-1], start=1))
    return truth[0] + "".join(inner) + truth[-1], first


several = st.text(".F", min_size=0, max_size=60).map(lambda inner: f".{inner}F")
"""Histories with any number of transitions between a good start and a bad end."""


@NO_DEADLINE
@given(once(), st.booleans())
def test_the_first_bad_point_is_found_within_the_bound(planted: tuple[str, int], find_fix: bool) -> None:
    """At most ceil(log2 n) + 2 points are executed over n steps; the same for the first good point."""
    truth, first = planted
    found, history = searched(swapped(truth) if find_fix else truth, find_fix=find_fix)
    assert (found.ended, found.suspects, found.confidence) == (BisectStatus.FOUND, (first,), 1.0)
    assert len(history.ran) <= math.ceil(math.log2(history.last)) + 2


@NO_DEADLINE
@given(with_untestable_points())
def test_suspects_include_the_first_bad_point(planted: tuple[str, int]) -> None:
    """The set is minimal: every point inside it is untestable."""
    truth, first = planted
    found, _ = searched(truth)
    assert first in found.suspects
    assert {truth[point] for point in found.suspects[:-1]} <= {"?"}
    assert (truth[found.before or 0], truth[found.after or 0]) == (".", "F")
    assert found.ended is (BisectStatus.FOUND if len(found.suspects) == 1 else BisectStatus.SUSPECTS)


@NO_DEADLINE
@given(several, st.booleans())
def test_with_several_transitions_a_real_one_is_found_within_the_bound(truth: str, find_fix: bool) -> None:
    """Whatever the others are."""
    found, history = searched(swapped(truth) if find_fix else truth, find_fix=find_fix)
    (suspect,) = found.suspects
    assert (truth[suspect - 1], truth[suspect]) == (".", "F")
    assert len(history.ran) <= max(0, math.ceil(math.log2(history.last))) + 2


@NO_DEADLINE
@given(several)
def test_with_all_results_known_the_last_transition_is_found_and_all_are_listed(truth: str) -> None:
    """Nothing is executed."""
    history = History(truth)
    found = history.search(Search(history.last), history.full())
    assert history.ran == {}
    assert found.suspects == (truth.rindex(".") + 1,)
    assert [(each.before, each.breaks) for each in found.transitions] == [
        (point, truth[point] == ".") for point in range(history.last) if truth[point] != truth[point + 1]
    ]


@st.composite
def with_flakes(draw: st.DrawFn) -> History:
    """A history whose bad points fail once in so many executions, at most RATE_EXECUTIONS; each starts anywhere in its pattern."""
    truth, first = draw(with_untestable_points())
    many = draw(st.integers(1, RATE_EXECUTIONS))
    begins = draw(st.lists(st.integers(0, many - 1), min_size=len(truth), max_size=len(truth)))
    return History(
        truth, {point: [begins[point] == turn for turn in range(many)] for point in range(first, len(truth))}
    )


@NO_DEADLINE
@given(with_flakes())
def test_flakes_never_mislead(history: History) -> None:
    """However often a bad point passes before its first failure, within RATE_EXECUTIONS."""
    found = history.search(Search(history.last))
    assert found.ended in {BisectStatus.FOUND, BisectStatus.SUSPECTS}
    assert (history.truth[found.before or 0], history.truth[found.after or 0]) == (".", "F")
    assert {history.truth[point] for point in found.suspects[:-1]} <= {"?"}


@NO_DEADLINE
@given(with_flakes())
def test_good_side_has_as_many_passes_as_the_failure_rate_requires(history: History) -> None:
    """So that the stated confidence is reached, or the maximum of passes."""
    found = history.search(Search(history.last))
    passes = history.ran[found.before or 0].passed
    assert passes >= CONFIRMED
    assert found.confidence >= 0.95 or passes >= MAX_PASSES


@NO_DEADLINE
@given(once() | with_untestable_points(), st.randoms(use_true_random=False), st.floats(0, 1))
def test_known_points_are_never_executed_again(planted: tuple[str, int], random: object, share: float) -> None:
    """Whichever points are known, in any order: the same conclusion, and only missing points are executed."""
    truth, _ = planted
    full = list(History(truth).full().items())
    random.shuffle(full)  # type: ignore[attr-defined]
    stored = dict(full[: round(len(full) * share)])
    history = History(truth)
    found = history.search(Search(history.last), stored)
    assert not stored.keys() & history.ran.keys()
    assert found.suspects == searched(truth)[0].suspects


@NO_DEADLINE
@given(with_flakes(), st.integers(0, 30))
def test_interrupted_search_resumes(history: History, steps: int) -> None:
    """From its observations alone: it asks for the same points as an uninterrupted one."""
    search = Search(history.last)
    whole = history.search(search)
    stopped = History(history.truth, history.flaky)
    seen: dict[int, Observation] = {}
    for _ in range(steps):
        next_point = search.step(seen)
        if isinstance(next_point, Conclusion):
            break
        stopped.next_points.append(next_point)
        seen[next_point.point] = stopped.execute(next_point, seen.get(next_point.point, Observation()))
    assert stopped.search(search, seen) == whole
    assert stopped.next_points == history.next_points


@NO_DEADLINE
@given(with_untestable_points())
def test_a_point_is_started_once(planted: tuple[str, int]) -> None:
    """Further executions only confirm it."""
    _, history = searched(planted[0])
    begun = [
        next_point.point
        for next_point in history.next_points
        if next_point.executions == FIRST and next_point.reason is not NextPointReason.CONFIRM
    ]
    assert len(begun) == len(set(begun))


@NO_DEADLINE
@given(once())
def test_next_point_was_among_the_possible_next_points(planted: tuple[str, int]) -> None:
    """Whether the point before it was good or bad."""
    truth, _ = planted
    history, seen, possible = History(truth), {}, None
    search = Search(history.last)
    while isinstance(next_point := search.step(seen), NextPoint):
        if next_point.point not in seen:
            assert possible is None or next_point.point in possible
            possible = search.possible_next_points(seen, next_point)
            assert len(possible) <= 2
        seen[next_point.point] = history.execute(next_point, seen.get(next_point.point, Observation()))


@pytest.mark.parametrize(
    ("truth", "find_fix", "end"),
    [(".F.", False, 2), ("FFF", False, 0), ("...", False, 2), (".F.", True, 0), ("F.F", True, 2)],
)
def test_wrong_endpoint_is_a_contradiction(truth: str, find_fix: bool, end: int) -> None:
    """There are no suspects."""
    found, _ = searched(truth, find_fix=find_fix)
    assert (found.ended, found.end, found.suspects) == (BisectStatus.CONTRADICTED, end, ())


def test_passing_bad_endpoint_is_repeated() -> None:
    """It may be flaky."""
    assert searched("....")[1].ran[3].passed == RATE_EXECUTIONS
    rarely = History("..FF", {3: [False] * 7 + [True]})
    assert rarely.search(Search(3)).suspects == (2,)


def test_equal_endpoints_are_sampled_in_between() -> None:
    """Good, bad, good again: the transitions are listed, without a conclusion."""
    found, history = searched("." * 9 + "F" * 4 + "." * 9)
    assert found.ended is BisectStatus.CONTRADICTED
    assert [(each.before, each.after, each.breaks) for each in found.transitions] == [(0, 10, True), (10, 21, False)]
    assert len(history.ran) == 3


def test_sweep_shows_transitions_that_bisecting_steps_over() -> None:
    """The last one is bisected."""
    truth = "....FFFF........FFFF"
    found, _ = searched(truth, sweep=5)
    assert found.suspects == (16,)
    assert [each.breaks for each in found.transitions] == [True, False, True]


@pytest.mark.parametrize(("truth", "end"), [("?.F", 0), (".F?", 2)])
def test_untestable_endpoint_stops_the_search(truth: str, end: int) -> None:
    """Both are tested before anything else."""
    found, history = searched(truth)
    assert (found.ended, found.end) == (BisectStatus.UNVERIFIED, end)
    assert 1 not in history.ran


def test_untestable_midpoint_tries_points_further_and_further_away() -> None:
    """So that a long untestable range is left quickly."""
    _, history = searched("." * 20 + "?" * 20 + "F" * 21)
    tried = [
        next_point.point
        for next_point in history.next_points
        if next_point.reason in {NextPointReason.MIDDLE, NextPointReason.NEIGHBOUR}
    ]
    assert tried[:5] == [30, 31, 28, 34, 22]
    assert tried[5] < 20 or tried[5] >= 40


def test_untestable_point_elsewhere_does_not_move_the_midpoint() -> None:
    """Only one at the midpoint does."""
    history = History("." * 16 + "F" * 17)
    history.search(Search(32), {1: UNTESTABLE, 30: UNTESTABLE})
    assert [next_point.point for next_point in history.next_points][2] == 16


def test_transitions_skip_unknown_points() -> None:
    """Unknown is neither good nor bad."""
    seen = {
        0: Observation(passed=1),
        1: UNTESTABLE,
        4: Observation(broken=1),
        5: Observation(passed=3),
        6: Observation(),
    }
    assert transitions(seen) == (Transition(0, 4, breaks=True), Transition(4, 5, breaks=False))


def test_exhausted_point_is_accepted() -> None:
    """A search never asks forever."""
    stored = {0: Observation(passed=1, exhausted=True), 1: Observation(passed=1, broken=1, exhausted=True)}
    found = Search(1).step(stored)
    assert isinstance(found, Conclusion)
    assert (found.suspects, found.confidence) == ((1,), 0.5)


def test_history_with_one_point_is_rejected() -> None:
    """There is nothing to search."""
    with pytest.raises(ValueError, match="0"):
        Search(0)
