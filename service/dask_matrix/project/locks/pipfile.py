"""Read Pipfile.lock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.entries import Entry, Listing, location
from dask_matrix.project.locks.parsing import json_object, string, table

if TYPE_CHECKING:
    from pathlib import Path

NOT_AN_INDEX = ("git", "hg", "svn", "bzr", "path", "file")


def pipfile(path: Path, text: str) -> Listing:
    """Return the packages in all categories of a Pipfile.lock, and the Python it requires."""
    lock = json_object(path, text)
    requires = table(table(lock.pop("_meta", None)).get("requires"))
    lines = _lines(text)
    return Listing(
        tuple(
            _entry(name, table(package), location(path, lines.get(name)))
            for category in lock.values()
            for name, package in table(category).items()
        ),
        python=string(requires.get("python_full_version")) or string(requires.get("python_version")),
    )


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
    """Return the line, from 1, where each name first starts an object."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := re.match(r'\s*"([^"]+)":\s*\{', line):
            lines.setdefault(opened[1], number)
    return lines
