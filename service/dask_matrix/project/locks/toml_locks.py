"""Read the TOML lock files: uv.lock, pylock.toml, poetry.lock and pdm.lock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, location
from dask_matrix.project.locks.parsing import string, strings, table, tables, toml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HEADING = re.compile(r"^[ \t]*\[\[[ \t]*packages?[ \t]*\]\]", re.MULTILINE)
NOT_AN_INDEX = ("git", "hg", "svn", "bzr", "vcs", "url", "path", "directory", "archive", "file", "editable", "virtual")
"""Keys of sources that are not an index, in any of the four formats."""


def uv(path: Path, text: str) -> Listing:
    """Return the packages in a uv.lock, with the resolution markers of each version."""
    lock = toml(path, text)
    keys = _Keys("resolution-markers", "", lambda package: _origin(package.get("source")))
    return Listing(_entries(path, text, lock.get("package"), keys), requires_python=string(lock.get("requires-python")))


def pylock(path: Path, text: str) -> Listing:
    """Return the packages in a pylock.toml (PEP 751); raise UnreadableLock if its lock-version is not supported."""
    lock = toml(path, text)
    if not re.match(r"1(\.|$)", written := string(lock.get("lock-version"))):
        raise UnreadableLock(f"{path}: lock-version {written or '(missing)'} is not supported, only 1.0 is.")
    return Listing(
        _entries(path, text, lock.get("packages"), _Keys("marker", "requires-python", _origin)),
        requires_python=string(lock.get("requires-python")),
        groups=tuple(filter(None, strings(lock.get("default-groups")))),
    )


def poetry(path: Path, text: str) -> Listing:
    """Return the packages in a poetry.lock. Poetry 2 writes markers; older ones only the Pythons of a package."""
    lock = toml(path, text)
    keys = _Keys("markers", "python-versions", lambda package: _poetry_origin(table(package.get("source"))))
    return Listing(
        _entries(path, text, lock.get("package"), keys),
        requires_python=string(table(lock.get("metadata")).get("python-versions")),
    )


def pdm(path: Path, text: str) -> Listing:
    """Return the packages in a pdm.lock; its Python is not known if it was made for several targets."""
    lock = toml(path, text)
    targets = tables(table(lock.get("metadata")).get("targets"))
    return Listing(
        _entries(path, text, lock.get("package"), _Keys("marker", "requires_python", _origin)),
        requires_python=string(targets[0].get("requires_python")) if len(targets) == 1 else "",
    )


@dataclass(frozen=True)
class _Keys:
    """The keys of a package's markers and Pythons in a format, and how to read where the package comes from."""

    markers: str
    pythons: str
    origin: Callable[[dict[str, Any]], str]


def _entries(path: Path, text: str, listed: object, keys: _Keys) -> tuple[Entry, ...]:
    """Return the listed packages; the nth heading in the text belongs to the nth package."""
    packages = tables(listed)
    return tuple(
        Entry(
            canonicalize_name(string(package["name"])),
            string(package.get("version")) or None,
            location(path, line),
            _markers(package.get(keys.markers)),
            string(package.get(keys.pythons)),
            keys.origin(package),
        )
        for package, line in zip(packages, _lines(text, len(packages)), strict=True)
        if string(package.get("name"))
    )


def _lines(text: str, count: int) -> Sequence[int | None]:
    """Return the line of each package's heading, or Nones if there is not one heading per package."""
    lines: list[int | None] = []
    line, end = 1, 0
    for heading in HEADING.finditer(text):
        line += text.count("\n", end, heading.start())
        end = heading.start()
        lines.append(line)
    return lines if len(lines) == count else [None] * count


def _markers(value: object) -> tuple[str, ...]:
    """Return the markers from any of their forms: a string, a list, or (Poetry) a string for each group."""
    if isinstance(value, dict):
        return tuple(filter(None, map(string, value.values())))
    return tuple(filter(None, strings(value)))


def _origin(source: object) -> str:
    """Return where a package comes from, with the address in its source; empty if it comes from an index."""
    fields = table(source)
    for name in NOT_AN_INDEX:
        if fields.get(name):
            address = _address(fields[name])
            return f"{name} {address}" if address else name
    return ""


def _address(value: object) -> str:
    inner = table(value)
    return without_secrets(string(value) or string(inner.get("url")) or string(inner.get("path")))


def _poetry_origin(source: dict[str, Any]) -> str:
    """Return the origin of a Poetry package; a private index is a source too, of type ``legacy``."""
    kind = string(source.get("type"))
    return f"{kind} {without_secrets(string(source.get('url')))}" if kind in NOT_AN_INDEX else ""
