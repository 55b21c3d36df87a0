"""Keeps the installed environments within a limit on disk: the least recently used ones go, none that is in use."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from dask_matrix.collect.environments.installation import READY, size_noted
from dask_matrix.collect.machine.scratch import install_lock, session_lock

if TYPE_CHECKING:
    from pathlib import Path


def evict(installed: Path, limit: int) -> None:
    """Remove neighbours of an environment just installed, until all together take no more than ``limit`` bytes.

    One that a session works in stays, even if the limit can't be met. What an installation or a removal that was
    killed has left goes in any case. Evictions of several processes take turns, so that they remove no more than one.
    """
    with FileLock(installed.parent / ".evict.lock"):
        sizes = {folder: size_noted(folder) for folder in installed.parent.iterdir() if folder.is_dir()}
        total = sum(size or 0 for size in sizes.values())
        for folder in sorted(sizes.keys() - {installed}, key=_last_use):
            size = sizes[folder]
            if (size is None or total > limit) and _remove(folder):
                total -= size or 0


def _last_use(folder: Path) -> float:
    """Return when an environment was used last; one that is not whole was never."""
    try:
        return (folder / READY).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove(folder: Path) -> bool:
    """Remove an environment unless someone uses it; killed on the way, it leaves what is made anew."""
    with ExitStack() as locks:
        try:
            locks.enter_context(session_lock(folder).acquire(timeout=0))
            locks.enter_context(install_lock(folder, wait=False))
        except (Timeout, BlockingIOError):
            return False
        (folder / READY).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    return True
