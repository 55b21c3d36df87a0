"""Reads requirements.txt as pip does: pins, markers, continued lines, and the files it includes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, place, without_secrets
from dask_matrix.project.locks.parsing import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

COMMENT = re.compile(r"(?:^|\s)#.*$")
INCLUDE = re.compile(r"(?:--requirement|--constraint|-r|-c)(?:\s+|=|(?<=-[rc]))\s*[\"']?([^\"']+)[\"']?")
EDITABLE = re.compile(r"(?:--editable|-e)(?:\s+|=)")
OPTIONS = re.compile(r"\s+--?[A-Za-z].*$")
"""What pip allows after a requirement: its hashes and its build settings."""
DIRECT = re.compile(r"(?:\w+\+)?\w+://|[./\\~]|.*\.(?:whl|zip|tar\.gz|tar\.bz2)(?:\s*;.*)?$")
"""How a requirement begins that is a URL or a path and no name."""
MADE_FOR = re.compile(r"^#.*(?:--python-version[= ]|with Python )(\d+\.\d+(?:\.\d+)?).*$", re.MULTILINE)
"""How uv and pip-compile say in their heading for which Python they resolved."""


@dataclass
class _Reader:
    """Collects what a file and those it includes list."""

    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def read(self, path: Path, lines: Iterable[tuple[int | None, str]]) -> None:
        """Read the lines of a file. Of those after the first, which it includes, only the place is told, no word."""
        told = not self.seen
        self.seen.add(path.absolute())
        for number, line in lines:
            where = place(path, number)
            if included := INCLUDE.fullmatch(line):
                self._include(path.parent, included[1].strip(), where, told=told)
            else:
                self.entries.extend(_listed(line, where) if told else _untold(line, where))

    def _include(self, folder: Path, name: str, where: str, *, told: bool) -> None:
        if "://" in name:
            what = without_secrets(name) if told else "a file"
            self.notes.append(f"{where}: {what} is included from elsewhere and was not read.")
            return
        path = Path(folder / name)
        if path.absolute() in self.seen:
            return
        try:
            text = text_of(path)
        except UnreadableLock as error:
            raise UnreadableLock(f"{where}: {error if told else 'what it includes cannot be read.'}") from None
        self.read(path, logical_lines(text))


def requirements(path: Path, text: str) -> Listing:
    """Return what a requirements file and those it includes list; raise UnreadableLock naming a line that is wrong."""
    found = of_lines(path, logical_lines(text))
    made_for = MADE_FOR.search(text)
    if made_for and "--universal" in made_for[0]:
        return replace(found, requires_python=f">={made_for[1]}")
    return replace(found, python=made_for[1]) if made_for else found


def of_lines(path: Path, lines: Iterable[tuple[int | None, str]]) -> Listing:
    """Return what numbered lines of a file list, which stand there as in a requirements file."""
    reader = _Reader()
    reader.read(path, lines)
    return Listing(tuple(reader.entries), notes=tuple(reader.notes))


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that say something, with their numbers from 1: continued ones joined, comments left out."""
    lines: list[tuple[int, str]] = []
    begun: int | None = None
    held = ""
    for number, line in enumerate(text.splitlines(), start=1):
        begun = begun or number
        held += " " + COMMENT.sub("", line).strip() if held else COMMENT.sub("", line).strip()
        if held.endswith("\\"):
            held = held[:-1].rstrip()
            continue
        lines.append((begun, held))
        begun, held = None, ""
    return [(number, " ".join(line.split())) for number, line in [*lines, (begun or 0, held)] if line]


def _listed(line: str, where: str) -> list[Entry]:
    """Return what a line lists; nothing for an option."""
    if editable := EDITABLE.match(line):
        return _direct(line[editable.end() :], where)
    return [] if line.startswith("-") else entries_of(OPTIONS.sub("", line), where)


def _untold(line: str, where: str) -> list[Entry]:
    """Return what a line of an included file lists, without its words: any file of this machine can be included."""
    try:
        listed = _listed(line, where)
    except UnreadableLock:
        raise UnreadableLock(f"{where} is no requirement. Write one such as dask==2025.2.0.") from None
    return [replace(entry, asked="", origin="a URL or a path" if entry.origin else "") for entry in listed]


def entries_of(line: str, where: str) -> list[Entry]:
    """Return what a requirement lists: a name with its pin, or what a URL is of; nothing for another path."""
    if DIRECT.match(line) and " @ " not in line:
        return _direct(line, where)
    try:
        requirement = Requirement(line)
    except (ValueError, RecursionError):  # InvalidRequirement is one
        raise UnreadableLock(
            f"{where}: {without_secrets(line)[:80]!r} is no requirement. Write one such as dask==2025.2.0."
        ) from None
    return [
        Entry(
            canonicalize_name(requirement.name),
            pin(requirement),
            where,
            markers=(str(requirement.marker),) if requirement.marker else (),
            origin=without_secrets(requirement.url or ""),
            asked=line,
        )
    ]


def pin(requirement: Requirement) -> str | None:
    """Return the version that a requirement allows alone: ``==2025.2.0``, not ``==2025.*`` nor ``>=2025``."""
    exact = [each.version for each in requirement.specifier if each.operator in {"==", "==="}]
    return next((version for version in exact if not version.endswith(".*")), None)


def _direct(url: str, where: str) -> list[Entry]:
    """Return what a URL or a path is of, as far as it says so: its egg, its file's name, its repository's name."""
    address, _, marker = url.partition(" ;")
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # a bracket in the host, which is no address
        raise UnreadableLock(f"{where}: {without_secrets(address.strip())[:80]!r} is no URL.") from None
    egg = re.search(r"(?:^|&)egg=([\w.-]+)", parts.fragment)
    last = unquote(parts.path.rstrip("/")).rsplit("/", 1)[-1].partition("@")[0].removesuffix(".git")
    name = egg[1] if egg else re.split(r"-\d", last)[0]
    markers = (marker.strip(),) if marker.strip() else ()
    origin = without_secrets(address.strip())
    return [Entry(canonicalize_name(name), None, where, markers, origin=origin)] if name.strip(".") else []
