"""What the TOML locks have in common: packages as entries with their lines, markers and origins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.entries import Entry, Part, location
from dask_matrix.project.locks.parsing import string, strings, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

HEADING = re.compile(r"^[ \t]*\[\[[ \t]*(?:packages?|distribution)[ \t]*\]\]", re.MULTILINE)
NOT_AN_INDEX = ("git", "hg", "svn", "bzr", "vcs", "url", "path", "directory", "archive", "file", "editable", "virtual")
"""Keys of sources that are not an index, in any of the four formats."""


@dataclass(frozen=True)
class Keys:
    """The keys of a package's markers and Pythons in a format, and how to read where the package comes from."""

    markers: str
    pythons: str
    origin: Callable[[dict[str, Any]], str]


def entries_of(path: Path, text: str, packages: Sequence[dict[str, Any]], keys: Keys) -> tuple[Entry, ...]:
    """Return the entry of each package; the nth heading in the text belongs to the nth package."""
    return tuple(
        Entry(
            canonicalize_name(string(package.get("name"))),
            string(package.get("version")) or None,
            location(path, line),
            nonempty(package.get(keys.markers)),
            string(package.get(keys.pythons)),
            keys.origin(package),
        )
        for package, line in zip(packages, _lines(text, len(packages)), strict=True)
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


def nonempty(value: object) -> tuple[str, ...]:
    """Return the strings of a list, or a string as the only one, without empty ones."""
    return tuple(filter(None, strings(value)))


def parts_of(kind: str, names: object) -> Iterator[Part]:
    """Return the parts of a kind with these names."""
    return (Part(kind, name) for name in nonempty(names))


def origin(source: object) -> str:
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
