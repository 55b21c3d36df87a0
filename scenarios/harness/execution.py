"""One execution of one scenario, as its parent sees it: a process, a deadline, and what is left when it has ended."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

from . import processes
from .child import STACKS_SIGNAL
from .folder import END, Folder
from .records import now
from .scenario import Scenario
from .text import read

#: Longest wait for the stacks of a child that is over its deadline, in seconds.
STACKS_WAIT = 0.5


@dataclass
class Execution:
    """A child at work, or ended. `timeout` in seconds; clocks are those of `time.perf_counter`."""

    scenario: Scenario
    folder: Folder
    timeout: float
    attempt: int = 1
    pid: int = 0
    started: str = field(default_factory=now)
    began: float = field(default_factory=time.perf_counter)
    ended: float | None = None
    status: int = 0
    expired: bool = False

    @property
    def deadline(self) -> float:
        """When it is to be killed; never, if that was done."""
        return float("inf") if self.expired else self.began + self.timeout

    def poll(self) -> bool:
        """Whether the child has ended; its status is taken then."""
        status = processes.reap(self.pid) if self.ended is None else None
        if status is not None:
            self.status = status
            self.ended = time.perf_counter()
        return self.ended is not None

    def expire(self) -> None:
        """Over its deadline: have the stacks written, then kill the process group."""
        self.expired = True
        self._ask_for_stacks()
        self.kill()

    def kill(self) -> None:
        """Kill the child and its process group; descendants elsewhere are adopted and swept later."""
        processes.kill_group(self.pid)
        processes.kill(self.pid)

    def result(self, environment: str) -> dict[str, Any]:
        """The fields of its `result` record."""
        evidence = self.folder.evidence() or self._inferred()
        return {
            "environment": environment,
            "scenario": self.scenario.id,
            "fingerprint": self.scenario.fingerprint,
            **evidence,
            "stdout": read(self.folder.stdout),
            "stderr": read(self.folder.stderr),
            "started": self.started,
            "attempt": self.attempt,
        }

    def _ask_for_stacks(self) -> None:
        """Wait for them: faulthandler writes from the signal's own handler, even if the interpreter hangs."""
        try:
            os.kill(self.pid, STACKS_SIGNAL)
        except ProcessLookupError:
            return
        sizes = [0]
        until = time.perf_counter() + STACKS_WAIT
        while time.perf_counter() < until and not (sizes[-1] and sizes[-2:-1] == sizes[-1:]):
            time.sleep(0.01)
            sizes.append(self.folder.stacks.stat().st_size if self.folder.stacks.exists() else 0)

    def _inferred(self) -> dict[str, Any]:
        """The evidence for a child that left none."""
        phase, clock = self.folder.phase()
        outcome, reason = self._fate(phase)
        return {
            "outcome": outcome,
            "phase": "teardown" if phase == END else phase,
            "reason": reason,
            "exception": None,
            "traceback": read(self.folder.stacks),
            "log": "",
            "warnings": [],
            "seconds": (self.ended or time.perf_counter()) - (clock if phase == "call" and clock else self.began),
        }

    def _fate(self, phase: str) -> tuple[str, str]:
        if self.expired:
            return "timed-out", f"no result within {self.timeout:g} s"
        if phase == END:
            return "errored", "the harness itself failed: no evidence could be written"
        if os.WIFSIGNALED(self.status):
            return "crashed", f"signal {_signal_name(os.WTERMSIG(self.status))}"
        return "crashed", f"exit code {os.WEXITSTATUS(self.status)}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
