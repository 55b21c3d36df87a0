"""What executions say of one point."""

from __future__ import annotations

import pytest

from dask_matrix.domain.bisection.observations import (
    CONFIDENCE,
    MOST_PASSES,
    Executed,
    FailureRate,
    Observation,
    observe,
)
from dask_matrix.domain.records.bisection import Seen
from dask_matrix.domain.records.outcome import Outcome

PASSED = Executed(Outcome.PASSED)
CANCELLED = Executed(
    Outcome.FAILED, "distributed.client.FutureCancelledError", "x cancelled for reason: lost dependencies."
)
OTHER = Executed(Outcome.FAILED, "AssertionError", "assert 1 == 2")
HUNG = Executed(Outcome.TIMED_OUT, reason="no result within 60 s")
CRASHED = Executed(Outcome.CRASHED, reason="signal SIGSEGV")
ACCIDENT = Executed(Outcome.ERRORED, "OSError", "port in use")
SKIPPED = Executed(Outcome.SKIPPED, reason="since 2025.1.0")


@pytest.mark.parametrize(
    ("results", "seen"),
    [
        ([], None),
        ([PASSED], Seen.GOOD),
        ([CANCELLED], Seen.BAD),
        ([HUNG], Seen.BAD),
        ([CRASHED], Seen.BAD),
        ([PASSED, CANCELLED, PASSED], Seen.BAD),
        ([ACCIDENT], Seen.UNKNOWN),
        ([SKIPPED, SKIPPED], Seen.UNKNOWN),
        ([ACCIDENT, PASSED], Seen.GOOD),
    ],
)
def test_what_executions_say_is_one_of_three(results: list[Executed], seen: Seen | None) -> None:
    """One that breaks is enough; an accident says nothing, and takes nothing from what else was seen."""
    assert observe(results).seen is seen


@pytest.mark.parametrize(
    "kind", ["FutureCancelledError", "distributed.client.FutureCancelledError", "lost dependencies", "failed"]
)
def test_bad_can_be_narrowed_to_a_kind_of_failure(kind: str) -> None:
    """By the exception's name, by a part of what it says, or by the outcome."""
    assert observe([CANCELLED], kind).seen is Seen.BAD


@pytest.mark.parametrize(("result", "kind"), [(HUNG, "timed-out"), (HUNG, "no result"), (CRASHED, "SIGSEGV")])
def test_what_ends_without_an_exception_has_a_kind_too(result: Executed, kind: str) -> None:
    """Its outcome or its reason."""
    assert observe([result], kind).seen is Seen.BAD
    assert observe([CANCELLED], kind).seen is Seen.UNKNOWN


@pytest.mark.parametrize("results", [[OTHER], [OTHER, PASSED], [PASSED, OTHER]])
def test_a_failure_of_another_kind_is_unknown(results: list[Executed]) -> None:
    """Also beside passes: what it would have been without it, nobody knows."""
    found = observe(results, "FutureCancelledError")
    assert (found.seen, found.told) == (Seen.UNKNOWN, "failed: AssertionError: assert 1 == 2")


def test_nothing_but_accidents_may_be_otherwise_next_time() -> None:
    """Anything else beside them is evidence."""
    assert observe([ACCIDENT, ACCIDENT]).accident
    assert not any(observe(each).accident for each in ([], [ACCIDENT, SKIPPED], [ACCIDENT, PASSED], [OTHER]))


def test_an_observation_tells_how_the_execution_ended_that_counts() -> None:
    """In one line."""
    assert (
        observe([PASSED, CANCELLED, PASSED]).told
        == "failed: FutureCancelledError: x cancelled for reason: lost dependencies."
    )
    assert observe([HUNG]).told == "timed-out: no result within 60 s"
    assert observe([PASSED]).told == "passed"


@pytest.mark.parametrize(
    ("broken", "passed", "needed"), [(4, 0, 1), (5, 5, 5), (9, 1, 2), (1, 9, 29), (1, 99, MOST_PASSES)]
)
def test_a_flaky_scenario_must_pass_so_often_that_a_bad_point_would_have_shown_itself(
    broken: int, passed: int, needed: int
) -> None:
    """With 95 percent, at the rate at which it breaks elsewhere; up to a number of passes."""
    rate = FailureRate.of([Observation(passed, broken), Observation(passed=7)])
    assert rate.passes_needed == needed
    assert rate.confidence(needed) >= CONFIDENCE or needed == MOST_PASSES
    assert needed == 1 or rate.confidence(needed - 1) < CONFIDENCE


def test_a_rate_is_of_all_bad_points_together() -> None:
    """Good and unknown ones have none."""
    rate = FailureRate.of([Observation(1, 3), Observation(0, 2), Observation(passed=8), Observation.hole("no")])
    assert (rate.broken, rate.executions) == (5, 6)
