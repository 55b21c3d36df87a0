"""Compare what two releases ask for: other packages, and a Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.surface import Surface, Visibility

OWN = frozenset({"dask", "distributed"})
"""Their pins of each other change with every release."""
LOWER = (">=", ">", "==", "~=", "===")
UPPER = ("<", "<=", "==", "~=", "===")


def changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return the requirements that are new, raised, capped, loosened or dropped, and the same of Python."""
    old, new = (surface.part("distributions") for surface in (before, after))
    for project in sorted((old.keys() & new.keys()) - {"unknown"}):
        was, now = _requirements(old[project]), _requirements(new[project])
        for name in sorted(was.keys() | now.keys()):
            yield from _of_requirement(project, name, was.get(name), now.get(name))
        yield from _of_python(project, old[project].get("requires_python"), new[project].get("requires_python"))


def _requirements(told: Mapping[str, Any]) -> dict[str, SpecifierSet]:
    """Return package, with the extra that asks for it in brackets, as in ``bokeh [diagnostics]`` -> what it asks for."""
    found: dict[str, SpecifierSet] = {}
    for text in told.get("requires", ()):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        name = canonicalize_name(requirement.name)
        if name not in OWN:
            extra = _extra(str(requirement.marker or ""))
            label = f"{name} [{extra}]" if extra else name
            found[label] = found.get(label, SpecifierSet()) & requirement.specifier
    return found


def _extra(marker: str) -> str:
    _, found, rest = marker.partition("extra == ")
    return rest.strip("'\") ").split('"')[0] if found else ""


def _of_requirement(
    project: str, name: str, old: SpecifierSet | None, new: SpecifierSet | None
) -> Iterator[SurfaceChange]:
    if old == new:
        return
    if old is None or new is None:
        yield _change(Turn.REMOVED if new is None else Turn.ADDED, Kind.REQUIREMENT, project, name, old, new)
    else:
        yield _change(_turn(old, new), Kind.REQUIREMENT, project, name, old, new)


def _of_python(project: str, old: str | None, new: str | None) -> Iterator[SurfaceChange]:
    before, after = SpecifierSet(old or ""), SpecifierSet(new or "")
    if before != after:
        yield _change(_turn(before, after), Kind.PYTHON, project, "Python", before, after)


def _turn(old: SpecifierSet, new: SpecifierSet) -> Turn:
    if _bound(new, LOWER, max) > _bound(old, LOWER, max):
        return Turn.RAISED
    lowest = Version("99999")
    capped = min((Version(each.version.rstrip(".*")) for each in new if each.operator in UPPER), default=lowest)
    before = min((Version(each.version.rstrip(".*")) for each in old if each.operator in UPPER), default=lowest)
    return Turn.CAPPED if capped < before else Turn.LOOSENED


def _bound(specifiers: SpecifierSet, operators: tuple[str, ...], choose: Any) -> Version:
    found = [Version(each.version.rstrip(".*")) for each in specifiers if each.operator in operators]
    return choose(found) if found else Version("0")


def _change(
    turn: Turn, kind: Kind, project: str, name: str, old: SpecifierSet | None, new: SpecifierSet | None
) -> SurfaceChange:
    before, after = (None if each is None else str(each) or "any" for each in (old, new))
    return SurfaceChange(turn, kind, name, project, Visibility.DOCUMENTED, before, after)
