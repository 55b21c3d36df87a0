"""Sees to it that no process outlives the work it was started for. Linux in full, elsewhere known descendants only."""

from __future__ import annotations

import ctypes
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
"""Looked up before any fork: a child between fork and exec must not look for it."""
PATIENCE = 10.0
"""Seconds after which a process that SIGKILL does not end is given up, and named."""


def adopt_orphans() -> None:
    """From now on a descendant that lost its parent becomes this process's child, even from a session of its own."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """From now on the system sends this process SIGTERM when the thread that started it is gone."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def none_left() -> Iterator[None]:
    """Adopt what loses its parent within, and kill whatever descendant of this process is left at the end."""
    adopt_orphans()
    before = set(_descendants())
    try:
        yield
    finally:
        left = _kill_but(before)
        for process in left:
            print(f"cannot end process {process.pid}: {process}", file=sys.stderr)


def _kill_but(kept: set[psutil.Process]) -> set[psutil.Process]:
    """Kill and reap until nothing is left; return what would not go. One may start another while it is killed."""
    until = time.monotonic() + PATIENCE
    while (left := set(_descendants()) - kept) and time.monotonic() < until:
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=1.0)
    return left


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _prctl(option: int, value: int) -> None:
    if LIBC is not None:
        LIBC.prctl(option, value, 0, 0, 0)
