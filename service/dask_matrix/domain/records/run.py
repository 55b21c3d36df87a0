"""Runs: what came of a batch of work so far, as a whole and in each environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from dask_matrix.domain.records.records import RunRecord
    from dask_matrix.domain.records.run_end import End

BROKEN = tuple(each for each in Outcome if each not in {Outcome.PASSED, Outcome.SKIPPED})
"""The outcomes that somebody has to look at, trouble of the harness included."""


@dataclass(frozen=True)
class Progress:
    """How far something has come. ``planned`` is None where nobody said how much there is to do.

    ``done`` counts scenarios, each once in an environment; ``outcomes`` counts results: some scenarios are executed
    again. ``first`` is when the first result was begun, ``last`` when the newest was recorded.
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
        """The wall-clock time from the first result's begin to the newest's end, None without any."""
        return (self.last - self.first).total_seconds() if self.first and self.last else None


@dataclass(frozen=True)
class Run:
    """A run, and how far it has come. ``environments`` counts those it has touched, ``newest`` is its last sign of life.

    ``told`` is the newest end that it told of; it may have gone on since.
    """

    record: RunRecord
    environments: int
    progress: Progress
    newest: datetime
    told: End | None = None

    @property
    def end(self) -> End | None:
        """How it ended, None if it never said so or gave a sign of life since."""
        return self.told if self.told and self.told.at >= self.newest else None

    def left(self, now: datetime, within: timedelta) -> float:
        """Return for how many seconds it is taken to go on without another sign of life; not above 0 if it is over."""
        return 0 if self.end else (self.newest + within - now).total_seconds()


@dataclass(frozen=True)
class Broken:
    """A scenario that neither passed nor was skipped; ``outcome`` is that of the newest such execution."""

    scenario: str
    title: str
    outcome: Outcome


@dataclass(frozen=True)
class Part:
    """What a run did in one environment. ``broken`` are the first of ``more`` and themselves."""

    environment: str
    label: str
    refusal: str
    progress: Progress
    broken: tuple[Broken, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Arrival:
    """A result as it arrived: ``number`` counts on through all that arrive. ``verdict`` is what its cell says by now."""

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
