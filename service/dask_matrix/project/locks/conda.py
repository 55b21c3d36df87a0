"""Reads what conda environments are made from: environment.yml, conda-lock.yml and the lists that conda writes."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, place, without_secrets
from dask_matrix.project.locks.parsing import table, tables, word, words, yaml_mapping
from dask_matrix.project.locks.requirements import of_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

NAMES = {"dask-core": "dask", "pyarrow-core": "pyarrow"}
"""What conda calls a project that the index calls otherwise: its ``dask`` is dask-core and all that this can use."""
SPEC = re.compile(r"(?:[^\s\[]*::)?([A-Za-z0-9_.-]+)\s*(?:\[version=)?[\"']?([^\]\"']*)[\"']?\]?")
"""A match specification: channel, name, and what is asked of the version."""
EXACT = re.compile(r"==\s*([\w.!+]+)|=?\s*(\d+\.\d+\.[\w.!+]+)(?:[=\s]\S+)?|=?\s*(\d[\w.!+]*)[=\s][^=*\s]+")
"""A version given whole: ``==2025.2``, ``=2025.2.0``, ``2025.2.0 build``; ``=2025.2`` leaves the last part open."""
PYTHON = re.compile(r"[=\s]*(\d+\.\d+(?:\.\d+)?)(?:\.\*)?(?:[=\s]\S*)?")
ARCHIVE = re.compile(r"(?:.*/)?([^/]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)(?:#.*)?")
"""Where a conda package is loaded from: name, version, build."""
LISTED = re.compile(r"([\w.-]+)=([^=\s]+)=\S+")
"""The same as ``conda list --export`` writes it."""
LONG = 2000
"""Characters of a line or of an item that is longer than any address in a lock."""
VALUE = re.compile(r"[\s-]*(?:[\w.-]+:\s+)?[\"']?(.*?)[\"']?(?:\s+#.*)?\s*")
"""A line of YAML, and the value in it."""


def environment(path: Path, text: str) -> Listing:
    """Return what an environment.yml asks for, its pip section included."""
    wanted = yaml_mapping(path, text).get("dependencies")
    items = wanted if isinstance(wanted, list) else []
    lines = lines_of(text)
    below = [line for item in items for line in words(table(item).get("pip")) if line]
    pip = of_lines(path, [(lines.get(line), line) for line in below])
    specs = [_spec(item, place(path, lines.get(item))) for item in items if isinstance(item, str)]
    return listing([*specs, *pip.entries], pip.notes)


def conda_lock(path: Path, text: str) -> Listing:
    """Return what a conda-lock.yml lists for this machine's platform, or for its first one."""
    packages = tables(yaml_mapping(path, text).get("package"))
    chosen, notes = for_platform(path, list(dict.fromkeys(word(package.get("platform")) for package in packages)))
    lines = lines_of(text)
    return listing((_locked(path, lines, each) for each in packages if word(each.get("platform")) == chosen), notes)


def conda_list(path: Path, text: str) -> Listing:
    """Return what ``conda list --explicit`` or ``--export`` wrote."""
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if found := ARCHIVE.fullmatch(line.strip()) or LISTED.fullmatch(line.strip()):
            entries.append(Entry(canonicalize_name(found[1]), found[2], f"{path}, line {number}"))
    return listing(entries)


def listing(entries: Iterable[Entry], notes: tuple[str, ...] = ()) -> Listing:
    """Return a listing under the names that the index has; the Python that is among the packages is told apart."""
    renamed = [replace(entry, name=NAMES.get(entry.name, entry.name)) for entry in entries]
    python = next((entry.version for entry in renamed if entry.name == "python" and entry.version), "")
    return Listing(tuple(entry for entry in renamed if entry.name != "python"), python=python, notes=notes)


def for_platform(path: Path, platforms: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return this machine's platform if it is among these, else the first of them and a note that says so."""
    here = subdir()
    if here in platforms or not platforms:
        return here, ()
    first = next(iter(platforms))
    return first, (f"{path.name} has nothing for {here}; what it has for {first} was read.",)


def subdir() -> str:
    """Return what conda calls this machine's platform: ``linux-64``."""
    system = {"darwin": "osx", "win32": "win"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    return f"{system}-{'64' if machine in {'x86_64', 'amd64'} else machine}"


def lines_of(text: str) -> dict[str, int]:
    """Return the line, from 1, where each value of a YAML file first stands alone after its dash or its key."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) < LONG and (found := VALUE.fullmatch(line)):
            lines.setdefault(found[1], number)
    return lines


def _spec(item: str, where: str) -> Entry:
    found = SPEC.fullmatch(item.strip()) if len(item) < LONG else None
    if not found:
        raise UnreadableLock(
            f"{where}: {without_secrets(item)[:80]!r} is no package of conda. Write one such as dask=2025.2.0."
        )
    exact = (PYTHON if found[1] == "python" else EXACT).fullmatch(found[2].strip())
    version = next(filter(None, exact.groups()), None) if exact else None
    return Entry(canonicalize_name(found[1]), version, where, asked=without_secrets(item))


def _locked(path: Path, lines: Mapping[str, int], package: dict[str, Any]) -> Entry:
    url = word(package.get("url"))
    return Entry(
        canonicalize_name(word(package.get("name"))),
        word(package.get("version")) or None,
        place(path, lines.get(url)),
        origin=without_secrets(url) if url.startswith("git+") else "",
    )
