"""Reads the lock files that are TOML: uv.lock, pylock.toml, poetry.lock and pdm.lock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, place, without_secrets
from dask_matrix.project.locks.parsing import table, tables, toml, word, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HEADING = re.compile(r"^[ \t]*\[\[[ \t]*packages?[ \t]*\]\]", re.MULTILINE)
ELSEWHERE = ("git", "hg", "svn", "bzr", "vcs", "url", "path", "directory", "archive", "file", "editable", "virtual")
"""What a source is called that is no index, in any of the four."""


def uv(path: Path, text: str) -> Listing:
    """Return what a uv.lock lists, with the markers under which a package was resolved to each of its versions."""
    lock = toml(path, text)
    keys = _Keys("resolution-markers", "", lambda package: _origin(package.get("source")))
    return Listing(_entries(path, text, lock.get("package"), keys), requires_python=word(lock.get("requires-python")))


def pylock(path: Path, text: str) -> Listing:
    """Return what a pylock.toml (PEP 751) lists; raise UnreadableLock if it is of another version of the format."""
    lock = toml(path, text)
    if not re.match(r"1(\.|$)", written := word(lock.get("lock-version"))):
        raise UnreadableLock(f"{path}: its lock-version is {written or 'not given'}. The version read here is 1.0.")
    return Listing(
        _entries(path, text, lock.get("packages"), _Keys("marker", "requires-python", _origin)),
        requires_python=word(lock.get("requires-python")),
        groups=tuple(filter(None, words(lock.get("default-groups")))),
    )


def poetry(path: Path, text: str) -> Listing:
    """Return what a poetry.lock lists. Poetry 2 writes markers; of an older one the Pythons of a package must do."""
    lock = toml(path, text)
    keys = _Keys("markers", "python-versions", lambda package: _poetry_origin(table(package.get("source"))))
    return Listing(
        _entries(path, text, lock.get("package"), keys),
        requires_python=word(table(lock.get("metadata")).get("python-versions")),
    )


def pdm(path: Path, text: str) -> Listing:
    """Return what a pdm.lock lists; one made for several targets says nothing of its Python."""
    lock = toml(path, text)
    targets = tables(table(lock.get("metadata")).get("targets"))
    return Listing(
        _entries(path, text, lock.get("package"), _Keys("marker", "requires_python", _origin)),
        requires_python=word(targets[0].get("requires_python")) if len(targets) == 1 else "",
    )


@dataclass(frozen=True)
class _Keys:
    """How a format names the markers and the Pythons of a package, and how it says where the package is from."""

    markers: str
    pythons: str
    origin: Callable[[dict[str, Any]], str]


def _entries(path: Path, text: str, listed: object, keys: _Keys) -> tuple[Entry, ...]:
    """Return the packages that are listed; the nth heading of the text is the nth package's."""
    packages = tables(listed)
    return tuple(
        Entry(
            canonicalize_name(word(package["name"])),
            word(package.get("version")) or None,
            place(path, line),
            _markers(package.get(keys.markers)),
            word(package.get(keys.pythons)),
            keys.origin(package),
        )
        for package, line in zip(packages, _lines(text, len(packages)), strict=True)
        if word(package.get("name"))
    )


def _lines(text: str, count: int) -> Sequence[int | None]:
    """Return the lines of the headings, if each package has one."""
    lines: list[int | None] = []
    line, end = 1, 0
    for heading in HEADING.finditer(text):
        line += text.count("\n", end, heading.start())
        end = heading.start()
        lines.append(line)
    return lines if len(lines) == count else [None] * count


def _markers(value: object) -> tuple[str, ...]:
    """Return the markers in any of their forms: a text, a list, or (Poetry) a text for each group."""
    if isinstance(value, dict):
        return tuple(filter(None, map(word, value.values())))
    return tuple(filter(None, words(value)))


def _origin(source: object) -> str:
    """Return where a package comes from if not from an index, as the address in its source."""
    fields = table(source)
    for name in ELSEWHERE:
        if fields.get(name):
            address = _address(fields[name])
            return f"{name} {address}" if address else name
    return ""


def _address(value: object) -> str:
    inner = table(value)
    return without_secrets(word(value) or word(inner.get("url")) or word(inner.get("path")))


def _poetry_origin(source: dict[str, Any]) -> str:
    """Return the same of Poetry, where a private index is a source too: of type legacy."""
    kind = word(source.get("type"))
    return f"{kind} {without_secrets(word(source.get('url')))}" if kind in ELSEWHERE else ""
