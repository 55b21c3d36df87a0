"""Read pdm.lock: its groups, and the targets that it was made for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from dask_matrix.project.locks.entries import Listing
from dask_matrix.project.locks.parsing import pyproject, string, table, tables, toml
from dask_matrix.project.locks.toml_locks.packages import Keys, entries_of, origin, parts_of

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = "default"
"""The group of the project's own dependencies."""
PLATFORMS = {"linux": "linux", "manylinux": "linux", "musllinux": "linux", "macos": "darwin", "windows": "win32"}
"""How the platform of a target begins -> ``sys_platform``."""


def pdm(path: Path, text: str) -> Listing:
    """Return the packages in a pdm.lock, which calls extras groups too; PDM installs the development groups as well."""
    lock = toml(path, text)
    metadata = table(lock.get("metadata"))
    targets = tables(metadata.get("targets"))
    packages = tables(lock.get("package"))
    groups = set(parts_of("group", metadata.get("groups")))
    groups |= {part for package in packages for part in parts_of("group", package.get("groups"))}
    entries = entries_of(path, text, packages, Keys("marker", "requires_python", origin))
    return Listing(
        tuple(
            replace(entry, parts=tuple(parts_of("group", package.get("groups"))))
            for package, entry in zip(packages, entries, strict=True)
        ),
        requires_python=string(targets[0].get("requires_python")) if len(targets) == 1 else "",
        parts=tuple(sorted(groups)),
        defaults=frozenset(part for part in groups if part.name in {DEFAULT, *_development_groups(path.parent)}),
        supported=tuple(filter(None, map(_target_marker, targets))),
    )


def _development_groups(folder: Path) -> set[str]:
    """Return the groups that PDM installs unless told otherwise, from pyproject.toml."""
    project = pyproject(folder)
    old = table(table(table(project.get("tool")).get("pdm")).get("dev-dependencies"))
    return {*table(project.get("dependency-groups")), *old}


def _target_marker(target: dict[str, Any]) -> str:
    """Return the marker of a target that PDM has locked for."""
    try:
        pythons = [f"python_full_version {each.operator} '{each.version}'" for each in SpecifierSet(_pythons(target))]
    except InvalidSpecifier:
        pythons = []
    written = string(target.get("platform"))
    platforms = [name for start, name in PLATFORMS.items() if written.startswith(start)]
    return " and ".join([*sorted(pythons), *(f"sys_platform == '{name}'" for name in platforms)])


def _pythons(target: dict[str, Any]) -> str:
    return string(target.get("requires_python"))
