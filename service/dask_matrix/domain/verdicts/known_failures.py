"""Known failures: where a scenario is listed as not holding, why, and until when that list is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from packaging.specifiers import SpecifierSet

from dask_matrix.domain.patterns import matches

if TYPE_CHECKING:
    from dask_matrix.domain.environments.environment import Lane
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.records.outcome import Verdict


class Overlay(StrEnum):
    """What is said of a cell beside its verdict."""

    KNOWN = "known"
    SURPRISE = "surprise"
    NEW_WARNINGS = "new-warnings"


class Column(Protocol):
    """What an entry asks of an environment."""

    @property
    def release(self) -> Release: ...  # noqa: D102 - a release

    @property
    def lane(self) -> Lane: ...  # noqa: D102 - a lane


@dataclass(frozen=True)
class Known:
    """One entry of known.toml. ``scenario`` is an id in which ``*`` stands for anything; no ``lanes`` means all."""

    scenario: str
    releases: SpecifierSet
    issue: str
    reason: str
    expires: date
    lanes: frozenset[Lane] = frozenset()

    def speaks_of_row(self, scenario: str) -> bool:
        """Whether a scenario is one of those it names."""
        return matches(scenario, self.scenario)

    def speaks_of_column(self, environment: Column) -> bool:
        """Whether an environment is in its releases and lanes."""
        in_lane = not self.lanes or environment.lane in self.lanes
        return in_lane and self.releases.contains(environment.release.version, prereleases=True)


def today() -> date:
    """Return the day that decides what has expired: UTC's, alike for everybody."""
    return datetime.now(UTC).date()


def overlay(verdict: Verdict, entry: Known | None) -> Overlay | None:
    """Return what an entry makes of a verdict: a listed failure is known, one that holds after all is a surprise."""
    if entry is None or verdict.holds is None:
        return None
    return Overlay.SURPRISE if verdict.holds else Overlay.KNOWN
