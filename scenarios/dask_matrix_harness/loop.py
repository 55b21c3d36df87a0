"""The parent's loop: starts children, several at a time, watches their limits, and lets nothing outlive them."""

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
from .folder import Folder
from .limits import Limits
from .scenario import Scenario
from .stop import Stop

#: Seconds that Python's helper processes get to end by themselves after the scenario that made it start them.
GRACE = 1.0
#: Seconds after which even a killed process, stuck in the kernel, no longer holds up the others.
GIVE_UP = 5.0
#: Seconds between looks at processes that were killed.
LOOK = 0.005
#: Seconds between looks at the memory that children take.
MEMORY_LOOK = 0.1


@dataclass(frozen=True)
class Turn:
    """A scenario that is to be executed, for the how manieth time, and within which limits."""

    scenario: Scenario
    attempt: int
    limits: Limits


#: Starts the process of an execution and returns its id.
Launch = Callable[[Execution], int]
#: Given each execution when it has ended; may ask for one more turn.
Finish = Callable[[Execution], "Turn | None"]


class Loop:
    """Executes scenarios, `jobs` at a time, each within its limits."""

    def __init__(self, launch: Launch, stop: Stop, scratch: Path, jobs: int) -> None:
        self._launch = launch
        self._stop = stop
        self._scratch = scratch
        self._jobs = jobs
        self._count = 0
        self._running: list[Execution] = []
        self._not_ours = processes.children()
        self._memory_look = 0.0

    def run(self, turns: Iterable[Turn], finish: Finish, has_room: Callable[[], None]) -> bool:
        """Take all turns, also those that `finish` asks for. False if it was stopped before all were taken.

        `has_room` is called whenever fewer than `jobs` are left to run.
        """
        waiting = deque(turns)
        processes.adopt_orphans()
        self._stop.listen()
        try:
            while (waiting or self._running) and not self._stop.requested:
                while waiting and len(self._running) < self._jobs:
                    self._start(waiting.popleft())
                if len(self._running) < self._jobs:
                    has_room()
                self._wait()
                waiting.extend(self._look_after(finish))
            return not (waiting or self._running)
        finally:
            self._abandon()

    def _start(self, turn: Turn) -> None:
        self._count += 1
        folder = Folder(self._scratch / str(self._count))
        folder.make()
        execution = Execution(turn.scenario, folder, turn.limits, turn.attempt)
        execution.pid = self._launch(execution)
        execution.streams.hand_over()
        self._running.append(execution)

    def _wait(self) -> None:
        """Until a child ends, a moment to look again comes, or a stop; what children write is taken in meanwhile."""
        streams = {source: each for execution in self._running for source, each in execution.streams.sources().items()}
        for source in self._stop.wait(self._next_moment() - time.perf_counter(), streams):
            streams[source].take()

    def _next_moment(self) -> float:
        """When to look again even if no signal comes."""
        if any(execution.ended is not None for execution in self._running):
            return time.perf_counter() + LOOK
        return min(self._memory_look + MEMORY_LOOK, *(execution.deadline for execution in self._running))

    def _look_after(self, finish: Finish) -> Iterable[Turn]:
        is_time = time.perf_counter() >= self._memory_look + MEMORY_LOOK
        for execution in list(self._running):
            if not execution.poll():
                if is_time:
                    execution.check_memory()
                if time.perf_counter() >= execution.deadline:
                    execution.expire()
            elif self._is_alone(execution):
                yield from self._finished(execution, finish)
        if is_time:
            self._memory_look = time.perf_counter()

    def _finished(self, execution: Execution, finish: Finish) -> Iterable[Turn]:
        self._running.remove(execution)
        execution.close()
        turn = finish(execution)
        execution.folder.remove()
        return [turn] if turn is not None else []

    def _is_alone(self, execution: Execution) -> bool:
        """Whether nothing is left of an ended execution; what is left is killed, unless it is about to end anyway."""
        assert execution.ended is not None
        strays = self._strays(execution)
        age = time.perf_counter() - execution.ended
        for pid in strays:
            if execution.killed or age > GRACE or not processes.is_helper(pid):
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
            execution.abandon()
        for execution in [self._running.pop() for _ in list(self._running)]:
            while not self._is_alone(execution):
                time.sleep(LOOK)
            execution.close()
            execution.folder.remove()


def _is_of(pid: int, execution: Execution) -> bool:
    try:
        return os.getsid(pid) == execution.pid or processes.is_marked(pid, execution.folder.root)
    except ProcessLookupError:
        return False
