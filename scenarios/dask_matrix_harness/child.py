"""The child process: set up its isolation, run one scenario in it, leave the evidence."""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, Callable, NoReturn

import pytest

from . import processes, scheduler_tasks
from .evidence import Evidence, harness_failure
from .exceptions import plain_traceback
from .execution_folder import ExecutionFolder
from .report import END, Reporter
from .text_limits import shorten

#: Makes the child write the stacks of all its threads.
STACKS_SIGNAL = signal.SIGUSR1
#: pytest's default log format.
LOG_FORMAT = "%(levelname)-8s %(name)s:%(filename)s:%(lineno)d %(message)s"


def run(
    item: pytest.Item, evidence: Evidence, folder: ExecutionFolder, sinks: Sequence[int], prepare: Callable[[], None]
) -> NoReturn:
    """Call `prepare`, run `item`, report its evidence and end this process. Never returns, never raises.

    `evidence` is a plugin of the item's pytest. `sinks` are the file descriptors for stdout, stderr, the log and the report.
    """
    reporter = Reporter(sinks[-1], folder.spare)
    reported = False
    try:
        evidence.begin(item, folder, reporter)
        try:
            fields = _fields(item, folder, sinks, prepare, evidence)
        except BaseException as problem:  # noqa: BLE001 - the harness's own failures are reported as such
            traceback = shorten(plain_traceback(problem))
            fields = harness_failure(problem, reporter.phase, traceback, evidence.warnings())
        # A fork made by the scenario may get here as well; it must not report.
        if reporter.is_owner:
            report(reporter, fields)
            reported = True
    finally:
        reporter.end(reported=reported)


def report(reporter: Reporter, fields: dict[str, Any]) -> None:
    """Report the evidence; where it cannot be sent, why."""
    _flush()
    reporter.begin(END, 0.0)
    try:
        reporter.send(fields)
    except Exception as problem:  # noqa: BLE001 - as below
        reporter.send(harness_failure(problem, fields["phase"], "", []))


def _fields(
    item: pytest.Item,
    folder: ExecutionFolder,
    sinks: Sequence[int],
    prepare: Callable[[], None],
    evidence: Evidence,
) -> dict[str, Any]:
    """Run the test and return its evidence."""
    prepare()
    _isolate(folder, sinks)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return evidence.fields()


def _isolate(folder: ExecutionFolder, sinks: Sequence[int]) -> None:
    """Give this process its own session, signal handlers, output and folders."""
    os.setsid()
    processes.prefer_as_oom_victim()
    processes.adopt_orphans()
    _reset_signals()
    _redirect_output(sinks)
    _enable_faulthandler(folder.stacks.open("w", encoding="utf-8"))
    scheduler_tasks.write_on_signal(folder.tasks)
    os.chdir(folder.work)
    tempfile.tempdir = None
    os.environ["TMPDIR"] = str(folder.tmp)
    # Worker processes import test files too, and must not leave __pycache__ next to them.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _redirect_output(sinks: Sequence[int]) -> None:
    """Redirect file descriptors, to capture output of C code too, line-buffered so that a crash loses little."""
    no_input = os.open(os.devnull, os.O_RDONLY)
    stdout, stderr, log, report_sink = sinks
    for target, source in enumerate((no_input, stdout, stderr)):
        os.dup2(source, target)
        os.close(source)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    for kept in (log, report_sink):
        os.set_inheritable(kept, False)  # noqa: FBT003 - its only argument
    handler = logging.StreamHandler(os.fdopen(log, "w", encoding="utf-8", errors="backslashreplace"))
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logging.getLogger().addHandler(handler)


def _enable_faulthandler(stacks: IO[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    faulthandler.enable(file=stacks, all_threads=True)
    faulthandler.register(STACKS_SIGNAL, file=stacks, all_threads=True, chain=False)


def _flush() -> None:
    """Flush the output, whatever a scenario has put in the place of the streams."""
    for name in ("stdout", "stderr"):
        with suppress(Exception):
            getattr(sys, name).flush()
