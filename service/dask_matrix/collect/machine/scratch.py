"""Temporary folders of runs, and the locks that say who is alive."""

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
    """Return the lock that a session holds while it works in an environment's folder."""
    return FileLock(f"{environment}.session.lock")


@contextmanager
def install_lock(folder: Path, *, wait: bool = True) -> Iterator[int]:
    """Hold the lock of an installation; give its descriptor, for whoever works in the folder on our behalf to inherit.

    So it is held until the last of them has ended, also if this process is killed. Raises BlockingIOError if someone
    else holds it and we do not ``wait``.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield file.fileno()


@contextmanager
def living(folder: Path) -> Iterator[None]:
    """Keep a run's temporary folder for as long as the run lives, and a lock beside it that dies with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{folder}{ALIVE}"):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}{ALIVE}").unlink(missing_ok=True)


def sweep(scratch: Path) -> None:
    """Remove what killed runs have left in the folder of temporary folders."""
    for mark in scratch.glob(f"*{ALIVE}"):
        try:
            with FileLock(mark, timeout=0):
                shutil.rmtree(mark.with_suffix(""), ignore_errors=True)
        except Timeout:
            continue  # its run is alive
        mark.unlink(missing_ok=True)
