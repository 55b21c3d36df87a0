"""Which executions a job asks for, and in which order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from .execution import Execution
from .job import Job
from .limits import Limits
from .loop import Turn
from .scenario import Scenario

#: Outcomes that are not believed before they were seen again.
DOUBTED = ("failed", "timed-out", "crashed", "errored")


def turns(scenarios: Sequence[Scenario], job: Job) -> list[Turn]:
    """The turns of `scenarios`: the longest first, or in the random order that a seed gives."""
    longest_first = sorted(scenarios, key=lambda each: -job.expected.get(each.id, float("inf")))
    if job.rounds > 1 or job.seed is not None:
        return list(_rounds(longest_first, job))
    return [_turn(each, attempt, job) for each in longest_first for attempt in job.attempts.get(each.id, [1])]


def once_more(ended: Execution, outcome: str, job: Job) -> Turn | None:
    """The next turn of a scenario of which one `ended` with `outcome`, if that is not to be believed at once."""
    is_told = job.rounds > 1 or ended.scenario.id in job.attempts
    if is_told or outcome not in DOUBTED or ended.attempt > job.retries:
        return None
    return Turn(ended.scenario, ended.attempt + 1, ended.limits)


def _rounds(scenarios: Sequence[Scenario], job: Job) -> Iterator[Turn]:
    for number in range(1, job.rounds + 1):
        order = list(scenarios)
        if job.seed is not None:
            random.Random(f"{job.seed} {number}").shuffle(order)  # noqa: S311 - no secret
        yield from (_turn(each, number, job) for each in order)


def _turn(scenario: Scenario, attempt: int, job: Job) -> Turn:
    return Turn(scenario, attempt, Limits.of(scenario.declaration, job))
