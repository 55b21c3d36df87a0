"""Read pylock.toml (PEP 751)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dask_matrix.project.locks.entries import Listing, UnreadableLock
from dask_matrix.project.locks.parsing import string, tables, toml
from dask_matrix.project.locks.toml_locks.packages import Keys, entries_of, nonempty, origin, parts_of

if TYPE_CHECKING:
    from pathlib import Path


def pylock(path: Path, text: str) -> Listing:
    """Return the packages in a pylock.toml (PEP 751); raise UnreadableLock if its lock-version is not supported."""
    lock = toml(path, text)
    if not re.match(r"1(\.|$)", written := string(lock.get("lock-version"))):
        raise UnreadableLock(f"{path}: lock-version {written or '(missing)'} is not supported, only 1.0 is.")
    defaults = frozenset(parts_of("group", lock.get("default-groups")))
    named = {*parts_of("extra", lock.get("extras")), *parts_of("group", lock.get("dependency-groups"))}
    return Listing(
        entries_of(path, text, tables(lock.get("packages")), Keys("marker", "requires-python", origin)),
        requires_python=string(lock.get("requires-python")),
        parts=tuple(sorted(named | defaults)),
        defaults=defaults,
        supported=nonempty(lock.get("environments")),
    )
