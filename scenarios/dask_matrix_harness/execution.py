"""One execution of one scenario, seen from the parent: its process, limits, output and result."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from . import processes
from .child import STACKS_SIGNAL
from .execution_folder import END, ExecutionFolder
from .limits import Limits
from .records import now
from .scenario import Scenario
from .scheduler_tasks import TASKS_SIGNAL
from .streams import Streams
from .text_limits import read

#: Longest wait for the stacks of a child that timed out, and before that for its tasks, in seconds.
STACKS_WAIT = 0.5
TASKS_WAIT = 0.3
#: Longest wait for the stacks of a child over its memory limit, which keeps growing, in seconds.
MEMORY_STACKS_WAIT = 0.1
#: Seconds between checks for them.
POLL_INTERVAL = 0.01
#: Seconds until the scenario must have begun, for a fresh interpreter.
START_TIMEOUT = 120.0


@dataclass
class Execution:
    """A running or ended child. Times are of `time.perf_counter`, which all processes share."""

    scenario: Scenario
    folder: ExecutionFolder
    limits: Limits
    attempt: int = 1
    pid: int = 0
    started: str = field(default_factory=now)
    began: float = field(default_factory=time.perf_counter)
    ended: float | None = None
    status: int = 0
    #: Why it was killed, and the outcome that follows; `""` if it was not.
    kill_reason: str = ""
    killed_outcome: str = ""
    output: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.streams = Streams(self.limits.output)
        self._has_begun = False

    @property
    def deadline(self) -> float:
        """When to kill it, counted from the start of its setup; infinite once it was killed."""
        if self.kill_reason:
            return float("inf")
        if not self._has_begun:
            clock = self.folder.beginning()
            if clock is None:
                return self.began + START_TIMEOUT
            self.began, self._has_begun = clock, True
        return self.began + self.limits.timeout

    def poll(self) -> bool:
        """Whether the child has ended; if so, its status is reaped."""
        status = processes.reap(self.pid) if self.ended is None else None
        if status is not None:
            self.status = status
            self.ended = time.perf_counter()
        return self.ended is not None

    def expire(self) -> None:
        """Time out: have the child write its tasks and stacks, then kill it."""
        self.kill_reason, self.killed_outcome = f"no result within {self.limits.timeout:g} s", "timed-out"
        if "distributed.scheduler" in sys.modules:  # imported here means in the fork too
            self._request(TASKS_SIGNAL, TASKS_WAIT, self.folder.tasks.exists)
        self._request(STACKS_SIGNAL, STACKS_WAIT, _written(self.folder.stacks))
        self.kill()

    def check_memory(self) -> None:
        """Kill the child if it is over its memory limit."""
        limit = self.limits.memory
        if limit is not None and not self.kill_reason and processes.memory(self.pid) > limit:
            self.kill_reason, self.killed_outcome = f"more than {limit:g} MiB of memory", "crashed"
            self._request(STACKS_SIGNAL, MEMORY_STACKS_WAIT, _written(self.folder.stacks))
            self.kill()

    def abandon(self) -> None:
        """Kill the child; it gets no result."""
        self.kill_reason = "abandoned"
        if self.ended is None:
            self.kill()
            os.waitpid(self.pid, 0)
            self.ended = time.perf_counter()

    def kill(self) -> None:
        """Kill the child and its process group; other descendants are adopted and killed later."""
        processes.kill_group(self.pid)
        processes.kill(self.pid)

    def close(self) -> None:
        """Read the rest of the output, when all writers have ended."""
        self.output = self.streams.finish()

    def result(self, environment: str) -> dict[str, Any]:
        """The fields of its `result` record."""
        return {
            "environment": environment,
            "scenario": self.scenario.id,
            "fingerprint": self.scenario.fingerprint,
            **(self.folder.evidence() or self._inferred()),
            **self.output,
            "started": self.started,
            "attempt": self.attempt,
        }

    def _request(self, number: int, seconds: float, is_answered: Callable[[], bool]) -> None:
        """Send a signal and wait for the answer. The child can answer from its setup on."""
        if self.folder.beginning() is None:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return
        until = time.perf_counter() + seconds
        while not is_answered() and time.perf_counter() < until:
            time.sleep(POLL_INTERVAL)

    def _inferred(self) -> dict[str, Any]:
        """The evidence for a child that left none."""
        phase, clock = self.folder.phase()
        outcome, reason = (self.killed_outcome, self.kill_reason) if self.kill_reason else self._death(phase)
        texts = filter(None, map(read, (self.folder.stacks, self.folder.tasks)))
        return {
            "outcome": outcome,
            "phase": "teardown" if phase == END else phase,
            "reason": reason,
            "exception": None,
            "traceback": "\n".join(texts),
            "warnings": [],
            "seconds": (self.ended or time.perf_counter()) - (clock if phase == "call" and clock else self.began),
        }

    def _death(self, phase: str) -> tuple[str, str]:
        if phase == END:
            return "errored", "the harness itself failed: no evidence could be written"
        if os.WIFSIGNALED(self.status):
            return "crashed", f"signal {_signal_name(os.WTERMSIG(self.status))}"
        return "crashed", f"exit code {os.WEXITSTATUS(self.status)}"


def _written(path: Path) -> Callable[[], bool]:
    """Whether `path` holds something and has not grown since it was last asked."""
    sizes = [0]

    def is_written() -> bool:
        sizes.append(path.stat().st_size if path.exists() else 0)
        return sizes[-1] == sizes[-2] > 0

    return is_written


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
