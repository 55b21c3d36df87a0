"""Estimates from earlier durations."""

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


def test_durations_in_the_same_environment_take_precedence() -> None:
    """A new environment gets the median over all."""
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
def test_untimed_executions_are_counted_not_guessed(
    executions: list[str], functions: list[str], estimate: Estimate
) -> None:
    """A function that was never collected here is expected to have the scenarios it has elsewhere."""
    assert TIMINGS.estimate("one", executions, functions) == estimate


def test_parallel_time_is_at_least_the_longest_execution() -> None:
    """Ten seconds of work, of which one execution takes six."""
    assert [Estimate(10, 6).over(jobs) for jobs in (1, 2, 8)] == [10, 6, 6]
