"""Take the surface in forked children: a step that hangs, exits or crashes costs itself alone."""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import processes
from .child import take

_BLOCK = 1 << 20
#: How many steps may end a child before the surface counts as one that cannot be taken.
_MOST_ENDED = 40


class CannotObserve(Exception):
    """The surface could not be taken, for a reason of ours; the text says which."""


def observe(folder: Path, deadline: float) -> dict[str, Any]:
    """The surface of this environment. `folder` is for temporary files, `deadline` in seconds, of each step.

    Raises `CannotObserve`.
    """
    ended: dict[str, str] = {}
    while len(ended) < _MOST_ENDED:
        attempt = _Attempt(folder, deadline)
        surface = attempt.run(ended)
        if surface is not None:
            return surface
        if attempt.step in ended or not attempt.step:
            raise CannotObserve(f"{attempt.step or 'start'}: {attempt.how}")
        ended[attempt.step] = attempt.how
    raise CannotObserve(f"{_MOST_ENDED} steps ended their process, the last: {attempt.step}: {attempt.how}")


class _Attempt:
    """One child, from its fork to its end. `step` is the last that it began, `how` the way in which it ended."""

    def __init__(self, folder: Path, deadline: float) -> None:
        self._folder = folder
        self._deadline = deadline
        self._received = b""
        self.step = ""
        self.how = ""

    def run(self, ended: dict[str, str]) -> dict[str, Any] | None:
        """Fork, follow the child's steps; its surface, or None if it ended without one."""
        source, sink = os.pipe()
        parent, pid = os.getpid(), processes.fork()
        if not pid:
            processes.die_with(parent)
            os.close(source)
            _child(sink, ended, self._folder)
        os.close(sink)
        try:
            return self._follow(source)
        finally:
            os.close(source)
            self._end(pid)

    def _follow(self, source: int) -> dict[str, Any] | None:
        last = time.monotonic()
        while True:
            wait = last + self._deadline - time.monotonic()
            if wait <= 0 or not select.select([source], [], [], wait)[0]:
                self.how = f"no end within {self._deadline:g} s"
                return None
            block = os.read(source, _BLOCK)
            if not block:
                return None
            last = time.monotonic()
            surface = self._take_lines(block)
            if surface is not None:
                return surface

    def _take_lines(self, block: bytes) -> dict[str, Any] | None:
        """Read messages: the name of a step, or the surface."""
        *lines, self._received = (self._received + block).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if isinstance(message, dict):
                return message
            self.step = message
        return None

    def _end(self, pid: int) -> None:
        """Kill the child with all it started, and note how it had ended by itself."""
        status = None if self.how else _status_soon(pid)
        processes.kill_group(pid)
        processes.kill(pid)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        self.how = self.how or _told(status)


def _status_soon(pid: int) -> int | None:
    for _ in range(100):
        status = processes.reap(pid)
        if status is not None:
            return status
        time.sleep(0.01)
    return None


def _told(status: int | None) -> str:
    if status is None:
        return "closed its pipe without a result"
    if os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit code {os.WEXITSTATUS(status)}"


def _child(sink: int, ended: dict[str, str], folder: Path) -> None:
    """Take the surface in this process and send it; never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        output = _redirect_output(folder)
        os.chdir(folder)
        _send(sink, take(lambda step: _send(sink, step), ended, output))
        code = 0
    except BaseException:  # noqa: BLE001 - the parent tells what ended
        traceback.print_exc()
    finally:
        os._exit(code)


def _redirect_output(folder: Path) -> int:
    """Send stdout and stderr to a file, which cannot fill up a pipe."""
    faulthandler.disable()
    output = os.open(folder / "output", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    sys.stdin = None
    return output


def _send(sink: int, message: Any) -> None:
    rest = memoryview(json.dumps(message, sort_keys=True).encode() + b"\n")
    while rest:
        rest = rest[os.write(sink, rest) :]
