"""Runs and their progress, in total and in each environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from dask_matrix.domain.records.records import RunRecord
    from dask_matrix.domain.records.run_end import End

BUNDLED_SET = "scenarios"
"""How records name the bundled scenario set."""
BROKEN = tuple(each for each in Outcome if each not in {Outcome.PASSED, Outcome.SKIPPED})
"""Outcomes that need attention, including internal errors of the harness."""


def scenario_set_option(name: str) -> list[str]:
    """Return the words of a command that select a scenario set by its recorded name; none for the bundled set."""
    return [] if name in {"", BUNDLED_SET} else ["--scenarios", name]


@dataclass(frozen=True)
class Progress:
    """The progress of a run or of an environment. ``planned`` is None if the amount of work is unknown.

    ``done`` counts each scenario once per environment; ``outcomes`` counts results, including repeated executions.
    ``first`` is when the first result was started, ``last`` when the newest was recorded.
    """

    done: int = 0
    planned: int | None = None
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def results(self) -> int:
        """The number of results."""
        return sum(self.outcomes.values())

    @property
    def seconds(self) -> float | None:
        """Wall-clock seconds from the first result's start to the newest's end, None without results."""
        return (self.last - self.first).total_seconds() if self.first and self.last else None


@dataclass(frozen=True)
class Run:
    """A run and its progress. ``environments`` counts those with records, ``newest`` is when its last record was written.

    ``reported_end`` is the last end that it recorded; it may have continued since.
    """

    record: RunRecord
    environments: int
    progress: Progress
    newest: datetime
    reported_end: End | None = None

    @property
    def end(self) -> End | None:
        """How it ended, None if it recorded no end or anything after it."""
        return self.reported_end if self.reported_end and self.reported_end.at >= self.newest else None

    def seconds_left(self, now: datetime, timeout: timedelta) -> float:
        """Return the seconds until it counts as over without another record; 0 or less if it is over."""
        return 0 if self.end else (self.newest + timeout - now).total_seconds()


@dataclass(frozen=True)
class BrokenScenario:
    """A scenario that neither passed nor was skipped; ``outcome`` is that of the newest such execution."""

    scenario: str
    title: str
    outcome: Outcome


@dataclass(frozen=True)
class EnvironmentProgress:
    """The progress of a run in one environment. ``broken`` are the first broken scenarios; ``more`` counts the others."""

    environment: str
    label: str
    refusal: str
    progress: Progress
    broken: tuple[BrokenScenario, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Arrival:
    """A result as it arrived: ``number`` increases with every result. ``verdict`` is the current one of its cell."""

    number: int
    result: str
    at: datetime
    environment: str
    label: str
    scenario: str
    title: str
    outcome: Outcome
    attempt: int
    seconds: float
    verdict: Verdict
