"""How long things will take, from how long they took."""

from __future__ import annotations

import pytest

from dask_matrix.domain.verdicts.durations import Estimate, Timed, Timings

TIMINGS = Timings(
    [
        Timed("a", "one", "f::a", 1.0),
        Timed("a", "two", "f::a", 3.0),
        Timed("a", "three", "f::a", 8.0),
        Timed("b[1]", "one", "f::b", 2.0),
        Timed("b[2]", "one", "f::b", 4.0),
    ]
)


def test_the_same_environment_is_believed_before_the_median_of_all() -> None:
    """A new environment gets the median."""
    assert TIMINGS.expected("one") == {"a": 1.0, "b[1]": 2.0, "b[2]": 4.0}
    assert TIMINGS.expected("new") == {"a": 3.0, "b[1]": 2.0, "b[2]": 4.0}


@pytest.mark.parametrize(
    ("executions", "functions", "estimate"),
    [
        ([], [], Estimate()),
        (["a", "a"], [], Estimate(2.0, 1.0)),
        (["a", "never"], [], Estimate(1.0, 1.0, 1)),
        ([], ["f::b"], Estimate(6.0, 4.0)),
        (["a"], ["f::b", "f::never"], Estimate(7.0, 4.0, 1)),
    ],
)
def test_what_was_never_timed_is_counted_and_not_guessed(
    executions: list[str], functions: list[str], estimate: Estimate
) -> None:
    """A function never collected here is expected to have the scenarios it has elsewhere."""
    assert TIMINGS.estimate("one", executions, functions) == estimate


def test_no_number_of_jobs_is_faster_than_the_longest() -> None:
    """Ten seconds of work in which one piece takes six."""
    assert [Estimate(10, 6).over(jobs) for jobs in (1, 2, 8)] == [10, 6, 6]
