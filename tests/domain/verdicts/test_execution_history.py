"""The summary of all executions of a scenario."""

from datetime import UTC, datetime

from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.execution_history import Durations, Steadiness, steadiness, took
from dask_matrix.domain.verdicts.verdict import Evidence

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def of(outcome: Outcome, seconds: float = 1.0, fingerprint: str = "f") -> Evidence:
    """Return an execution."""
    return Evidence("r", fingerprint, outcome, NOW, "", seconds)


def test_only_passed_executions_with_the_current_fingerprint_are_timed() -> None:
    """One that failed early or timed out says nothing about how long it takes."""
    passed = [of(Outcome.PASSED, seconds) for seconds in (3.0, 1.0, 2.0)]
    others = [of(Outcome.FAILED, 0.1), of(Outcome.TIMED_OUT, 60.0), of(Outcome.PASSED, 9.0, "older")]
    assert took({"a": [*passed, *others], "b": [of(Outcome.CRASHED)]}, "f") == {"a": Durations(1.0, 2.0, 3.0, 3)}


def test_outcomes_are_mixed_if_a_scenario_passes_and_breaks_in_one_environment() -> None:
    """Internal errors, skips and other fingerprints do not count."""
    found = steadiness(
        {
            "flaky": [of(Outcome.PASSED), of(Outcome.TIMED_OUT)],
            "steady": [of(Outcome.PASSED), of(Outcome.ERRORED), of(Outcome.SKIPPED)],
            "changed": [of(Outcome.PASSED), of(Outcome.FAILED, fingerprint="older")],
            "old": [of(Outcome.PASSED, fingerprint="older")],
        },
        "f",
    )
    assert found == Steadiness(executions=5, cells=3, mixed=("flaky",))
