"""Find scenarios whose outcome varies between repeated executions in random order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dask_matrix.domain.records.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

MIN_EXECUTIONS = 2
"""Broken and passing executions, of each, that are needed to look for a cause in the order."""


class Trial(NamedTuple):
    """One execution, its round and its start."""

    scenario: str
    environment: str
    outcome: Outcome
    started: datetime
    round: int


@dataclass(frozen=True)
class Unstable:
    """A scenario whose outcome varied in an environment: how often each outcome occurred.

    ``only_after`` are scenarios that had started before it in the same round every time it broke and never when it
    passed: a hint, not a proof. ``errored`` executions are counted too, though they are no evidence about Dask.
    """

    scenario: str
    environment: str
    counts: dict[Outcome, int]
    only_after: tuple[str, ...] = ()

    @property
    def executions(self) -> int:
        """How often it was executed."""
        return sum(self.counts.values())

    @property
    def rate(self) -> float:
        """The share of its executions that passed."""
        return self.counts.get(Outcome.PASSED, 0) / self.executions

    def as_json(self) -> dict[str, Any]:
        """Return its JSON form."""
        return {
            "scenario": self.scenario,
            "environment": self.environment,
            "executions": self.executions,
            "outcomes": {outcome.value: count for outcome, count in self.counts.items()},
            "rate": round(self.rate, 4),
            "only_after": list(self.only_after),
        }


def unstable(trials: Iterable[Trial]) -> list[Unstable]:
    """Return the scenarios with more than one outcome within one environment, by environment and id."""
    cells: dict[tuple[str, str], list[Trial]] = {}
    rounds: dict[tuple[str, int], list[Trial]] = {}
    for trial in sorted(trials, key=lambda each: (each.started, each.scenario)):
        cells.setdefault((trial.environment, trial.scenario), []).append(trial)
        rounds.setdefault((trial.environment, trial.round), []).append(trial)
    return [
        Unstable(scenario, environment, counts, _only_after(cell, rounds))
        for (environment, scenario), cell in sorted(cells.items())
        if len(counts := _counts(cell)) > 1
    ]


def _counts(cell: Sequence[Trial]) -> dict[Outcome, int]:
    """Return how often each outcome occurred, in the order of `Outcome`."""
    counted = Counter(trial.outcome for trial in cell)
    return {outcome: counted[outcome] for outcome in Outcome if outcome in counted}


def _only_after(cell: Sequence[Trial], rounds: dict[tuple[str, int], list[Trial]]) -> tuple[str, ...]:
    """Return the scenarios that had started before every broken execution and before no passing one."""
    before: dict[bool, list[set[str]]] = {True: [], False: []}
    for trial in cell:
        if trial.outcome is not Outcome.SKIPPED:
            earlier = (each for each in rounds[trial.environment, trial.round] if each.started < trial.started)
            before[trial.outcome is Outcome.PASSED].append({each.scenario for each in earlier})
    passing, broken = before[True], before[False]
    if min(len(passing), len(broken)) < MIN_EXECUTIONS:
        return ()
    return tuple(sorted(set.intersection(*broken).difference({cell[0].scenario}, *passing)))
