"""The scope of an upgrade question: which scenarios it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.patterns import KNOWN, lies_below, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.upgrades.answer import Question


FUTURES_FROM = frozenset(f"distributed.Client.{name}" for name in ("submit", "map", "scatter"))
"""Code that calls these uses futures, even if it calls no method of them."""
FUTURE = "distributed.Future"


def with_implied(names: Iterable[str]) -> frozenset[str]:
    """Return the names that some code uses, with what their use implies: the class of each member, and futures.

    Code that uses ``distributed.Future.result`` uses ``distributed.Future``. Modules are not added: code that uses
    ``dask.array.sum`` does not use all of ``dask.array``.
    """
    found = set(names)
    above = {name.rpartition(".")[0] for name in found}
    classes = {name for name in above if name.rpartition(".")[2][:1].isupper()}
    return frozenset(found | classes | ({FUTURE} if found & FUTURES_FROM else set()))


def exercises_only(covers: Collection[str], used: frozenset[str]) -> bool:
    """Whether some code uses all that a scenario covers; ``used`` comes from `with_implied`.

    One common name is not enough: a scenario about ``bag.from_delayed`` of futures says nothing about code with futures
    and without a bag.
    """
    return bool(covers) and used.issuperset(covers)


@dataclass(frozen=True)
class Profile:
    """A named scope: the scenarios that match any of its fields. ``scenarios`` are ids; ``*`` matches anything."""

    areas: frozenset[str] = frozenset()
    scenarios: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()

    def includes(self, scenario: Scenario) -> bool:
        """Whether a scenario belongs to the profile."""
        return (
            scenario.area in self.areas
            or any(matches(scenario.id, pattern) for pattern in self.scenarios)
            or any(lies_below(name, parent) for name in scenario.covers for parent in self.covers)
        )


@dataclass(frozen=True)
class Scope:
    """The scenarios that match every field that is set; an empty scope is all scenarios.

    ``covers`` are dotted names that include everything below them; ``uses`` are the names that some code uses, as
    `with_implied` returns them: a scenario matches if the code uses all that it covers.
    """

    areas: frozenset[str] = frozenset()
    scenarios: tuple[str, ...] = ()
    q: str = ""
    covers: tuple[str, ...] = ()
    profile: Profile | None = None
    uses: frozenset[str] | None = field(default=None)

    @classmethod
    def of(cls, question: Question, profiles: Mapping[str, Profile]) -> Scope:
        """Return the scope of a question; raise UnknownName for a profile that does not exist."""
        if question.profile and question.profile not in profiles:
            raise UnknownName("profile", question.profile, sorted(profiles))
        return cls(
            areas=frozenset(question.area),
            scenarios=question.scenario,
            q=question.q,
            covers=question.covers,
            profile=profiles.get(question.profile),
            uses=None if question.uses is None else with_implied(question.uses),
        )

    def check(self, scenarios: Collection[Scenario], accept: Collection[str] = ()) -> None:
        """Raise UnknownName for a value that matches no scenario: a typo would empty the scope, or accept nothing.

        ``uses`` are not checked: code may use names that no scenario covers.
        """
        areas = sorted({each.area for each in scenarios}) if self.areas else []
        for area in sorted(self.areas.difference(areas)):
            raise UnknownName("area", area, areas)
        for pattern in (*self.scenarios, *(each for each in accept if each != KNOWN)):
            if not any(matches(each.id, pattern) for each in scenarios):
                stem = pattern.rpartition("/")[2].strip("*")
                raise UnknownName("scenario", pattern, [each.id for each in scenarios if stem in each.id][:4])
        covered = sorted({name for each in scenarios for name in each.covers}) if self.covers else []
        for parent in self.covers:
            if not any(lies_below(name, parent) for name in covered):
                raise UnknownName("covered name", parent, get_close_matches(parent, covered, 4))

    def includes(self, scenario: Scenario) -> bool:
        """Whether a scenario is in scope."""
        return (
            (not self.areas or scenario.area in self.areas)
            and (not self.scenarios or any(matches(scenario.id, pattern) for pattern in self.scenarios))
            and (not self.q or scenario.mentions(self.q))
            and (not self.covers or any(lies_below(name, parent) for name in scenario.covers for parent in self.covers))
            and (self.profile is None or self.profile.includes(scenario))
            and (self.uses is None or exercises_only(scenario.covers, self.uses))
        )
