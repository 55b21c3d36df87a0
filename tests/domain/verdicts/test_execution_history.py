"""What all executions of a scenario say together."""

from datetime import UTC, datetime

from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.execution_history import Steadiness, Took, steadiness, took
from dask_matrix.domain.verdicts.verdict import Evidence

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def of(outcome: Outcome, seconds: float = 1.0, fingerprint: str = "f") -> Evidence:
    """Return an execution."""
    return Evidence("r", fingerprint, outcome, NOW, "", seconds)


def test_only_executions_of_the_present_text_that_passed_are_timed() -> None:
    """One that failed early, or was stopped at its deadline, says nothing of how long it takes."""
    passed = [of(Outcome.PASSED, seconds) for seconds in (3.0, 1.0, 2.0)]
    others = [of(Outcome.FAILED, 0.1), of(Outcome.TIMED_OUT, 60.0), of(Outcome.PASSED, 9.0, "older")]
    assert took({"a": [*passed, *others], "b": [of(Outcome.CRASHED)]}, "f") == {"a": Took(1.0, 2.0, 3.0, 3)}


def test_outcomes_are_mixed_where_one_environment_saw_it_pass_and_break() -> None:
    """Accidents of ours and skips make nothing flaky, nor does another text."""
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
