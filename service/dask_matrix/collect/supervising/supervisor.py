"""Starts the harness, and starts it again where importing a file of tests ended it; nothing it started outlives it.

The harness is in a process group of its own: whoever tells a session to stop tells us, and we tell the harness once.
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

from dask_matrix.collect.machine.orphans import end_with_parent, none_left
from dask_matrix.collect.machine.uv import clean_environ
from dask_matrix.collect.supervising.import_failures import broken_file, signal_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from dask_matrix.collect.supervising.import_failures import BrokenFile
    from dask_matrix.collect.supervising.job import SessionJob

STOPPED = 5
"""Exit code of a harness that was told to stop."""
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE = 3
"""Whole seconds the harness gets to end its children once it is told to stop; the driver gives us a little longer."""


def supervise(job: SessionJob, python: Path) -> int:
    """Run the harness to its end; return its exit code, or the negative number of the signal that ended it."""
    broken: dict[str, Any] = dict(job.harness.get("broken", {}))
    try:
        driver = psutil.Process(job.harness.get("alive") or os.getpid())
    except psutil.NoSuchProcess:
        return STOPPED
    with _told_to_stop() as stop:
        while True:
            code, found = _start(job, python, broken, stop)
            if found is None or found.file in broken or not _may_go_on(code, stop, driver):
                return _told(code)
            print(f"importing {found.file} ended the harness ({found.reason}): starting without it", file=sys.stderr)
            broken[found.file] = found.fields()


def _may_go_on(code: int, stop: Stop, driver: psutil.Process) -> bool:
    """Whether a harness that ended while importing was ended by that: by nobody's wish, with its driver alive.

    SIGKILL counts as well: the kernel sends it where memory is short.
    """
    asked = stop.requested or code == STOPPED or -code in STOPS
    try:
        return not asked and driver.is_running() and driver.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _start(job: SessionJob, python: Path, broken: dict[str, Any], stop: Stop) -> tuple[int, BrokenFile | None]:
    """Start the harness once, in an empty scratch folder; return how it ended and the file whose import did it.

    It records nothing before everything is imported; if it did, no import has ended it, and nothing is to run twice.
    """
    scratch, recorded = Path(job.scratch), _size(job.records)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    told = scratch / "job.json"
    told.write_text(json.dumps(job.harness | ({"broken": broken} if broken else {})), encoding="utf-8")
    command = [str(python), job.harness_folder, "--job", str(told), *job.pytest_arguments]
    try:
        with none_left():
            code = stop.until_end_of(command, _target_environ(scratch), scratch)
        has_recorded = _size(job.records) != recorded
        return code, None if has_recorded else broken_file(scratch, code, job.harness.get("timeout", 60))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _size(records: str) -> int:
    return Path(records).stat().st_size if Path(records).exists() else 0


def _told(code: int) -> int:
    if code < 0:
        print(f"the harness was ended by signal {signal_name(-code)}", file=sys.stderr)
    return code


class Stop:
    """Notes that this process was told to stop, and passes it on: politely, after GRACE seconds surely."""

    def __init__(self) -> None:
        self.requested = False
        self._process: subprocess.Popen[bytes] | None = None

    def until_end_of(self, command: list[str], environ: dict[str, str], folder: Path) -> int:
        """Run a process to its end; return its exit code, negative for a signal."""
        if self.requested:
            return STOPPED
        self._process = subprocess.Popen(
            command,
            env=environ,
            cwd=folder,
            process_group=0,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - a session has one thread
        )
        if self.requested:  # while it started
            self._process.terminate()
        return self._process.wait()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Pass on a request to stop."""
        self.requested = True
        signal.alarm(GRACE)
        if self._process is not None:
            self._process.terminate()

    def on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        """End a harness that does not end."""
        if self._process is not None:
            self._process.kill()


@contextmanager
def _told_to_stop() -> Iterator[Stop]:
    """Take requests to stop within, instead of ending by them."""
    stop = Stop()
    handlers = {number: signal.signal(number, stop.on_signal) for number in STOPS}
    handlers[signal.SIGALRM] = signal.signal(signal.SIGALRM, stop.on_alarm)
    try:
        yield stop
    finally:
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _target_environ(scratch: Path) -> dict[str, str]:
    """Return variables that keep the user's Dask configuration and our own settings out of a target environment."""
    nowhere = scratch / "dask-config"
    nowhere.mkdir(exist_ok=True)
    environ = clean_environ(os.environ)
    return environ | {"DASK_CONFIG": str(nowhere), "DASK_ROOT_CONFIG": str(nowhere), "PYTHONHASHSEED": "0"}
