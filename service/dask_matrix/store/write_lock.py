"""One writer at a time on an SQLite file, whose name the others can tell while they wait."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 2.0
"""Seconds of waiting before it is told for whom."""
POLL = 0.01
PROGRAMS = {"dask-matrix", "__main__.py"}
log = logging.getLogger(__name__)


@contextmanager
def exclusive(path: Path, does: str) -> Iterator[None]:
    """Hold the lock file ``path``; wait for another process that holds it, and log a warning that names it.

    ``does`` says what the holder does, for those who wait: ``writes to the database``. Raises OSError.
    """
    lock, owner = FileLock(path), path.with_name(f"{path.name}-owner")
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=POLL)
    except Timeout:
        if not (holder := _read(owner)).startswith(f"{this_process()}, "):  # not another thread of ours
            log.warning("dask-matrix: waiting for %s.", holder)
        lock.acquire(poll_interval=POLL)
    try:
        with suppress(OSError):  # only a courtesy to those who wait; the disk may be full
            owner.write_text(f"{this_process()}, which {does}", encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def this_process() -> str:
    """Return what this process is: ```dask-matrix run` (process 123)``."""
    program, *arguments = sys.argv
    number = f"process {os.getpid()}"
    if Path(program).name not in PROGRAMS or not arguments:
        return number
    return f"`dask-matrix {arguments[0]}` ({number})"


def _read(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"
