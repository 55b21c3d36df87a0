"""Known failures: where a scenario is listed as not holding, why, and until when that list is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from service.domain.environment import Lane
    from service.domain.matrix import Environment
    from service.domain.outcome import Verdict


class Overlay(StrEnum):
    """What is said of a cell beside its verdict."""

    KNOWN = "known"
    SURPRISE = "surprise"


@dataclass(frozen=True)
class Known:
    """One entry of known.toml. ``scenario`` is an id in which ``*`` stands for anything; no ``lanes`` means all."""

    scenario: str
    releases: SpecifierSet
    issue: str
    reason: str
    expires: date
    lanes: frozenset[Lane] = frozenset()

    def speaks_of(self, scenario: str, environment: Environment, today: date) -> bool:
        """Whether the entry lists a cell as failing. From the day it expires on it says nothing."""
        return (
            today < self.expires
            and (not self.lanes or environment.lane in self.lanes)
            and self.releases.contains(environment.release.version, prereleases=True)
            and (self.scenario == scenario or fnmatchcase(scenario, _pattern(self.scenario)))
        )


def entry_for(known: Iterable[Known], scenario: str, environment: Environment, today: date) -> Known | None:
    """Return the first entry that lists a cell as failing."""
    return next((entry for entry in known if entry.speaks_of(scenario, environment, today)), None)


def overlay(verdict: Verdict, entry: Known | None) -> Overlay | None:
    """Return what an entry makes of a verdict: a listed failure is known, one that holds after all is a surprise."""
    if entry is None or verdict.holds is None:
        return None
    return Overlay.SURPRISE if verdict.holds else Overlay.KNOWN


def _pattern(scenario: str) -> str:
    """``*`` is the only wildcard: the brackets of a parametrized scenario stand for themselves."""
    return scenario.replace("[", "[[]").replace("?", "[?]")
