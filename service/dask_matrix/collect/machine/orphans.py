"""Kill processes that outlive the work they were started for. Complete on Linux; elsewhere known descendants only."""

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
"""Loaded before any fork: it is not safe to load between fork and exec."""
KILL_TIMEOUT = 10.0
"""Seconds to wait for killed processes to end; any that are left are reported."""


def adopt_orphans() -> None:
    """Make this process the parent of orphaned descendants, even of those in another session (a subreaper)."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Have the system send SIGTERM to this process when the thread that started it ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def no_leftover_processes() -> Iterator[None]:
    """Kill all descendants that were started in the ``with`` block and still run at its end, orphans included."""
    adopt_orphans()
    before = set(_descendants())
    try:
        yield
    finally:
        left = _kill_except(before)
        for process in left:
            print(f"cannot kill process {process.pid}: {process}", file=sys.stderr)


def _kill_except(spared: set[psutil.Process]) -> set[psutil.Process]:
    """Kill and reap until none is left, as one may start another meanwhile; return those that did not end."""
    deadline = time.monotonic() + KILL_TIMEOUT
    while (left := set(_descendants()) - spared) and time.monotonic() < deadline:
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
