"""Scratch folders of runs, and the locks on environments and runs."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from filelock import BaseFileLock

ALIVE = ".alive"


def session_lock(environment: Path) -> BaseFileLock:
    """Return the lock that a session holds while it uses an environment."""
    return FileLock(f"{environment}.session.lock")


@contextmanager
def install_lock(folder: Path, *, wait: bool = True) -> Iterator[int]:
    """Hold the lock of an installation and yield its descriptor, for subprocesses that write to the folder to inherit.

    The lock is held until the last of them ends, even if this process is killed. Raises BlockingIOError if it is held
    elsewhere and ``wait`` is false.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield file.fileno()


@contextmanager
def scratch_folder(folder: Path) -> Iterator[None]:
    """Create a run's scratch folder and remove it at the end; a lock next to it marks the run as alive."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{folder}{ALIVE}"):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}{ALIVE}").unlink(missing_ok=True)


def remove_stale(scratch: Path) -> None:
    """Remove the scratch folders of killed runs."""
    for lock in scratch.glob(f"*{ALIVE}"):
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        except Timeout:
            continue  # its run is still alive
        lock.unlink(missing_ok=True)
