"""Read poetry.lock: its groups, its extras, and its own form of Python ranges."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.entries import Listing, Part
from dask_matrix.project.locks.parsing import pyproject, string, strings, table, tables, toml
from dask_matrix.project.locks.toml_locks.packages import NOT_AN_INDEX, Keys, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from dask_matrix.project.locks.entries import Entry

MAIN = Part("group", "main")
"""The project's own dependencies and its extras."""
RANGE = re.compile(r"(\^|~(?!=))\s*(\d{1,9}(?:\.\d{1,9})*)")
"""A caret or tilde range: ``^3.12``, ``~3.12``."""


def poetry(path: Path, text: str) -> Listing:
    """Return the packages in a poetry.lock; without groups and markers if Poetry 1 wrote it."""
    lock = toml(path, text)
    packages = tables(lock.get("package"))
    entries = entries_of(path, text, packages, Keys("", "", _origin))
    extras = _extras(table(lock.get("extras")), packages)
    parts = {MAIN, *(part for package in packages for part in _groups(package)), *extras}
    optional = _optional_groups(path.parent)
    return Listing(
        tuple(
            each
            for package, entry in zip(packages, entries, strict=True)
            for each in _by_part(package, replace(entry, requires_python=_pythons(package)), extras)
        ),
        requires_python=_pythons(table(lock.get("metadata"))),
        parts=tuple(sorted(parts)),
        defaults=frozenset(part for part in parts if part.kind == "group" and part.name not in optional),
    )


def _groups(package: dict[str, Any]) -> list[Part]:
    return [Part("group", name) for name in strings(package.get("groups")) if name]


def _by_part(package: dict[str, Any], entry: Entry, extras: Mapping[Part, set[str]]) -> Iterator[Entry]:
    """Yield an entry for each group of a package: a group without a key in ``markers`` has no condition."""
    markers = package.get("markers")
    for group in _groups(package):
        marker = string(markers.get(group.name) if isinstance(markers, dict) else markers)
        yield replace(entry, parts=(group,), markers=(marker,) if marker else ())
    if not _groups(package):  # Poetry 1
        bring = [extra for extra, names in extras.items() if package.get("optional") and entry.name in names]
        yield replace(entry, parts=tuple(bring), markers=tuple(filter(None, strings(markers))))


def _extras(written: dict[str, Any], packages: Iterable[dict[str, Any]]) -> dict[Part, set[str]]:
    """Return the names of the packages of each extra, with all that they require."""
    requires: dict[str, set[str]] = {}
    for package in packages:
        found = requires.setdefault(canonicalize_name(string(package.get("name"))), set())
        found.update(map(canonicalize_name, table(package.get("dependencies"))))
    return {Part("extra", name): _closure(strings(members), requires) for name, members in written.items()}


def _closure(names: Iterable[str], requires: Mapping[str, set[str]]) -> set[str]:
    """Return these packages, each perhaps with a version behind its name, and all that they require."""
    left: set[str] = {canonicalize_name(name.split(" ")[0]) for name in names}
    found: set[str] = set()
    while left:
        found.add(name := left.pop())
        left |= requires.get(name, set()) - found
    return found


def _optional_groups(folder: Path) -> set[str]:
    """Return the groups that Poetry does not install unless told to; only pyproject.toml knows them."""
    groups = table(table(table(pyproject(folder).get("tool")).get("poetry")).get("group"))
    return {name for name, group in groups.items() if table(group).get("optional") is True}


def _pythons(package: dict[str, Any]) -> str:
    """Return a Python range as specifiers, alternatives with ``||`` between them: Poetry also writes ``^3.12``."""
    written = string(package.get("python-versions")).replace("||", "|")
    return " || ".join(_specifiers(each) for each in written.split("|"))


def _specifiers(written: str) -> str:
    spaced = re.sub(r"(?<=[\w*])\s+(?=[<>=!~^])", ",", RANGE.sub(_bounds, written.strip()))
    clauses = [clause.strip() for clause in spaced.split(",")]
    exact = (f"=={clause}" if clause[:1].isdigit() else clause for clause in clauses)
    return ",".join(clause for clause in exact if clause != "*")


def _bounds(found: re.Match[str]) -> str:
    """Return the bounds of a caret range, up to the next major version, or of a tilde range, up to the next minor one."""
    numbers = [int(number) for number in found[2].split(".")]
    minor = found[1] == "~" and len(numbers) > 1
    upper = f"{numbers[0]}.{numbers[1] + 1}" if minor else f"{numbers[0] + 1}"
    return f">={found[2]},<{upper}"


def _origin(package: dict[str, Any]) -> str:
    """Return the origin of a package; a private index is a source too, of type ``legacy``."""
    source = table(package.get("source"))
    kind = string(source.get("type"))
    return f"{kind} {without_secrets(string(source.get('url')))}" if kind in NOT_AN_INDEX else ""
