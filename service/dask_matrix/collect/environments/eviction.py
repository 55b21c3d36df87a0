"""Evict the least recently used environments when all together exceed the disk limit."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from dask_matrix.collect.environments.installation import READY, recorded_size
from dask_matrix.collect.machine.scratch import install_lock, session_lock

if TYPE_CHECKING:
    from pathlib import Path


def evict(installed: Path, limit: int) -> None:
    """Remove environments other than ``installed`` until all together take at most ``limit`` bytes.

    Those in use stay, even if the limit cannot be met; incomplete ones, left by a killed installation or removal, are
    always removed. Processes evict one at a time, so that together they remove no more than needed.
    """
    with FileLock(installed.parent / ".evict.lock"):
        sizes = {folder: recorded_size(folder) for folder in installed.parent.iterdir() if folder.is_dir()}
        total = sum(size or 0 for size in sizes.values())
        for folder in sorted(sizes.keys() - {installed}, key=_last_use):
            size = sizes[folder]
            if (size is None or total > limit) and _remove(folder):
                total -= size or 0


def _last_use(folder: Path) -> float:
    """Return the time of last use; 0 for an incomplete environment."""
    try:
        return (folder / READY).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove(folder: Path) -> bool:
    """Remove an environment unless it is in use; if killed half-way, it is left incomplete and will be reinstalled."""
    with ExitStack() as locks:
        try:
            locks.enter_context(session_lock(folder).acquire(timeout=0))
            locks.enter_context(install_lock(folder, wait=False))
        except (Timeout, BlockingIOError):
            return False
        (folder / READY).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    return True
