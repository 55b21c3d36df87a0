"""The parent's loop: start children, several at a time, enforce their limits, and kill what they leave behind."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import processes
from .execution import Execution
from .execution_folder import ExecutionFolder
from .limits import Limits
from .scenario import Scenario
from .stop_signals import StopSignals

#: Seconds for Python's helper processes, such as the resource tracker, to end after their scenario.
GRACE = 1.0
#: Longest wait for a killed process that is stuck in the kernel, in seconds.
STRAY_WAIT = 5.0
#: Seconds between checks of killed processes.
POLL_INTERVAL = 0.005
#: Seconds between checks of memory.
MEMORY_INTERVAL = 0.1


@dataclass(frozen=True)
class Attempt:
    """A planned execution of a scenario; `number` counts from 1."""

    scenario: Scenario
    number: int
    limits: Limits


#: Starts the process of an execution and returns its id.
StartProcess = Callable[[Execution], int]
#: Called with each ended execution; may return a further attempt.
Finish = Callable[[Execution], "Attempt | None"]


class Loop:
    """Executes scenarios, several at a time, each under its limits."""

    def __init__(self, start_process: StartProcess, stop: StopSignals, scratch: Path) -> None:
        self._start_process = start_process
        self._stop = stop
        self._scratch = scratch
        self._jobs = 1
        #: The scenarios that were running when it was stopped.
        self.abandoned: list[str] = []
        self._count = 0
        self._running: list[Execution] = []
        self._foreign_children = processes.children()
        self._memory_checked = 0.0

    def run(
        self, planned_attempts: Iterable[Attempt], finish: Finish, jobs: int, on_free_slot: Callable[[], None]
    ) -> bool:
        """Execute all attempts, `jobs` at a time, and those that `finish` returns. False if it was stopped before.

        `on_free_slot` is called whenever fewer than `jobs` are left to run.
        """
        waiting, self._jobs = deque(planned_attempts), jobs
        processes.adopt_orphans()
        self._stop.wake_on_signals()
        try:
            while (waiting or self._running) and not self._stop.requested:
                while waiting and len(self._running) < self._jobs:
                    self._start(waiting.popleft())
                if len(self._running) < self._jobs:
                    on_free_slot()
                self._wait()
                waiting.extend(self._check_running(finish))
            return not (waiting or self._running)
        finally:
            self._abandon()

    def _start(self, attempt: Attempt) -> None:
        self._count += 1
        folder = ExecutionFolder(self._scratch / str(self._count))
        folder.make(attempt.scenario.id)
        execution = Execution(attempt.scenario, folder, attempt.limits, attempt.number)
        execution.pid = self._start_process(execution)
        execution.channels.close_sinks()
        self._running.append(execution)

    def _wait(self) -> None:
        """Wait for the end of a child, the next check or a stop request; read the output of children meanwhile."""
        streams = {source: each for execution in self._running for source, each in execution.channels.sources().items()}
        for source in self._stop.wait(self._next_check() - time.perf_counter(), streams):
            streams[source].read_available()

    def _next_check(self) -> float:
        """When to check next if no signal comes."""
        if any(execution.ended is not None for execution in self._running):
            return time.perf_counter() + POLL_INTERVAL
        return min(self._memory_checked + MEMORY_INTERVAL, *(execution.deadline for execution in self._running))

    def _check_running(self, finish: Finish) -> Iterable[Attempt]:
        is_time = time.perf_counter() >= self._memory_checked + MEMORY_INTERVAL
        for execution in list(self._running):
            if not execution.poll():
                if is_time:
                    execution.check_memory()
                if time.perf_counter() >= execution.deadline:
                    execution.expire()
            elif self._is_cleaned_up(execution):
                yield from self._finished(execution, finish)
        if is_time:
            self._memory_checked = time.perf_counter()

    def _finished(self, execution: Execution, finish: Finish) -> Iterable[Attempt]:
        self._running.remove(execution)
        execution.close()
        attempt = finish(execution)
        execution.folder.remove()
        return [attempt] if attempt is not None else []

    def _is_cleaned_up(self, execution: Execution) -> bool:
        """Whether no process of an ended execution is left; kills those that are, except helpers about to end."""
        assert execution.ended is not None
        strays = self._strays(execution)
        age = time.perf_counter() - execution.ended
        for pid in strays:
            if execution.kill_reason or age > GRACE or not processes.is_helper(pid):
                processes.kill(pid)
        return not strays or age > STRAY_WAIT

    def _strays(self, execution: Execution) -> set[int]:
        """Living processes that `execution` left behind; those of other executions are left to these."""
        others = [other for other in self._running if other is not execution]
        adopted = processes.children() - self._foreign_children - {other.pid for other in self._running}
        return {pid for pid in adopted if processes.reap(pid) is None and not any(_belongs_to(pid, o) for o in others)}

    def _abandon(self) -> None:
        """Kill all running executions; they get no result."""
        if not self._running:
            return
        self._stop.ignore_signals()
        self.abandoned = [execution.scenario.id for execution in self._running]
        for execution in self._running:
            execution.abandon()
        for execution in [self._running.pop() for _ in list(self._running)]:
            while not self._is_cleaned_up(execution):
                time.sleep(POLL_INTERVAL)
            execution.close()
            execution.folder.remove()


def _belongs_to(pid: int, execution: Execution) -> bool:
    try:
        return os.getsid(pid) == execution.pid or processes.is_marked(pid, execution.folder.root)
    except ProcessLookupError:
        return False
