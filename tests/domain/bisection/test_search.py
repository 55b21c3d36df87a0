"""The search: laws over generated histories with holes, flakes and several turnings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dask_matrix.domain.bisection.observations import MOST_PASSES, Observation
from dask_matrix.domain.bisection.search import FIRST, RATED, Conclusion, Search, Turning, Want, Why, turnings
from dask_matrix.domain.records.bisection import Ended
from dask_matrix.domain.verdicts.confirmation import CONFIRMED

HOLE = Observation.hole("it does not build")
MOST_STEPS = 2000
UNHURRIED = settings(deadline=None)
"""No law is about time."""


@dataclass
class History:
    """A history as it truly is: ``.`` good, ``F`` bad, ``?`` a hole; ``flaky`` gives how the executions of a point end.

    ``ran`` and ``wants`` say what a search had executed.
    """

    truth: str
    flaky: Mapping[int, list[bool]] = field(default_factory=dict)
    ran: dict[int, Observation] = field(default_factory=dict)
    wants: list[Want] = field(default_factory=list)

    def execute(self, want: Want, seen: Observation) -> Observation:
        """Execute a point some times more."""
        if self.truth[want.point] == "?":
            return HOLE
        if self.truth[want.point] == ".":
            return replace(seen, passed=seen.passed + want.executions)
        pattern = self.flaky.get(want.point, [True])
        ends = [pattern[number % len(pattern)] for number in range(seen.executions, seen.executions + want.executions)]
        return replace(seen, broken=seen.broken + sum(ends), passed=seen.passed + len(ends) - sum(ends))

    def search(self, search: Search, stored: Mapping[int, Observation] | None = None) -> Conclusion:
        """Let a search have executed what it wants until it concludes."""
        seen = dict(stored or {})
        for _ in range(MOST_STEPS):
            want = search.step(seen)
            if isinstance(want, Conclusion):
                return want
            self.wants.append(want)
            seen[want.point] = self.ran[want.point] = self.execute(want, seen.get(want.point, Observation()))
        raise AssertionError(self)

    def full(self) -> dict[int, Observation]:
        """Return what is seen where every point was executed."""
        return {
            point: self.execute(Want(point, CONFIRMED, Why.MIDDLE), Observation()) for point in range(self.last + 1)
        }

    @property
    def last(self) -> int:
        """The last point."""
        return len(self.truth) - 1


def searched(truth: str, *, mends: bool = False, sweep: int = 0) -> tuple[Conclusion, History]:
    """Search a history that is what it looks like."""
    history = History(truth)
    return history.search(Search(history.last, mends, sweep)), history


def turned(letters: str) -> str:
    """Return a history with good and bad exchanged."""
    return letters.translate(str.maketrans(".F", "F."))


@st.composite
def once(draw: st.DrawFn) -> tuple[str, int]:
    """A history that turns from good to bad once, and its first bad point."""
    good, bad = draw(st.integers(1, 80)), draw(st.integers(1, 80))
    return "." * good + "F" * bad, good


@st.composite
def with_holes(draw: st.DrawFn) -> tuple[str, int]:
    """The same, with holes between the ends."""
    truth, first = draw(once())
    holes = draw(st.sets(st.integers(1, max(1, len(truth) - 2))))
    inner = (letter if place not in holes else "?" for place, letter in enumerate(truth[1:-1], start=1))
    return truth[0] + "".join(inner) + truth[-1], first


several = st.text(".F", min_size=0, max_size=60).map(lambda inner: f".{inner}F")
"""Histories that turn any number of times between a good start and a bad end."""


@UNHURRIED
@given(once(), st.booleans())
def test_the_planted_first_bad_point_is_found_within_the_bound(planted: tuple[str, int], mends: bool) -> None:
    """At most ceil(log2 n) + 2 points are executed over n steps; what mends is found as what breaks."""
    truth, first = planted
    found, history = searched(turned(truth) if mends else truth, mends=mends)
    assert (found.ended, found.suspects, found.confidence) == (Ended.FOUND, (first,), 1.0)
    assert len(history.ran) <= math.ceil(math.log2(history.last)) + 2


@UNHURRIED
@given(with_holes())
def test_beside_holes_the_suspects_are_a_set_that_holds_the_truth(planted: tuple[str, int]) -> None:
    """It is as small as can be: every point between its ends is a hole."""
    truth, first = planted
    found, _ = searched(truth)
    assert first in found.suspects
    assert {truth[point] for point in found.suspects[:-1]} <= {"?"}
    assert (truth[found.before or 0], truth[found.after or 0]) == (".", "F")
    assert found.ended is (Ended.FOUND if len(found.suspects) == 1 else Ended.SUSPECTS)


@UNHURRIED
@given(several, st.booleans())
def test_of_several_turnings_a_real_one_is_found_within_the_bound(truth: str, mends: bool) -> None:
    """Whatever lies beside it."""
    found, history = searched(turned(truth) if mends else truth, mends=mends)
    (suspect,) = found.suspects
    assert (truth[suspect - 1], truth[suspect]) == (".", "F")
    assert len(history.ran) <= max(0, math.ceil(math.log2(history.last))) + 2


@UNHURRIED
@given(several)
def test_where_all_is_stored_the_last_turning_is_found_and_every_other_is_told(truth: str) -> None:
    """Nothing is executed."""
    history = History(truth)
    found = history.search(Search(history.last), history.full())
    assert history.ran == {}
    assert found.suspects == (truth.rindex(".") + 1,)
    assert [(each.before, each.breaks) for each in found.turnings] == [
        (point, truth[point] == ".") for point in range(history.last) if truth[point] != truth[point + 1]
    ]


@st.composite
def with_flakes(draw: st.DrawFn) -> History:
    """A history whose bad points break in one of so many executions, up to those that a rate is read from; each begins anywhere."""
    truth, first = draw(with_holes())
    many = draw(st.integers(1, RATED))
    begins = draw(st.lists(st.integers(0, many - 1), min_size=len(truth), max_size=len(truth)))
    return History(
        truth, {point: [begins[point] == turn for turn in range(many)] for point in range(first, len(truth))}
    )


@UNHURRIED
@given(with_flakes())
def test_flakes_that_show_themselves_never_mislead(history: History) -> None:
    """However often a bad point passes before it breaks the first time, if it is no rarer than what a rate is read from."""
    found = history.search(Search(history.last))
    assert found.ended in {Ended.FOUND, Ended.SUSPECTS}
    assert (history.truth[found.before or 0], history.truth[found.after or 0]) == (".", "F")
    assert {history.truth[point] for point in found.suspects[:-1]} <= {"?"}


@UNHURRIED
@given(with_flakes())
def test_a_good_side_rests_on_as_many_passes_as_the_failure_rate_asks_for(history: History) -> None:
    """So that the stated confidence is reached, or all passes were spent that are spent on one point."""
    found = history.search(Search(history.last))
    passes = history.ran[found.before or 0].passed
    assert passes >= CONFIRMED
    assert found.confidence >= 0.95 or passes >= MOST_PASSES


@UNHURRIED
@given(once() | with_holes(), st.randoms(use_true_random=False), st.floats(0, 1))
def test_what_is_stored_is_never_executed_again(planted: tuple[str, int], random: object, share: float) -> None:
    """Whichever points are known beforehand and in whatever order they came: the same answer, and only what is missing."""
    truth, _ = planted
    full = list(History(truth).full().items())
    random.shuffle(full)  # type: ignore[attr-defined]
    stored = dict(full[: round(len(full) * share)])
    history = History(truth)
    found = history.search(Search(history.last), stored)
    assert not stored.keys() & history.ran.keys()
    assert found.suspects == searched(truth)[0].suspects


@UNHURRIED
@given(with_flakes(), st.integers(0, 30))
def test_a_search_that_was_interrupted_goes_on_where_it_was(history: History, steps: int) -> None:
    """Its observations are all it needs: it wants in all just what it would have wanted in one go."""
    search = Search(history.last)
    whole = history.search(search)
    stopped = History(history.truth, history.flaky)
    seen: dict[int, Observation] = {}
    for _ in range(steps):
        want = search.step(seen)
        if isinstance(want, Conclusion):
            break
        stopped.wants.append(want)
        seen[want.point] = stopped.execute(want, seen.get(want.point, Observation()))
    assert stopped.search(search, seen) == whole
    assert stopped.wants == history.wants


@UNHURRIED
@given(with_holes())
def test_a_point_is_begun_once(planted: tuple[str, int]) -> None:
    """Whatever is executed more often than once is so to confirm it."""
    _, history = searched(planted[0])
    begun = [want.point for want in history.wants if want.executions == FIRST and want.why is not Why.CONFIRM]
    assert len(begun) == len(set(begun))


@UNHURRIED
@given(once())
def test_what_is_wanted_next_was_foreseen(planted: tuple[str, int]) -> None:
    """Whether the point executed before it was good or bad."""
    truth, _ = planted
    history, seen, foreseen = History(truth), {}, None
    search = Search(history.last)
    while isinstance(want := search.step(seen), Want):
        if want.point not in seen:
            assert foreseen is None or want.point in foreseen
            foreseen = search.ahead(seen, want)
            assert len(foreseen) <= 2
        seen[want.point] = history.execute(want, seen.get(want.point, Observation()))


@pytest.mark.parametrize(
    ("truth", "mends", "end"),
    [(".F.", False, 2), ("FFF", False, 0), ("...", False, 2), (".F.", True, 0), ("F.F", True, 2)],
)
def test_an_end_that_is_not_what_it_was_said_to_be_is_told(truth: str, mends: bool, end: int) -> None:
    """Nothing is concluded from it."""
    found, _ = searched(truth, mends=mends)
    assert (found.ended, found.end, found.suspects) == (Ended.CONTRADICTED, end, ())


def test_a_bad_end_that_passes_is_executed_often_before_that_is_believed() -> None:
    """It may be flaky."""
    assert searched("....")[1].ran[3].passed == RATED
    rarely = History("..FF", {3: [False] * 7 + [True]})
    assert rarely.search(Search(3)).suspects == (2,)


def test_where_both_ends_are_alike_a_coarse_look_finds_what_lies_between() -> None:
    """Good, bad, good again: the turnings are told, and no answer is guessed."""
    found, history = searched("." * 9 + "F" * 4 + "." * 9)
    assert found.ended is Ended.CONTRADICTED
    assert [(each.before, each.after, each.breaks) for each in found.turnings] == [(0, 10, True), (10, 21, False)]
    assert len(history.ran) == 3


def test_a_sweep_that_is_asked_for_shows_turnings_that_a_search_steps_over() -> None:
    """And the last one is searched."""
    truth = "....FFFF........FFFF"
    found, _ = searched(truth, sweep=5)
    assert found.suspects == (16,)
    assert [each.breaks for each in found.turnings] == [True, False, True]


@pytest.mark.parametrize(("truth", "end"), [("?.F", 0), (".F?", 2)])
def test_an_end_that_cannot_be_seen_is_no_end(truth: str, end: int) -> None:
    """Both are verified before anything else."""
    found, history = searched(truth)
    assert (found.ended, found.end) == (Ended.UNVERIFIED, end)
    assert 1 not in history.ran


def test_a_step_beside_one_hole_is_to_its_neighbour_and_then_further_away() -> None:
    """So that a long hole is left behind soon."""
    _, history = searched("." * 20 + "?" * 20 + "F" * 21)
    tried = [want.point for want in history.wants if want.why in {Why.MIDDLE, Why.NEIGHBOUR}]
    assert tried[:5] == [30, 31, 28, 34, 22]
    assert tried[5] < 20 or tried[5] >= 40


def test_a_hole_elsewhere_moves_no_middle() -> None:
    """Only one that is in the way does."""
    history = History("." * 16 + "F" * 17)
    history.search(Search(32), {1: HOLE, 30: HOLE})
    assert [want.point for want in history.wants][2] == 16


def test_turnings_are_looked_for_across_unknown_points() -> None:
    """Unknown is neither good nor bad."""
    seen = {0: Observation(passed=1), 1: HOLE, 4: Observation(broken=1), 5: Observation(passed=3), 6: Observation()}
    assert turnings(seen) == (Turning(0, 4, breaks=True), Turning(4, 5, breaks=False))


def test_a_point_of_which_no_more_is_to_be_had_is_taken_as_it_is() -> None:
    """A search never asks for ever."""
    stored = {0: Observation(passed=1, exhausted=True), 1: Observation(passed=1, broken=1, exhausted=True)}
    found = Search(1).step(stored)
    assert isinstance(found, Conclusion)
    assert (found.suspects, found.confidence) == ((1,), 0.5)


def test_a_history_without_a_step_is_refused() -> None:
    """There is nothing to search."""
    with pytest.raises(ValueError, match="0"):
        Search(0)
