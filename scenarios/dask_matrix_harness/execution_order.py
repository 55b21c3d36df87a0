"""Plan which attempts a job asks for, and in which order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from .execution import Execution
from .job import Job
from .limits import Limits
from .loop import Attempt
from .scenario import Scenario

#: Outcomes after which a scenario is retried.
RETRIED_OUTCOMES = ("failed", "timed-out", "crashed", "errored")


def planned_attempts(scenarios: Sequence[Scenario], job: Job) -> list[Attempt]:
    """The attempts of `scenarios`, the longest first, or in rounds, shuffled if the job has a seed."""
    longest_first = sorted(scenarios, key=lambda each: -job.expected.get(each.id, float("inf")))
    if job.rounds > 1 or job.seed is not None:
        return list(_rounds(longest_first, job))
    return [_attempt(each, attempt, job) for each in longest_first for attempt in job.attempts.get(each.id, [1])]


def next_attempt(ended: Execution, outcome: str, job: Job) -> Attempt | None:
    """The retry that follows an execution that ended with `outcome`, or None."""
    is_prescribed = job.rounds > 1 or ended.scenario.id in job.attempts
    if is_prescribed or outcome not in RETRIED_OUTCOMES or ended.attempt > job.retries:
        return None
    return Attempt(ended.scenario, ended.attempt + 1, ended.limits)


def _rounds(scenarios: Sequence[Scenario], job: Job) -> Iterator[Attempt]:
    for number in range(1, job.rounds + 1):
        order = list(scenarios)
        if job.seed is not None:
            random.Random(f"{job.seed} {number}").shuffle(order)  # noqa: S311 - no secret
        yield from (_attempt(each, number, job) for each in order)


def _attempt(scenario: Scenario, attempt: int, job: Job) -> Attempt:
    return Attempt(scenario, attempt, Limits.of(scenario.declaration, job))
