"""Which scenarios a question about an upgrade is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.patterns import KNOWN, lies_below, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.upgrades.answer import Question


@dataclass(frozen=True)
class Profile:
    """A kind of work by name: the scenarios that any of its lines takes. ``scenarios`` are ids, ``*`` is anything."""

    areas: frozenset[str] = frozenset()
    scenarios: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()

    def takes(self, scenario: Scenario) -> bool:
        """Whether a scenario is of this kind of work."""
        return (
            scenario.area in self.areas
            or any(matches(scenario.id, pattern) for pattern in self.scenarios)
            or any(lies_below(name, wanted) for name in scenario.covers for wanted in self.covers)
        )


@dataclass(frozen=True)
class Scope:
    """What is asked about: every line that says something narrows it; an empty one is all scenarios.

    ``covers`` are dotted names that stand for whatever is below them too; ``uses`` are the very names that some code uses.
    """

    areas: frozenset[str] = frozenset()
    scenarios: tuple[str, ...] = ()
    q: str = ""
    covers: tuple[str, ...] = ()
    profile: Profile | None = None
    uses: frozenset[str] | None = field(default=None)

    @classmethod
    def of(cls, question: Question, profiles: Mapping[str, Profile]) -> Scope:
        """Return what a question is about; raise UnknownName for a profile that there is not."""
        if question.profile and question.profile not in profiles:
            raise UnknownName("profile", question.profile, sorted(profiles))
        return cls(
            areas=frozenset(question.area),
            scenarios=question.scenario,
            q=question.q,
            covers=question.covers,
            profile=profiles.get(question.profile),
            uses=None if question.uses is None else frozenset(question.uses),
        )

    def check(self, scenarios: Collection[Scenario], accept: Collection[str] = ()) -> None:
        """Raise UnknownName for what no scenario has: a typing error would narrow the answer, or let pass nothing.

        ``uses`` are not checked: code may use what no scenario covers.
        """
        areas = sorted({each.area for each in scenarios}) if self.areas else []
        for area in sorted(self.areas.difference(areas)):
            raise UnknownName("area", area, areas)
        for pattern in (*self.scenarios, *(each for each in accept if each != KNOWN)):
            if not any(matches(each.id, pattern) for each in scenarios):
                stem = pattern.rpartition("/")[2].strip("*")
                raise UnknownName("scenario", pattern, [each.id for each in scenarios if stem in each.id][:4])
        covered = sorted({name for each in scenarios for name in each.covers}) if self.covers else []
        for wanted in self.covers:
            if not any(lies_below(name, wanted) for name in covered):
                raise UnknownName("covered name", wanted, get_close_matches(wanted, covered, 4))

    def takes(self, scenario: Scenario) -> bool:
        """Whether a scenario is asked about."""
        return (
            (not self.areas or scenario.area in self.areas)
            and (not self.scenarios or any(matches(scenario.id, pattern) for pattern in self.scenarios))
            and (not self.q or scenario.mentions(self.q))
            and (not self.covers or any(lies_below(name, wanted) for name in scenario.covers for wanted in self.covers))
            and (self.profile is None or self.profile.takes(scenario))
            and (self.uses is None or not self.uses.isdisjoint(scenario.covers))
        )
