"""From executions to the status of a point."""

from __future__ import annotations

import pytest

from dask_matrix.domain.bisection.observations import (
    CONFIDENCE,
    MAX_PASSES,
    Execution,
    FailureRate,
    Observation,
    observe,
)
from dask_matrix.domain.records.bisection import PointStatus
from dask_matrix.domain.records.outcome import Outcome

PASSED = Execution(Outcome.PASSED)
CANCELLED = Execution(
    Outcome.FAILED, "distributed.client.FutureCancelledError", "x cancelled for reason: lost dependencies."
)
OTHER = Execution(Outcome.FAILED, "AssertionError", "assert 1 == 2")
HUNG = Execution(Outcome.TIMED_OUT, reason="no result within 60 s")
CRASHED = Execution(Outcome.CRASHED, reason="signal SIGSEGV")
INTERNAL_ERROR = Execution(Outcome.ERRORED, "OSError", "port in use")
SKIPPED = Execution(Outcome.SKIPPED, reason="since 2025.1.0")


@pytest.mark.parametrize(
    ("results", "seen"),
    [
        ([], None),
        ([PASSED], PointStatus.GOOD),
        ([CANCELLED], PointStatus.BAD),
        ([HUNG], PointStatus.BAD),
        ([CRASHED], PointStatus.BAD),
        ([PASSED, CANCELLED, PASSED], PointStatus.BAD),
        ([INTERNAL_ERROR], PointStatus.UNKNOWN),
        ([SKIPPED, SKIPPED], PointStatus.UNKNOWN),
        ([INTERNAL_ERROR, PASSED], PointStatus.GOOD),
    ],
)
def test_status_of_a_point(results: list[Execution], seen: PointStatus | None) -> None:
    """One broken execution makes a point bad; internal errors neither count nor change it."""
    assert observe(results).status is seen


@pytest.mark.parametrize(
    "kind", ["FutureCancelledError", "distributed.client.FutureCancelledError", "lost dependencies", "failed"]
)
def test_failing_with_matches_name_message_or_outcome(kind: str) -> None:
    """The exception's name, a part of its message, or the outcome."""
    assert observe([CANCELLED], kind).status is PointStatus.BAD


@pytest.mark.parametrize(("result", "kind"), [(HUNG, "timed-out"), (HUNG, "no result"), (CRASHED, "SIGSEGV")])
def test_failing_with_matches_outcomes_without_exception(result: Execution, kind: str) -> None:
    """By outcome or reason."""
    assert observe([result], kind).status is PointStatus.BAD
    assert observe([CANCELLED], kind).status is PointStatus.UNKNOWN


@pytest.mark.parametrize("results", [[OTHER], [OTHER, PASSED], [PASSED, OTHER]])
def test_other_failures_are_unknown(results: list[Execution]) -> None:
    """Even next to passes."""
    found = observe(results, "FutureCancelledError")
    assert (found.status, found.summary) == (PointStatus.UNKNOWN, "failed: AssertionError: assert 1 == 2")


def test_internal_errors_only_is_marked() -> None:
    """Any other outcome is evidence."""
    assert observe([INTERNAL_ERROR, INTERNAL_ERROR]).internal_errors_only
    assert not any(
        observe(each).internal_errors_only
        for each in ([], [INTERNAL_ERROR, SKIPPED], [INTERNAL_ERROR, PASSED], [OTHER])
    )


def test_summary_describes_the_deciding_execution() -> None:
    """In one line."""
    assert (
        observe([PASSED, CANCELLED, PASSED]).summary
        == "failed: FutureCancelledError: x cancelled for reason: lost dependencies."
    )
    assert observe([HUNG]).summary == "timed-out: no result within 60 s"
    assert observe([PASSED]).summary == "passed"


@pytest.mark.parametrize(
    ("broken", "passed", "needed"), [(4, 0, 1), (5, 5, 5), (9, 1, 2), (1, 9, 29), (1, 99, MAX_PASSES)]
)
def test_passes_needed_for_a_flaky_scenario(broken: int, passed: int, needed: int) -> None:
    """Enough that a bad point would have failed with 95 percent probability, up to a maximum."""
    rate = FailureRate.of([Observation(passed, broken), Observation(passed=7)])
    assert rate.passes_needed == needed
    assert rate.confidence(needed) >= CONFIDENCE or needed == MAX_PASSES
    assert needed == 1 or rate.confidence(needed - 1) < CONFIDENCE


def test_failure_rate_is_over_all_bad_points() -> None:
    """Good and unknown points do not count."""
    rate = FailureRate.of([Observation(1, 3), Observation(0, 2), Observation(passed=8), Observation.untestable("no")])
    assert (rate.broken, rate.executions) == (5, 6)
