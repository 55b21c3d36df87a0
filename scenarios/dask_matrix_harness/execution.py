"""One execution of one scenario, seen from the parent: its process, limits, output and result."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable

from . import processes
from .channels import Channels
from .child import STACKS_SIGNAL
from .execution_folder import ExecutionFolder
from .limits import Limits
from .records import now
from .report import END, UNREPORTED
from .scenario import Scenario
from .scheduler_tasks import TASKS_SIGNAL
from .text_limits import read

#: Longest wait for a child's stacks, or its tasks; and where it is about to write them, on a busy machine. In seconds.
ANSWER_WAIT = 0.4
BUSY_WAIT = 3.0
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
        self.channels = Channels(self.limits.output)
        self._has_begun = False

    @property
    def deadline(self) -> float:
        """When to kill it, counted from the start of its setup; infinite once it was killed."""
        if self.kill_reason:
            return float("inf")
        if not self._has_begun:
            clock = self.channels.report.beginning
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
            self._request(TASKS_SIGNAL, self.folder.tasks.exists)
        self._request(STACKS_SIGNAL, self._stacks_written)
        self.kill()

    def check_memory(self) -> None:
        """Kill the child if it is over its memory limit."""
        limit = self.limits.memory
        if limit is None or self.kill_reason:
            return
        taken, how = processes.memory(self.pid, limit)
        if taken > limit:
            counted = f" ({how})" if how else ""
            self.kill_reason, self.killed_outcome = f"more than {limit:g} MiB of memory{counted}", "crashed"
            self._request(STACKS_SIGNAL, self._stacks_written, lambda: self._grows_beyond(2 * limit))
            self.kill()

    def _grows_beyond(self, limit: float) -> bool:
        return processes.memory(self.pid, limit)[0] > limit

    def _stacks_written(self) -> bool:
        """Whether the child has written its stacks: some, and it is no longer at it."""
        return bool(read(self.folder.stacks, 1)) and not processes.is_handling(self.pid, STACKS_SIGNAL)

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
        self.output = self.channels.finish()

    def result(self, environment: str) -> dict[str, Any]:
        """The fields of its `result` record."""
        return {
            "environment": environment,
            "scenario": self.scenario.id,
            "fingerprint": self.scenario.fingerprint,
            **(self.channels.report.evidence(self.folder.spare) or self._inferred()),
            **self.output,
            "started": self.started,
            "attempt": self.attempt,
        }

    def _request(
        self, number: int, is_answered: Callable[[], bool], is_enough: Callable[[], bool] = lambda: False
    ) -> None:
        """Send a signal and wait for the answer, unless `is_enough`. The child can answer from its setup on."""
        if self.channels.report.beginning is None:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return
        sent = time.perf_counter()
        while not is_answered() and not is_enough():
            waited = time.perf_counter() - sent
            if waited > (BUSY_WAIT if processes.is_handling(self.pid, number) else ANSWER_WAIT):
                break
            time.sleep(POLL_INTERVAL)

    def _inferred(self) -> dict[str, Any]:
        """The evidence for a child that left none."""
        phase, clock = self.channels.report.phase or ("setup", self.began)
        outcome, reason = self._fate()
        texts = filter(None, map(read, (self.folder.stacks, self.folder.tasks)))
        return {
            "outcome": outcome,
            "phase": "teardown" if phase == END else phase,
            "reason": reason,
            "exception": None,
            "traceback": "\n".join(texts),
            "warnings": [],
            "seconds": (self.ended or time.perf_counter()) - (clock if phase == "call" else self.began),
        }

    def _fate(self) -> tuple[str, str]:
        """Outcome and reason of a child without evidence: the scenario's only if the harness did not fail it."""
        phase, how = self.channels.report.phase, self.kill_reason or _end(self.status)
        if trouble := self.folder.trouble():
            return "errored", f"{trouble} ({how})"
        if phase is None:
            return "errored", f"the harness itself failed: no scenario had begun ({how})"
        if phase[0] == END or (not self.kill_reason and _is_unreported(self.status)):
            return "errored", f"the harness itself failed: no evidence could be sent ({how})"
        return self.killed_outcome or "crashed", how


def _is_unreported(status: int) -> bool:
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == UNREPORTED


def _end(status: int) -> str:
    """How a process ended, in words."""
    return (
        f"signal {_signal_name(os.WTERMSIG(status))}"
        if os.WIFSIGNALED(status)
        else f"exit code {os.WEXITSTATUS(status)}"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
