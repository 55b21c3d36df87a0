"""Known failures: where a scenario is listed as failing, why, and until when."""

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
    """A mark that a cell has besides its verdict."""

    KNOWN = "known"
    SURPRISE = "surprise"
    NEW_WARNINGS = "new-warnings"


class Column(Protocol):
    """The part of an environment that an entry selects by."""

    @property
    def release(self) -> Release: ...  # noqa: D102 - a release

    @property
    def lane(self) -> Lane: ...  # noqa: D102 - a lane


@dataclass(frozen=True)
class KnownFailure:
    """One entry of known.toml. ``scenario`` is an id; ``*`` matches anything. No ``lanes`` means all."""

    scenario: str
    releases: SpecifierSet
    issue: str
    reason: str
    expires: date
    lanes: frozenset[Lane] = frozenset()

    def covers_scenario(self, scenario: str) -> bool:
        """Whether the entry applies to a scenario."""
        return matches(scenario, self.scenario)

    def covers_environment(self, environment: Column) -> bool:
        """Whether the entry applies to an environment."""
        in_lane = not self.lanes or environment.lane in self.lanes
        return in_lane and self.releases.contains(environment.release.version, prereleases=True)


def today() -> date:
    """Return the current day in UTC, which decides what has expired."""
    return datetime.now(UTC).date()


def overlay(verdict: Verdict, entry: KnownFailure | None) -> Overlay | None:
    """Return the overlay of a cell with an entry: ``known`` if it fails as listed, ``surprise`` if it passes."""
    if entry is None or verdict.passes is None:
        return None
    return Overlay.SURPRISE if verdict.passes else Overlay.KNOWN
