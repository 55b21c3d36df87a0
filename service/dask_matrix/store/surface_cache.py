"""The surfaces of all releases in one file that is quick to ask: a database in the cache folder, made anew when they change.

Needs neither SQLAlchemy nor the whole tree in memory: a question about one name reads a few rows.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60
"""Seconds to wait for another process that writes the same file."""
UNUSED = 30 * 24 * 3600
"""Seconds after which a file that nobody has read is removed."""
FORM = 2
"""Version of the files; other versions have other names."""
SCHEMA = """
CREATE TABLE columns (number INTEGER PRIMARY KEY, release TEXT, python TEXT, lane TEXT, environment TEXT, config TEXT);
CREATE TABLE parts (section TEXT, name TEXT, tree TEXT, PRIMARY KEY (section, name)) WITHOUT ROWID;
"""


class Section(Mapping[str, Any]):
    """One part of a tree, such as ``objects``: its entries are read when they are asked for."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            query = "SELECT tree FROM parts WHERE section = ? AND name = ?"
            found = self._connection.execute(query, (self._name, name)).fetchone()
            if found is None:
                raise KeyError(name)
            self._read[name] = json.loads(found[0])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    @cached_property
    def _whole(self) -> dict[str, Any]:
        query = "SELECT name, tree FROM parts WHERE section = ? ORDER BY name"
        self._read = {name: json.loads(tree) for name, tree in self._connection.execute(query, (self._name,))}
        return self._read


def digest(observed: Iterable[tuple[SurfaceColumn, str]]) -> str:
    """Return what a cached file is named after: 16 hex digits for these columns with these surfaces."""
    told = sorted((column.environment, column.config, surface) for column, surface in observed)
    return hashlib.sha256(repr((FORM, told)).encode()).hexdigest()[:16]


def cached_timeline(cache: Path, name: str, make: Callable[[], Timeline]) -> Timeline:
    """Return the timeline of a cached file, made first if it is not there or damaged; without a usable cache, as made.

    Safe when several processes call it at once.
    """
    path = cache / f"surfaces-{name}.sqlite"
    if (found := _sound(path)) is not None:
        return found
    made = make()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=PATIENCE):
            _write(path, made)
            _discard_others(path)
    except (OSError, Timeout, sqlite3.Error):  # a full disk, or a folder that cannot be written: only slower
        return made
    return made


def _sound(path: Path) -> Timeline | None:
    """Return the timeline of a file; None if it is not there, or not whole."""
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        if connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
            return _opened(connection)
    except (sqlite3.Error, DaskMatrixError, ValueError):
        pass
    return None


def _discard_others(path: Path) -> None:
    """Remove files of other surfaces that nobody has read for a month."""
    for each in path.parent.glob("surfaces-*"):
        used = each.stat()
        if max(used.st_atime, used.st_mtime) < time.time() - UNUSED and not each.name.startswith(path.stem):
            each.unlink(missing_ok=True)


def _write(path: Path, timeline: Timeline) -> None:
    """Write a timeline under a temporary name, then move it to ``path``."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as connection, connection:
        connection.executescript(SCHEMA)
        for number, each in enumerate(timeline.columns):
            row = (number, each.release.text, str(each.python), each.lane.value, each.environment, each.config)
            connection.execute("INSERT INTO columns VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO parts VALUES (?, ?, ?)", _rows(timeline.tree))
    part.replace(path)


def _rows(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for section, entries in tree.items():
        for name, entry in entries.items():
            yield section, name, json.dumps(entry, separators=(",", ":"))


def _opened(connection: sqlite3.Connection) -> Timeline:
    rows = connection.execute("SELECT release, python, lane, environment, config FROM columns ORDER BY number")
    columns = [
        SurfaceColumn(Release.parse(release), Python.parse(python), Lane(lane), environment, config)
        for release, python, lane, environment, config in rows
    ]
    sections = connection.execute("SELECT DISTINCT section FROM parts")
    return Timeline(columns, {name: Section(connection, name) for (name,) in sections})
