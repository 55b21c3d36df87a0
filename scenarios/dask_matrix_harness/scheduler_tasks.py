"""List the tasks of every Dask scheduler in this process by state, as evidence of a timeout."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

#: Makes a child write its tasks; Python runs the handler once the main thread is not in C code.
TASKS_SIGNAL = signal.SIGUSR2
#: Most tasks listed per scheduler.
LIMIT = 100


def write_on_signal(path: Path) -> None:
    """Install a handler that writes the tasks to `path`, atomically, on `TASKS_SIGNAL`."""

    def write(_number: int, _frame: FrameType | None) -> None:
        unfinished = path.with_suffix(".part")
        try:
            unfinished.write_text("".join(f"{line}\n" for line in _described()), encoding="utf-8")
            unfinished.replace(path)
        except Exception:  # noqa: BLE001, S110 - the handler may interrupt anything and cannot report
            pass

    signal.signal(TASKS_SIGNAL, write)


def _described() -> Iterator[str]:
    """The lines of the list; none if there is no scheduler."""
    module = sys.modules.get("distributed.scheduler")
    for scheduler in list(getattr(getattr(module, "Scheduler", None), "_instances", ())):
        tasks = list(scheduler.tasks.values())
        if tasks or scheduler.workers:
            yield from _of_scheduler(scheduler, tasks)


def _of_scheduler(scheduler: Any, tasks: list[Any]) -> Iterator[str]:
    states = [task.state for task in tasks]
    counted = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states))) or "none"
    yield f"Tasks of {scheduler.address}, {len(scheduler.workers)} workers: {counted}"
    for task in tasks[:LIMIT]:
        yield f"  {task.state:11} {task.key}{_where(task)}{_waiting_for(task)}"
    if len(tasks) > LIMIT:
        yield f"  and {len(tasks) - LIMIT} more"


def _where(task: Any) -> str:
    worker = getattr(task, "processing_on", None)
    return f"  on {worker.address}" if worker is not None else ""


def _waiting_for(task: Any) -> str:
    keys = [str(other.key) for other in list(getattr(task, "waiting_on", None) or ())[:5]]
    return f"  waits for {', '.join(keys)}" if keys else ""
