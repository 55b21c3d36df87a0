"""Read conda's files: environment.yml, conda-lock.yml, and the output of ``conda list``."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.entries import Entry, Listing, Part, UnreadableLock, location
from dask_matrix.project.locks.parsing import string, strings, table, tables, yaml_mapping
from dask_matrix.project.locks.requirements import OF_DASK, parse_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

NAMES = {"dask-core": "dask", "pyarrow-core": "pyarrow"}
"""conda package -> name on the index, where they differ: conda's ``dask`` is dask-core plus all optional dependencies."""
MAIN = "main"
"""The category of a conda-lock.yml that is always installed."""
INSTALLED_CATEGORIES = ("dev",)
"""Those that ``conda-lock install`` installs with it if none is named."""
SPEC = re.compile(r"(?:[^\s\[]*::)?([A-Za-z0-9_.-]+)\s*(?:\[version=)?[\"']?([^\]\"']*)[\"']?\]?")
"""A conda match specification: channel, name and version constraint."""
EXACT = re.compile(r"==\s*([\w.!+]+)|=?\s*(\d+\.\d+\.[\w.!+]+)(?:[=\s]\S+)?|=?\s*(\d[\w.!+]*)[=\s][^=*\s]+")
"""An exact version: ``==2025.2``, ``=2025.2.0``, ``2025.2.0 build``; ``=2025.2`` leaves the last part open."""
PYTHON = re.compile(r"[=\s]*(\d+\.\d+(?:\.\d+)?)(?:\.\*)?(?:[=\s]\S*)?")
ARCHIVE = re.compile(r"(?:.*/)?([^/]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)(?:#.*)?")
"""URL or file name of a conda package: name, version, build."""
EXPORTED = re.compile(r"([\w.-]+)=([^=\s]+)=\S+")
"""A line of ``conda list --export``: name, version, build."""
MAX_LENGTH = 2000
"""Longer lines and items, in characters, are not parsed: no URL in a lock is this long."""
VALUE = re.compile(r"[\s-]*(?:[\w.-]+:\s+)?[\"']?(.*?)[\"']?(?:\s+#.*)?\s*")
"""A line of YAML, and the value in it."""


def environment(path: Path, text: str) -> Listing:
    """Return the dependencies in an environment.yml, including its pip section."""
    dependencies = yaml_mapping(path, text).get("dependencies")
    items = dependencies if isinstance(dependencies, list) else []
    lines = lines_of(text)
    below = [line for item in items for line in strings(table(item).get("pip")) if line]
    pip = parse_lines(path, [(lines.get(line), line) for line in below])
    specs, unread = _specs((item, location(path, lines.get(item))) for item in items if isinstance(item, str))
    found = listing([*specs, *pip.entries], pip.notes)
    return replace(found, unread=(*unread, *pip.unread))


def conda_lock(path: Path, text: str) -> Listing:
    """Return the packages in a conda-lock.yml for this machine's platform, or else for its first platform.

    Its categories other than main are groups; ``conda-lock install`` installs INSTALLED_CATEGORIES if none is named.
    """
    packages = tables(yaml_mapping(path, text).get("package"))
    platforms, with_dask = _platforms(packages), _platforms(each for each in packages if _is_dask(each))
    chosen, notes = for_platform(path, platforms, with_dask)
    lines = lines_of(text)
    here = [_locked(path, lines, each) for each in packages if string(each.get("platform")) == chosen]
    parts = tuple(dict.fromkeys(part for entry in here for part in entry.parts))
    defaults = frozenset(part for part in parts if part.name in INSTALLED_CATEGORIES)
    return replace(listing(here, notes), parts=parts, defaults=defaults)


def _platforms(packages: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(string(package.get("platform")) for package in packages))


def _is_dask(package: dict[str, Any]) -> bool:
    name = canonicalize_name(string(package.get("name")))
    return NAMES.get(name, name) == "dask"


def conda_list(path: Path, text: str) -> Listing:
    """Return the packages in the output of ``conda list --explicit`` or ``--export``."""
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if found := ARCHIVE.fullmatch(line.strip()) or EXPORTED.fullmatch(line.strip()):
            entries.append(Entry(canonicalize_name(found[1]), found[2], f"{path}, line {number}"))
    return listing(entries)


def listing(entries: Iterable[Entry], notes: tuple[str, ...] = ()) -> Listing:
    """Return a listing with the index's package names, and Python as its own field instead of a package."""
    renamed = [replace(entry, name=NAMES.get(entry.name, entry.name)) for entry in entries]
    python = next((entry.version for entry in renamed if entry.name == "python" and entry.version), "")
    return Listing(tuple(entry for entry in renamed if entry.name != "python"), python=python, notes=notes)


def for_platform(
    path: Path, platforms: Collection[str], with_dask: Collection[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """Return this machine's platform if it is one of these, or else the first of them and a note about it.

    Of platforms ``with_dask``, the first is used instead if this machine's has none.
    """
    here = subdir()
    if here in platforms and with_dask and here not in with_dask:
        first = next(iter(with_dask))
        return first, (f"{path.name} has no dask for {here}; using the packages for {first}.",)
    if here in platforms or not platforms:
        return here, ()
    first = next(iter(with_dask or platforms))
    return first, (f"{path.name} has no packages for {here}; using those for {first}.",)


def subdir() -> str:
    """Return conda's name of this machine's platform: ``linux-64``."""
    system = {"darwin": "osx", "win32": "win"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    return f"{system}-{'64' if machine in {'x86_64', 'amd64'} else machine}"


def lines_of(text: str) -> dict[str, int]:
    """Return the line, from 1, where each value of a YAML file first stands alone after its dash or its key."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) < MAX_LENGTH and (found := VALUE.fullmatch(line)):
            lines.setdefault(found[1], number)
    return lines


def _specs(items: Iterable[tuple[str, str]]) -> tuple[list[Entry], list[str]]:
    """Return the packages of match specifications, each with its place, and the errors of those that are none."""
    entries, unread = [], []
    for item, where in items:
        try:
            entries.append(_spec(item, where))
        except UnreadableLock as error:
            if OF_DASK.search(item):
                raise
            unread.append(str(error))
    return entries, unread


def _spec(item: str, where: str) -> Entry:
    found = SPEC.fullmatch(item.strip()) if len(item) < MAX_LENGTH else None
    if not found:
        raise UnreadableLock(
            f"{where}: {without_secrets(item)[:80]!r} is not a conda package. Expected something like dask=2025.2.0."
        )
    exact = (PYTHON if found[1] == "python" else EXACT).fullmatch(found[2].strip())
    version = next(filter(None, exact.groups()), None) if exact else None
    return Entry(canonicalize_name(found[1]), version, where, requirement=without_secrets(item))


def _locked(path: Path, lines: Mapping[str, int], package: dict[str, Any]) -> Entry:
    url, category = string(package.get("url")), string(package.get("category")) or MAIN
    return Entry(
        canonicalize_name(string(package.get("name"))),
        string(package.get("version")) or None,
        location(path, lines.get(url)),
        origin=without_secrets(url) if url.startswith("git+") else "",
        parts=() if category == MAIN else (Part("group", category),),
    )
