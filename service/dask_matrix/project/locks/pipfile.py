"""Read Pipfile.lock."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.domain.upgrades.installers import BOTH
from dask_matrix.project.locks.entries import Entry, Listing, Part, location
from dask_matrix.project.locks.parsing import json_object, string, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NOT_AN_INDEX = ("git", "hg", "svn", "bzr", "path", "file")
DEFAULT = "default"
"""The category that ``pipenv install`` installs; with others, it wins."""


def pipfile(path: Path, text: str) -> Listing:
    """Return the packages in a Pipfile.lock: those of the default category, and those that only another one has."""
    lock = json_object(path, text)
    requires = table(table(lock.pop("_meta", None)).get("requires"))
    categories = _categories(path, text, lock)
    default = categories.pop(DEFAULT, ())
    names = {entry.name for entry in default}
    more = {
        Part("group", name): [each for each in found if each.name not in names] for name, found in categories.items()
    }
    return Listing(
        (*default, *(replace(entry, parts=(part,)) for part, entries in more.items() for entry in entries)),
        python=string(requires.get("python_full_version")) or string(requires.get("python_version")),
        notes=tuple(_others(path, default, categories)),
        parts=tuple(more),
    )


def _categories(path: Path, text: str, lock: dict[str, Any]) -> dict[str, tuple[Entry, ...]]:
    lines = _lines(text)
    return {
        category: tuple(
            _entry(name, table(package), location(path, lines.get(name))) for name, package in listed.items()
        )
        for category, listed in ((each, table(value)) for each, value in lock.items())
    }


def _others(path: Path, default: Iterable[Entry], categories: Mapping[str, Iterable[Entry]]) -> Iterable[str]:
    """Yield a note for each other category that has another dask or distributed than the default one."""
    used = {entry.name: entry.version for entry in default}
    for category, entries in categories.items():
        differing = [
            each for each in entries if each.name in BOTH and each.version != used.get(each.name, each.version)
        ]
        if differing:
            named = " and ".join(f"{each.name} {each.version or each.origin}" for each in differing)
            yield f"{path.name}: the category {category} has {named}; using {DEFAULT}, which pipenv prefers."


def _entry(name: str, package: dict[str, Any], where: str) -> Entry:
    written = string(package.get("version"))
    exact = re.fullmatch(r"===?([^*,\s]+)", written)
    elsewhere = next((key for key in NOT_AN_INDEX if key in package), "")
    return Entry(
        canonicalize_name(name),
        exact[1] if exact else None,
        where,
        markers=tuple(filter(None, [string(package.get("markers"))])),
        origin=f"{elsewhere} {without_secrets(string(package[elsewhere]))}" if elsewhere else "",
        requirement=f"{name}{written}",
    )


def _lines(text: str) -> dict[str, int]:
    """Return the line, from 1, where each name first starts an object; pipenv writes the default category first."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := re.match(r'\s*"([^"]+)":\s*\{', line):
            lines.setdefault(opened[1], number)
    return lines
