"""Find leaks: processes, threads, open ports and temporary files that a scenario leaves after its teardown."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from . import processes
from .execution_folder import ExecutionFolder

#: Seconds for threads and processes that are already ending.
GRACE = 0.25
#: Seconds between checks.
POLL_INTERVAL = 0.01
#: Code in which idle executor threads wait for work; they are no leak, since Python ends them at exit.
_EXECUTORS = ("concurrent/futures/thread.py", "distributed/threadpoolexecutor.py")
#: Standard library modules in which threads block.
_WAITING = ("queue.py", "threading.py")
#: Prefixes of temporary files that pytest and Dask share between tests: no leaks.
_SHARED_PREFIXES = ("pytest-of-", "dask-")


class Leaks:
    """Compares threads and sockets after a scenario's teardown with those before its setup, when this was created."""

    def __init__(self, folder: ExecutionFolder) -> None:
        self._folder = folder
        self._threads = set(threading.enumerate())
        self._sockets = set(_sockets())

    def found(self) -> Iterator[tuple[str, int]]:
        """A message and a count for each kind of leak."""
        yield from _message("process", "es", [processes.command(pid) for pid in _processes()])
        yield from _message("thread", "s", [_named(thread) for thread in self._left_threads()])
        yield from _message("open port", "s", _ports(set(_sockets()) - self._sockets))
        yield from _message("temporary file", "s", _files(self._folder))

    def _left_threads(self) -> list[threading.Thread]:
        give_up = time.monotonic() + GRACE
        while True:
            left = [thread for thread in threading.enumerate() if thread not in self._threads and not _is_idle(thread)]
            if not left or time.monotonic() > give_up:
                return left
            time.sleep(POLL_INTERVAL)


def _message(one: str, plural: str, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    if names:
        yield (
            f"left {len(names)} {one}{plural if len(names) > 1 else ''} behind: {'; '.join(sorted(names))}",
            len(names),
        )


def _processes() -> list[int]:
    """The leaked processes. One without a command line is just starting or ending: wait until it is clear which."""
    give_up = time.monotonic() + GRACE
    while not all(map(processes.command, found := processes.descendants())) and time.monotonic() < give_up:
        time.sleep(POLL_INTERVAL)
    return [pid for pid in found if not processes.is_helper(pid)]


def _is_idle(thread: threading.Thread) -> bool:
    """Whether the thread waits for work in an executor."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - public by documentation
    while frame is not None and frame.f_code.co_filename.endswith(_WAITING):
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "_worker":
        return False
    return Path(frame.f_code.co_filename).as_posix().endswith(_EXECUTORS)


def _named(thread: threading.Thread) -> str:
    """The thread's name and the function it is in."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - as above
    return f"{thread.name} (in {_place(frame)})" if frame is not None else thread.name


def _place(frame: FrameType) -> str:
    """The innermost function outside the modules in which threads block."""
    while frame.f_back is not None and frame.f_code.co_filename.endswith(_WAITING):
        frame = frame.f_back
    return f"{frame.f_code.co_name}, {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _sockets() -> Iterator[str]:
    """The inode numbers of this process's sockets; none if there is no /proc."""
    for descriptor in processes.listed("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _ports(sockets: set[str]) -> list[str]:
    """The addresses of those sockets that listen."""
    found = []
    for table in ("tcp", "tcp6") if sockets else ():
        for line in processes.read(f"/proc/self/net/{table}").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                found.append(_address(fields[1]))
    return found


def _address(text: str) -> str:
    """`0100007F:1F90` → `127.0.0.1:8080`; only the port for IPv6."""
    host, _, port = text.partition(":")
    shown = ".".join(str(byte) for byte in reversed(bytes.fromhex(host))) if len(host) == 8 else ""
    return f"{shown}:{int(port, 16)}"


def _files(folder: ExecutionFolder) -> list[str]:
    names = [*processes.listed(str(folder.work)), *processes.listed(str(folder.tmp))]
    return [name for name in names if not name.startswith(_SHARED_PREFIXES)]
