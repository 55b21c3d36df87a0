"""The run lock: of a run's harnesses only one executes at a time, while the next imports and collects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from .stop_signals import StopSignals

try:
    import fcntl
except ImportError:  # where there is no fork either
    fcntl = None  # type: ignore[assignment]

#: Seconds between attempts to get the lock.
RETRY_INTERVAL = 0.02


@contextmanager
def hold_run_lock(gate: Path | None, stop: StopSignals) -> Iterator[Callable[[], None]]:
    """Wait for the lock on the file `gate`; hold it until the yielded function is called or the block ends.

    On a stop request, stop waiting and go on without the lock.
    """
    if gate is None or fcntl is None:
        yield lambda: None
        return
    with gate.open("a", encoding="utf-8") as file:
        while not stop.requested:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(RETRY_INTERVAL)
        yield lambda: fcntl.flock(file, fcntl.LOCK_UN)
