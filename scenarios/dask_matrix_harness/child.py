"""The child: one scenario in a forked process of its own, from the fork to its end."""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Callable, NoReturn

import pytest

from . import processes, tasks
from .evidence import Evidence, of_our_failure
from .exceptions import plain_traceback
from .folder import END, Folder
from .text import shorten

#: Asks the child for the stacks of all its threads.
STACKS_SIGNAL = signal.SIGUSR1
#: How pytest writes records of the log.
LOG_FORMAT = "%(levelname)-8s %(name)s:%(filename)s:%(lineno)d %(message)s"


def run(item: pytest.Item, tests: Path, folder: Folder, sinks: Sequence[int], prepare: Callable[[], None]) -> NoReturn:
    """Run `item` after `prepare`, leave the evidence in `folder`, end this process. Never returns, never raises.

    `sinks` are the file descriptors for stdout, stderr and the log.
    """
    me = os.getpid()
    try:
        evidence = _evidence(item, tests, folder, sinks, prepare)
        # A fork that a scenario let escape ends here as well; it has nothing to say.
        if os.getpid() == me:
            _flush()
            folder.note_phase(END, time.perf_counter())
            folder.leave_evidence(evidence)
    finally:
        os._exit(0 if os.getpid() == me else 1)


def _evidence(
    item: pytest.Item, tests: Path, folder: Folder, sinks: Sequence[int], prepare: Callable[[], None]
) -> dict[str, Any]:
    evidence = Evidence(item, tests, folder)
    try:
        prepare()
        _settle(folder, sinks)
        item.config.pluginmanager.register(evidence, "scenario evidence")
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return evidence.fields()
    except BaseException as problem:  # noqa: BLE001 - trouble of ours is reported, never mistaken for the scenario's
        return of_our_failure(problem, folder.phase()[0], shorten(plain_traceback(problem)), evidence.warnings())


def _settle(folder: Folder, sinks: Sequence[int]) -> None:
    """Make this process a scenario's own: session, signals, output, folders."""
    os.setsid()
    processes.die_first()
    processes.adopt_orphans()
    _reset_signals()
    _redirect_output(sinks)
    _watch_for_crashes(folder.stacks.open("w", encoding="utf-8"))
    tasks.write_when_asked(folder.tasks)
    os.chdir(folder.work)
    tempfile.tempdir = None
    os.environ["TMPDIR"] = str(folder.tmp)
    # Worker processes import test files as well, and are not to leave __pycache__ beside them.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _redirect_output(sinks: Sequence[int]) -> None:
    """File descriptors first, so that whatever writes is caught; each line at once, so that a crash loses little."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    stdout, stderr, log = sinks
    for target, source in enumerate((nothing, stdout, stderr)):
        os.dup2(source, target)
        os.close(source)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    os.set_inheritable(log, False)  # noqa: FBT003 - its only argument
    handler = logging.StreamHandler(os.fdopen(log, "w", encoding="utf-8", errors="backslashreplace"))
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logging.getLogger().addHandler(handler)


def _watch_for_crashes(stacks: IO[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    faulthandler.enable(file=stacks, all_threads=True)
    faulthandler.register(STACKS_SIGNAL, file=stacks, all_threads=True, chain=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
