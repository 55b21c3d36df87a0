"""The surface of one environment: what can be imported from where, as it was observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

PROJECTS = ("dask", "distributed", "dask_expr")
"""Import names of the projects whose surface is observed."""
DEPTH_OF_API = 2
"""Packages with at most so many parts are what the API pages of Dask's documentation list: ``dask.array``."""


class Visibility(StrEnum):
    """How much users may count on a name; ``accidental`` is an imported helper such as ``dask.array.core.reduce``."""

    DOCUMENTED = "documented"
    PUBLIC = "public"
    PRIVATE = "private"
    ACCIDENTAL = "accidental"


RANK = {each: index for index, each in enumerate(Visibility)}
"""The order in which changes are listed."""


@dataclass(frozen=True)
class Surface:
    """What a ``surface`` record holds, see docs/records.md; everything that can be derived is derived here."""

    content: Mapping[str, Any]

    @cached_property
    def modules(self) -> Mapping[str, Any]:
        """Module -> ``names``, or ``unknown`` where it could not be imported."""
        return self.part("modules")

    @cached_property
    def objects(self) -> Mapping[str, Any]:
        """Home -> kind, signature, members of each function, class and value at home there."""
        return self.part("objects")

    def part(self, name: str) -> Mapping[str, Any]:
        """Return another part, such as ``settings``; an empty one is not kept."""
        return self.content.get(name, {})  # type: ignore[no-any-return]

    @cached_property
    def places(self) -> dict[str, str]:
        """Every dotted name that can be imported -> its home; that of a module is the module's own name."""
        found = {name: name for name, told in self.modules.items() if "unknown" not in told}
        for module, told in self.modules.items():
            prefix = f"{module}."
            for name, home in told.get("names", {}).items():
                found[prefix + name] = home or prefix + name
            found.update((prefix + name, prefix + name) for name in told.get("lazy", {}))
        return found

    def home(self, place: str) -> str | None:
        """Return the home of one dotted name in a module, without looking at all the others; None if it is not there."""
        module, _, name = place.rpartition(".")
        told = self.modules.get(module, {})
        found = told.get("names", {}).get(name)
        if found is None:
            return place if name in told.get("lazy", {}) else None
        return found or place

    def lazy(self, place: str) -> Mapping[str, Any] | None:
        """Return what is told of a name that its module makes only when asked for it (PEP 562)."""
        module, _, name = place.rpartition(".")
        return self.modules.get(module, {}).get("lazy", {}).get(name)  # type: ignore[no-any-return]

    @cached_property
    def unknown(self) -> frozenset[str]:
        """The modules that could not be imported, for want of a package or for another reason."""
        return frozenset(name for name, told in self.modules.items() if "unknown" in told)

    def kind(self, home: str) -> str:
        """Return what is at a home: ``module``, ``class``, ``function`` or ``data``."""
        if home in self.modules:
            return "module"
        return str(self.objects.get(home, {}).get("kind", "data"))

    def deprecation(self, place: str, home: str) -> str:
        """Return what is told of the deprecation of an object, or of asking for it at a place; empty if it is not."""
        lazy = self.lazy(place) or {}
        return self.objects.get(home, {}).get("deprecated") or lazy.get("deprecated") or ""

    def members(self, home: str) -> dict[str, str]:
        """Return the members of a class, with those it inherits: name -> text, ``foreign`` for another project's."""
        found: dict[str, str] = {}
        told = self.objects.get(home, {})
        for base in [*reversed(told.get("mro", [])), home]:
            found.update(dict.fromkeys(self.part("foreign").get(base, ()), "foreign"))
            found.update(self.objects.get(base, {}).get("members", {}))
        return found

    def visibility(self, place: str) -> Visibility:
        """Return how much users may count on a dotted name that can be imported."""
        if is_private(place):
            return Visibility.PRIVATE
        module, _, name = place.rpartition(".")
        told = self.modules.get(module)
        home = self.home(place) or place
        if told is None or (home == place and home in self.modules):
            return Visibility.PUBLIC
        listed = name in told.get("all", ())
        if not listed and not self._is_meant(home, place, is_package=told.get("package", False)):
            return Visibility.ACCIDENTAL
        if listed or (
            module.count(".") < DEPTH_OF_API and told.get("package") and self.objects.get(home, {}).get("doc")
        ):
            return Visibility.DOCUMENTED
        return Visibility.PUBLIC

    def _is_meant(self, home: str, place: str, *, is_package: bool) -> bool:
        """Whether a name is here on purpose: at home here, or one of the project's that a package offers."""
        return home == place or (is_package and project_of(home) != "" and home not in self.modules)


def is_private(place: str) -> bool:
    """Whether a dotted name has a part that starts with an underscore, dunder names apart."""
    return any(part.startswith("_") and not part.endswith("__") for part in place.split("."))


def project_of(place: str) -> str:
    """Return the project that a dotted name belongs to, empty for another's."""
    head = place.partition(".")[0]
    return head if head in PROJECTS else ""


def best(surface: Surface, places: Iterator[str] | list[str]) -> list[str]:
    """Return the places of one object, the one to name first: the most public, then the shortest."""
    return sorted(places, key=lambda place: (RANK[surface.visibility(place)], place.count("."), len(place), place))
