"""One execution of one scenario, as its parent sees it: a process, its limits, and what is left when it has ended."""

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
from .folder import END, Folder
from .limits import Limits
from .records import now
from .scenario import Scenario
from .streams import Streams
from .tasks import TASKS_SIGNAL
from .text import read

#: Longest wait for the stacks of a child that is over a limit, in seconds, and for its tasks before that.
STACKS_WAIT = 0.5
TASKS_WAIT = 0.3
#: Longest wait for the stacks of one that goes on taking memory meanwhile.
HURRY = 0.1
#: Seconds between two looks for them.
LOOK = 0.01
#: Seconds that a fresh interpreter gets until its scenario begins.
START = 120.0


@dataclass
class Execution:
    """A child at work, or ended. Clocks are those of `time.perf_counter`, the same in all processes."""

    scenario: Scenario
    folder: Folder
    limits: Limits
    attempt: int = 1
    pid: int = 0
    started: str = field(default_factory=now)
    began: float = field(default_factory=time.perf_counter)
    ended: float | None = None
    status: int = 0
    #: Why it was killed, and what that makes of it; `""` if it was not.
    killed: str = ""
    fate: str = ""
    output: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.streams = Streams(self.limits.output)
        self._has_begun = False

    @property
    def deadline(self) -> float:
        """When it is to be killed; never, if that was done. Its time counts from the beginning of its setup."""
        if self.killed:
            return float("inf")
        if not self._has_begun:
            clock = self.folder.beginning()
            if clock is None:
                return self.began + START
            self.began, self._has_begun = clock, True
        return self.began + self.limits.timeout

    def poll(self) -> bool:
        """Whether the child has ended; its status is taken then."""
        status = processes.reap(self.pid) if self.ended is None else None
        if status is not None:
            self.status = status
            self.ended = time.perf_counter()
        return self.ended is not None

    def expire(self) -> None:
        """Over its deadline: have its tasks and stacks written, then kill it."""
        self.killed, self.fate = f"no result within {self.limits.timeout:g} s", "timed-out"
        if "distributed.scheduler" in sys.modules:  # if not here, then hardly there
            self._ask(TASKS_SIGNAL, TASKS_WAIT, self.folder.tasks.exists)
        self._ask(STACKS_SIGNAL, STACKS_WAIT, _written(self.folder.stacks))
        self.kill()

    def check_memory(self) -> None:
        """Kill it if it is over its limit."""
        limit = self.limits.memory
        if limit is not None and not self.killed and processes.memory(self.pid) > limit:
            self.killed, self.fate = f"more than {limit:g} MiB of memory", "crashed"
            self._ask(STACKS_SIGNAL, HURRY, _written(self.folder.stacks))
            self.kill()

    def abandon(self) -> None:
        """Kill it whatever it is at; it has no result."""
        self.killed = "abandoned"
        if self.ended is None:
            self.kill()
            os.waitpid(self.pid, 0)
            self.ended = time.perf_counter()

    def kill(self) -> None:
        """Kill the child and its process group; descendants elsewhere are adopted and swept later."""
        processes.kill_group(self.pid)
        processes.kill(self.pid)

    def close(self) -> None:
        """Take in the rest of the output; nothing writes any more."""
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

    def _ask(self, number: int, seconds: float, is_answered: Callable[[], bool]) -> None:
        """Send a signal and wait for the answer. The child can give one from its setup on."""
        if self.folder.beginning() is None:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return
        until = time.perf_counter() + seconds
        while not is_answered() and time.perf_counter() < until:
            time.sleep(LOOK)

    def _inferred(self) -> dict[str, Any]:
        """The evidence for a child that left none."""
        phase, clock = self.folder.phase()
        outcome, reason = (self.fate, self.killed) if self.killed else self._death(phase)
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
