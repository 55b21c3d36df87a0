"""The gate: of the harnesses of one run, one executes at a time; the next has then imported and collected already."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from .stop import Stop

try:
    import fcntl
except ImportError:  # where there is no fork either
    fcntl = None  # type: ignore[assignment]

#: Seconds between two attempts.
AGAIN = 0.02


@contextmanager
def passing(gate: Path | None, stop: Stop) -> Iterator[Callable[[], None]]:
    """Hold the lock of the file `gate` within, or until what is given is called; one told to stop waits no longer."""
    if gate is None or fcntl is None:
        yield lambda: None
        return
    with gate.open("a", encoding="utf-8") as file:
        while not stop.requested:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(AGAIN)
        yield lambda: fcntl.flock(file, fcntl.LOCK_UN)
