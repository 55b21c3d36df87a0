"""Read requirements.txt as pip does: pins, markers, continued lines and included files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.domain.upgrades.installers import BOTH, Installer
from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, location
from dask_matrix.project.locks.parsing import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COMMENT = re.compile(r"(?:^|\s)#.*$")
INCLUDE = re.compile(r"(?:--requirement|--constraint|-r|-c)(?:\s+|=|(?<=-[rc]))\s*[\"']?([^\"']+)[\"']?")
EDITABLE = re.compile(r"(?:--editable|-e)(?:\s+|=)")
OPTIONS = re.compile(r"\s+--?[A-Za-z].*$")
"""Per-requirement options of pip: hashes and build settings."""
DIRECT = re.compile(r"(?:\w+\+)?\w+://|[./\\~]|.*\.(?:whl|zip|tar\.gz|tar\.bz2)(?:\s*;.*)?$")
"""A requirement that is a URL or a path instead of a name."""
ARCHIVE = re.compile(r"/([^/]+)/(?:-/)?(?:archive|zipball|tarball)/")
"""The repository in the URL of an archive of it, as GitHub and GitLab write it."""
BUILT_BY_CONDA = re.compile(r"file://\S*_\d{9,}/work(?=/|\s|$)")
"""Where conda builds packages: ``pip freeze`` in a conda environment names this folder instead of a version."""
OF_DASK = re.compile(r"(?<![\w.-])(?:dask|distributed)(?![\w.-])", re.IGNORECASE)
"""A mention of dask or distributed that is not part of another name."""
MADE_FOR = re.compile(r"^#.*(?:--python-version[= ]|with Python )(\d+\.\d+(?:\.\d+)?).*$", re.MULTILINE)
"""The Python in the header that uv and pip-compile write."""


@dataclass
class _Reader:
    """Collects the packages of a file and of the files that it includes."""

    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    read_paths: set[Path] = field(default_factory=set)

    def read(self, path: Path, lines: Iterable[tuple[int | None, str]]) -> None:
        """Read the lines of a file. Errors quote lines of the first file only; for included files they name the place."""
        quotable = not self.read_paths
        self.read_paths.add(path.absolute())
        for number, line in lines:
            where = location(path, number)
            if included := INCLUDE.fullmatch(line):
                self._include(path.parent, included[1].strip(), where, quotable=quotable)
            else:
                self._add(line, where, quotable=quotable)

    def _add(self, line: str, where: str, *, quotable: bool) -> None:
        """Add the packages of a line; one that is no requirement stops the file only if it could be dask's."""
        try:
            listed = _listed(line, where) if quotable else _listed_unquoted(line, where)
        except UnreadableLock as error:
            if OF_DASK.search(line):
                raise
            self.unread.append(str(error))
            return
        self.entries.extend(listed)
        self.notes.extend(_named_by_file(listed, line, quotable=quotable))

    def _include(self, folder: Path, name: str, where: str, *, quotable: bool) -> None:
        if "://" in name:
            what = without_secrets(name) if quotable else "a file"
            self.notes.append(f"{where}: {what} was not read; included URLs are not fetched.")
            return
        path = Path(folder / name)
        if path.absolute() in self.read_paths:
            return
        try:
            text = read_text(path)
        except UnreadableLock as error:
            raise UnreadableLock(f"{where}: {error if quotable else 'cannot read the included file.'}") from None
        self.read(path, logical_lines(text))


def requirements(path: Path, text: str) -> Listing:
    """Return the packages in a requirements file and its includes; raise UnreadableLock for an invalid line of dask's."""
    found = parse_lines(path, logical_lines(text))
    if BUILT_BY_CONDA.search(text):
        found = replace(found, installer=Installer.CONDA)
    made_for = MADE_FOR.search(text)
    if made_for and "--universal" in made_for[0]:
        return replace(found, requires_python=f">={made_for[1]}")
    return replace(found, python=made_for[1]) if made_for else found


def parse_lines(path: Path, lines: Iterable[tuple[int | None, str]]) -> Listing:
    """Return the packages in numbered lines that are written as in a requirements file."""
    reader = _Reader()
    reader.read(path, lines)
    return Listing(tuple(reader.entries), notes=tuple(reader.notes), unread=tuple(reader.unread))


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Return the non-empty lines with their numbers from 1: continued lines joined, comments removed."""
    lines: list[tuple[int, str]] = []
    first: int | None = None
    joined = ""
    for number, line in enumerate(text.splitlines(), start=1):
        first = first or number
        joined += " " + COMMENT.sub("", line).strip() if joined else COMMENT.sub("", line).strip()
        if joined.endswith("\\"):
            joined = joined[:-1].rstrip()
            continue
        lines.append((first, joined))
        first, joined = None, ""
    return [(number, " ".join(line.split())) for number, line in [*lines, (first or 0, joined)] if line]


def _listed(line: str, where: str) -> list[Entry]:
    """Return the packages in a line; none for an option."""
    if editable := EDITABLE.match(line):
        return _direct(line[editable.end() :], where)
    return [] if line.startswith("-") else entries_of(OPTIONS.sub("", line), where)


def _listed_unquoted(line: str, where: str) -> list[Entry]:
    """Return the packages in a line of an included file without quoting it: any file of this machine can be included."""
    try:
        listed = _listed(line, where)
    except UnreadableLock:
        raise UnreadableLock(f"{where}: invalid requirement. Expected something like dask==2025.2.0.") from None
    return [replace(entry, requirement="", origin="a URL or a path" if entry.origin else "") for entry in listed]


def entries_of(line: str, where: str) -> list[Entry]:
    """Return the package of a requirement: a name with its pin, or the package at a URL; none for any other path."""
    if DIRECT.match(line) and " @ " not in line:
        return _direct(line, where)
    try:
        requirement = Requirement(line)
    except (ValueError, RecursionError):  # InvalidRequirement is one
        raise UnreadableLock(
            f"{where}: {without_secrets(line)[:80]!r} is not a requirement. Expected something like dask==2025.2.0."
        ) from None
    version = pin(requirement) or version_in(requirement.url or "")
    return [
        Entry(
            canonicalize_name(requirement.name),
            version,
            where,
            markers=(str(requirement.marker),) if requirement.marker else (),
            origin="" if version else without_secrets(requirement.url or ""),
            requirement=line,
        )
    ]


def pin(requirement: Requirement) -> str | None:
    """Return the version that a requirement pins: ``==2025.2.0``, not ``==2025.*`` nor ``>=2025``."""
    exact = [each.version for each in requirement.specifier if each.operator in {"==", "==="}]
    return next((version for version in exact if not version.endswith(".*")), None)


def _direct(url: str, where: str) -> list[Entry]:
    """Return the package at a URL or path: named by its egg fragment, its file name or its repository name."""
    address, _, marker = url.partition(" ;")
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # a bracket in the host, which is not an IPv6 address
        raise UnreadableLock(f"{where}: {without_secrets(address.strip())[:80]!r} is not a valid URL.") from None
    egg = re.search(r"(?:^|&)egg=([\w.-]+)", parts.fragment)
    last = unquote(parts.path.rstrip("/")).rsplit("/", 1)[-1].partition("@")[0].removesuffix(".git")
    archive = ARCHIVE.search(parts.path)
    name = egg[1] if egg else archive[1] if archive else re.split(r"-\d", last)[0]
    markers = (marker.strip(),) if marker.strip() else ()
    version = version_in(address.strip())
    origin = "" if version else without_secrets(address.strip())
    return [Entry(canonicalize_name(name), version, where, markers, origin=origin)] if name.strip(".") else []


def version_in(address: str) -> str | None:
    """Return the version in the file name of a wheel or a source distribution at a URL or path; None if there is none."""
    name = unquote(re.split(r"[?#]", address, maxsplit=1)[0]).rpartition("/")[2]
    try:
        if name.endswith(".whl"):
            return str(parse_wheel_filename(name)[1])
        return str(parse_sdist_filename(name)[1]) if name.endswith((".tar.gz", ".zip")) else None
    except ValueError:  # InvalidWheelFilename and InvalidSdistFilename are some; so is a number of thousands of digits
        return None


def _named_by_file(entries: Iterable[Entry], line: str, *, quotable: bool) -> Iterator[str]:
    """Yield a note for dask and for distributed if only the name of a file says their version."""
    for entry in entries:
        if entry.name in BOTH and entry.version and (" @ " in line or DIRECT.match(line)):
            file = without_secrets(line.partition(" @ ")[2].strip() or line) if quotable else "a file"
            yield f"{entry.where}: {entry.name} comes from {file}, whose name says {entry.version}."
