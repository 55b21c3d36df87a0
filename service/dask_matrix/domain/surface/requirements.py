"""Compare what two releases ask for: other packages, and a Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.surface import Surface, Visibility

OWN = frozenset({"dask", "distributed"})
"""Their pins of each other change with every release."""
LOWER = (">=", ">", "==", "~=", "===")
UPPER = ("<", "<=", "==", "~=", "===")


def changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return the requirements that are new, raised, capped, loosened or dropped, and the same of Python."""
    old, new = (surface.part("distributions") for surface in (before, after))
    for project in sorted(
        name for name in old.keys() & new.keys() if "requires" in old[name] and "requires" in new[name]
    ):
        was, now = requirements(old[project]), requirements(new[project])
        for name in sorted(was.keys() | now.keys()):
            yield from _of_requirement(project, name, was.get(name), now.get(name))
        yield from _of_python(project, old[project].get("requires_python"), new[project].get("requires_python"))


def requirements(told: Mapping[str, Any]) -> dict[str, SpecifierSet]:
    """Return package, with the extra that asks for it in brackets, as in ``bokeh [diagnostics]`` -> what it asks for."""
    found: dict[str, SpecifierSet] = {}
    for text in told.get("requires", ()):
        try:
            requirement = Requirement(text)
            _comparable(requirement.specifier)
        except (InvalidRequirement, InvalidVersion):
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
    before, after = _python(old), _python(new)
    if before is not None and after is not None and before != after:
        yield _change(_turn(before, after), Kind.PYTHON, project, "Python", before, after)


def _turn(old: SpecifierSet, new: SpecifierSet) -> Turn:
    """A higher lower bound raises; a lower upper one, or a new exclusion, caps; anything else loosens."""
    if _lowest(new) > _lowest(old):
        return Turn.RAISED
    excluded = {each.version for each in new if each.operator == "!="} - {
        each.version for each in old if each.operator == "!="
    }
    return Turn.CAPPED if excluded or _highest(new) < _highest(old) else Turn.LOOSENED


def _lowest(specifiers: SpecifierSet) -> tuple[Version, bool]:
    """Return the lower bound, and whether it is excluded itself."""
    found = [(_version(each), each.operator == ">") for each in specifiers if each.operator in LOWER]
    return max(found, default=(Version("0"), False))


def _highest(specifiers: SpecifierSet) -> tuple[Version, bool]:
    """Return the upper bound, and whether it is included itself."""
    found = [(_version(each), each.operator != "<") for each in specifiers if each.operator in UPPER]
    return min(found, default=(Version("99999"), True))


def _comparable(specifiers: SpecifierSet) -> list[Version]:
    """Return the versions of specifiers; raise InvalidVersion where one is none, as `===` allows."""
    return [_version(each) for each in specifiers]


def _version(specifier: Specifier) -> Version:
    return Version(specifier.version.removesuffix(".*"))


def _python(text: str | None) -> SpecifierSet | None:
    try:
        found = SpecifierSet(text or "")
        _comparable(found)
    except (InvalidSpecifier, InvalidVersion):
        return None
    return found


def _change(
    turn: Turn, kind: Kind, project: str, name: str, old: SpecifierSet | None, new: SpecifierSet | None
) -> SurfaceChange:
    before, after = (None if each is None else str(each) or "any" for each in (old, new))
    return SurfaceChange(turn, kind, name, project, Visibility.DOCUMENTED, before, after)
