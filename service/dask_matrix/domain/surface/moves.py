"""Where something went that is gone from its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dask_matrix.domain.surface.signature import Signature
from dask_matrix.domain.surface.surface import RANK, Surface, Visibility, best, project_of

ALIKE = 0.5
"""Share of the parameters, or of the members, that two objects of one name have in common if they are the same."""


class Moves:
    """The answer to "gone here: importable where?" for two surfaces."""

    def __init__(self, before: Surface, after: Surface) -> None:
        self._before = before
        self._after = after
        self._targets: set[str] = set()

    def target(self, place: str, home: str) -> str | None:
        """Return the place where the object of a lost place is now: the same object, or one of its name and kind whose
        home is new; else where the module says that it went. None if it is gone.
        """
        if not project_of(home):
            return None
        candidates = self._same_object(home) or self._same_name(place, home)
        found = best(self._after, candidates)[0] if candidates else self._told(place)
        self._targets.add(found or "")
        return found

    def is_target(self, place: str) -> bool:
        """Whether something moved to a place."""
        return place in self._targets

    def _same_object(self, home: str) -> list[str]:
        kind = self._before.kind(home)
        return [
            place for place in self._places_of.get(home, ()) if self._after.kind(home) == kind and self._usable(place)
        ]

    def _same_name(self, place: str, home: str) -> list[str]:
        kind, leaf = self._before.kind(home), place.rpartition(".")[2]
        rank = max(RANK[self._before.visibility(place)], RANK[Visibility.PUBLIC])
        return [
            each
            for each in self._by_leaf.get(leaf, ())
            if self._is_new(self._after.places[each]) and self._after.kind(self._after.places[each]) == kind
            and RANK[self._after.visibility(each)] <= rank and self._is_alike(home, self._after.places[each])
        ]  # fmt: skip

    def _is_alike(self, old: str, new: str) -> bool:
        """Whether two objects of one name take about the same arguments, or have about the same members."""
        mine, other = (
            _features(each) for each in (self._before.objects.get(old, {}), self._after.objects.get(new, {}))
        )
        return len(mine & other) >= ALIKE * len(mine | other)

    def _told(self, place: str) -> str | None:
        told = self._after.modules.get(place, {}).get("unknown", {})
        moved = told.get("moved")
        return moved if isinstance(moved, str) else None

    def _is_new(self, home: str) -> bool:
        return home not in self._before.objects and home not in self._before.modules

    def _usable(self, place: str) -> bool:
        return self._after.visibility(place) is not Visibility.ACCIDENTAL

    @cached_property
    def _places_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for place, home in self._after.places.items():
            found[home].append(place)
        return found

    @cached_property
    def _by_leaf(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for place in self._after.places:
            found[place.rpartition(".")[2]].append(place)
        return found


def _features(told: Mapping[str, Any]) -> set[str]:
    """The names of a class's members, or of a function's parameters."""
    if told.get("kind") == "class":
        return set(told.get("members", {}))
    signature = told.get("signature")
    return set() if signature is None else set(Signature.parse(signature).names)
