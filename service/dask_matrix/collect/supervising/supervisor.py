"""Start the harness, and restart it without a test file or a scenario that ended it; leave no process of it behind.

The harness runs in its own process group: signals to stop a session arrive here and are forwarded to it once.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from dask_matrix.collect.machine.orphans import end_with_parent, no_leftover_processes
from dask_matrix.collect.machine.uv import clean_environ
from dask_matrix.collect.supervising.import_failures import signal_name
from dask_matrix.collect.supervising.restarts import STOPPED, Ended, Restarts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from dask_matrix.collect.supervising.job import SessionJob

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE = 3
"""Whole seconds the harness gets to end its children after SIGTERM; the driver gives this process a little longer."""


def supervise(job: SessionJob, python: Path) -> int:
    """Run the harness; return its exit code, or the negative number of the signal that ended it."""
    restarts = Restarts(job.harness, Path(job.records))
    try:
        driver = psutil.Process(job.harness.get("alive") or os.getpid())
    except psutil.NoSuchProcess:
        return STOPPED
    with _stop_signals() as stop:
        while True:
            ended = _start_harness(job, python, restarts.fields, stop)
            if not _ended_by_itself(ended, stop, driver) or not (why := restarts.without_what_ended_it(ended)):
                return _report_signal(ended.code)
            print(why, file=sys.stderr)


def _ended_by_itself(ended: Ended, stop: StopRequest, driver: psutil.Process) -> bool:
    """Whether the harness was ended by what it ran: nobody asked it to stop while it imported, and its driver is alive.

    SIGKILL counts too: the kernel sends it when memory runs out. While it executes scenarios, one of them may have sent
    the signal to stop, since it did not come from here.
    """
    asked = ended.code == STOPPED or -ended.code in STOP_SIGNALS
    try:
        return (
            not stop.requested
            and not (asked and not ended.running)
            and driver.is_running()
            and driver.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False


def _start_harness(job: SessionJob, python: Path, fields: dict[str, Any], stop: StopRequest) -> Ended:
    """Start the harness once with a job, in an empty scratch folder; return how it ended."""
    scratch, recorded = Path(job.scratch), _size(job.records)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    job_file = scratch / "job.json"
    job_file.write_text(json.dumps(fields), encoding="utf-8")
    command = [str(python), job.harness_folder, "--job", str(job_file), *job.pytest_arguments]
    try:
        with no_leftover_processes():
            code = stop.run(command, _target_environ(scratch), scratch)
        return Ended.of(scratch, code, fields.get("timeout", 60), recorded=_size(job.records) != recorded)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _size(records: str) -> int:
    return Path(records).stat().st_size if Path(records).exists() else 0


def _report_signal(code: int) -> int:
    if code < 0:
        print(f"the harness was ended by signal {signal_name(-code)}", file=sys.stderr)
    return code


class StopRequest:
    """Forward a signal to stop to the harness: SIGTERM, and SIGKILL after GRACE seconds."""

    def __init__(self) -> None:
        self.requested = False
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, command: list[str], environ: dict[str, str], folder: Path) -> int:
        """Run a process; return its exit code, negative for a signal."""
        if self.requested:
            return STOPPED
        self._process = subprocess.Popen(
            command,
            env=environ,
            cwd=folder,
            process_group=0,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - a session has one thread
        )
        if self.requested:  # a signal arrived during the start
            self._process.terminate()
        return self._process.wait()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Forward a signal to stop."""
        self.requested = True
        signal.alarm(GRACE)
        if self._process is not None:
            self._process.terminate()

    def on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        """Kill a harness that did not stop in time."""
        if self._process is not None:
            self._process.kill()


@contextmanager
def _stop_signals() -> Iterator[StopRequest]:
    """Handle signals to stop while in this context, instead of exiting."""
    stop = StopRequest()
    handlers = {number: signal.signal(number, stop.on_signal) for number in STOP_SIGNALS}
    handlers[signal.SIGALRM] = signal.signal(signal.SIGALRM, stop.on_alarm)
    try:
        yield stop
    finally:
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _target_environ(scratch: Path) -> dict[str, str]:
    """Return environment variables without the user's Dask configuration, dask-matrix's own settings, and installers'.

    What a scenario prints is evidence that others read, and settings of uv and pip have credentials in them.
    """
    empty_config = scratch / "dask-config"
    empty_config.mkdir(exist_ok=True)
    environ = {name: each for name, each in clean_environ(os.environ).items() if not name.startswith(("UV_", "PIP_"))}
    return environ | {"DASK_CONFIG": str(empty_config), "DASK_ROOT_CONFIG": str(empty_config), "PYTHONHASHSEED": "0"}
