"""The parent's loop: starts children, several at a time, watches their deadlines, and lets nothing outlive them."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Callable

from . import processes
from .execution import Execution
from .folder import Folder
from .scenario import Scenario
from .stop import Stop

#: Seconds that Python's helper processes get to end by themselves after the scenario that made it start them.
GRACE = 1.0
#: Seconds after which even a killed process, stuck in the kernel, no longer holds up the others.
GIVE_UP = 5.0
#: Seconds between looks at processes that were killed.
LOOK = 0.005

#: Starts the process of an execution and returns its id.
Launch = Callable[[Execution], int]


class Loop:
    """Executes scenarios, `jobs` at a time, each for at most its timeout."""

    def __init__(self, launch: Launch, stop: Stop, scratch: Path, jobs: int, timeout: float) -> None:
        self._launch = launch
        self._stop = stop
        self._scratch = scratch
        self._jobs = jobs
        self._timeout = timeout
        self._count = 0
        self._running: list[Execution] = []
        self._not_ours = processes.children()

    def run(self, scenarios: Iterable[Scenario], finish: Callable[[Execution], None]) -> bool:
        """Execute all and give each to `finish` when it has ended. False if it was stopped before all had."""
        waiting = deque(scenarios)
        processes.adopt_orphans()
        self._stop.listen()
        try:
            while (waiting or self._running) and not self._stop.requested:
                while waiting and len(self._running) < self._jobs:
                    self._start(waiting.popleft())
                self._stop.wait(self._next_moment() - time.perf_counter())
                self._look_after(finish)
            return not (waiting or self._running)
        finally:
            self._abandon()

    def _start(self, scenario: Scenario) -> None:
        self._count += 1
        folder = Folder(self._scratch / str(self._count))
        folder.make()
        execution = Execution(scenario, folder, scenario.declaration.timeout or self._timeout)
        execution.pid = self._launch(execution)
        self._running.append(execution)

    def _next_moment(self) -> float:
        """When to look again even if no signal comes."""
        if any(execution.ended is not None for execution in self._running):
            return time.perf_counter() + LOOK
        return min(execution.deadline for execution in self._running)

    def _look_after(self, finish: Callable[[Execution], None]) -> None:
        for execution in list(self._running):
            if not execution.poll() and time.perf_counter() >= execution.deadline:
                execution.expire()
            if execution.ended is not None and self._is_alone(execution):
                self._running.remove(execution)
                finish(execution)
                execution.folder.remove()

    def _is_alone(self, execution: Execution) -> bool:
        """Whether nothing is left of an ended execution; what is left is killed, unless it is about to end anyway."""
        assert execution.ended is not None
        strays = self._strays(execution)
        age = time.perf_counter() - execution.ended
        for pid in strays:
            if execution.expired or age > GRACE or not processes.is_helper(pid):
                processes.kill(pid)
        return not strays or age > GIVE_UP

    def _strays(self, execution: Execution) -> set[int]:
        """Living processes that `execution` has left to us. Those of others wait for theirs to be swept."""
        others = [other for other in self._running if other is not execution]
        adopted = processes.children() - self._not_ours - {other.pid for other in self._running}
        return {pid for pid in adopted if processes.reap(pid) is None and not any(_is_of(pid, o) for o in others)}

    def _abandon(self) -> None:
        """End what still runs; it has no result."""
        if not self._running:
            return
        self._stop.deafen()
        for execution in self._running:
            execution.expired = True
            if execution.ended is None:
                execution.kill()
                os.waitpid(execution.pid, 0)
                execution.ended = time.perf_counter()
        for execution in [self._running.pop() for _ in list(self._running)]:
            while not self._is_alone(execution):
                time.sleep(LOOK)
            execution.folder.remove()


def _is_of(pid: int, execution: Execution) -> bool:
    try:
        return os.getsid(pid) == execution.pid or processes.is_marked(pid, execution.folder.root)
    except ProcessLookupError:
        return False
