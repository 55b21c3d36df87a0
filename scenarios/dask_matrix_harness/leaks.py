"""What a scenario leaves behind in its process when it has been torn down. It ends with the process; here it is told."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from . import processes
from .folder import Folder

#: Seconds that threads get to end which have been told to.
GRACE = 0.25
#: Seconds between two looks at them.
LOOK = 0.01
#: Where threads of executors wait for work: nobody misses them, Python ends them by itself.
_EXECUTORS = ("concurrent/futures/thread.py", "distributed/threadpoolexecutor.py")
#: Where they wait: in these modules of the standard library.
_WAITING = ("queue.py", "threading.py")
#: What pytest, and by its configuration Dask, put into the folder for temporary files for more than one test.
_NOT_LEFT = ("pytest-of-", "dask-")


class Leaks:
    """Made before a scenario's setup; says after its teardown what is left of it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._threads = set(threading.enumerate())
        self._sockets = set(_sockets())

    def found(self) -> Iterator[tuple[str, int]]:
        """A sentence for each kind of thing that is left, and how many of it there are."""
        yield from _told("process", "es", [processes.command(pid) for pid in _processes()])
        yield from _told("thread", "s", [_named(thread) for thread in self._left_threads()])
        yield from _told("open port", "s", _ports(set(_sockets()) - self._sockets))
        yield from _told("temporary file", "s", _files(self._folder))

    def _left_threads(self) -> list[threading.Thread]:
        give_up = time.monotonic() + GRACE
        while True:
            left = [thread for thread in threading.enumerate() if thread not in self._threads and not _is_idle(thread)]
            if not left or time.monotonic() > give_up:
                return left
            time.sleep(LOOK)


def _told(one: str, plural: str, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    if names:
        yield (
            f"left {len(names)} {one}{plural if len(names) > 1 else ''} behind: {'; '.join(sorted(names))}",
            len(names),
        )


def _processes() -> list[int]:
    """Whoever has no command line yet is starting, or about to end: a moment later it is told which."""
    give_up = time.monotonic() + GRACE
    while not all(map(processes.command, found := processes.descendants())) and time.monotonic() < give_up:
        time.sleep(LOOK)
    return [pid for pid in found if not processes.is_helper(pid)]


def _is_idle(thread: threading.Thread) -> bool:
    """Whether it waits for work in an executor."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - public by documentation
    while frame is not None and frame.f_code.co_filename.endswith(_WAITING):
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "_worker":
        return False
    return Path(frame.f_code.co_filename).as_posix().endswith(_EXECUTORS)


def _named(thread: threading.Thread) -> str:
    """Its name, and the function it is in."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - as above
    return f"{thread.name} (in {_place(frame)})" if frame is not None else thread.name


def _place(frame: FrameType) -> str:
    """The innermost function that is not of the standard library's waiting."""
    while frame.f_back is not None and frame.f_code.co_filename.endswith(_WAITING):
        frame = frame.f_back
    return f"{frame.f_code.co_name}, {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _sockets() -> Iterator[str]:
    """The system's numbers of this process's sockets; nothing where it does not tell."""
    for descriptor in processes.listed("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _ports(sockets: set[str]) -> list[str]:
    """The addresses at which some of these sockets listen."""
    found = []
    for table in ("tcp", "tcp6") if sockets else ():
        for line in processes.read(f"/proc/self/net/{table}").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                found.append(_address(fields[1]))
    return found


def _address(text: str) -> str:
    """`0100007F:1F90` → `127.0.0.1:8080`; of other than IPv4 the port only."""
    host, _, port = text.partition(":")
    shown = ".".join(str(byte) for byte in reversed(bytes.fromhex(host))) if len(host) == 8 else ""
    return f"{shown}:{int(port, 16)}"


def _files(folder: Folder) -> list[str]:
    names = [*processes.listed(str(folder.work)), *processes.listed(str(folder.tmp))]
    return [name for name in names if not name.startswith(_NOT_LEFT)]
