"""Processes: whose child is whose, and how none outlives its scenario. Linux in full, elsewhere process groups."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

_LINUX = sys.platform.startswith("linux")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on a descendant that lost its parent becomes this process's child, even from a session of its own."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """From now on the system kills this process when `parent` is gone; it ends here if that has happened already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def children() -> set[int]:
    """The processes, dead ones not yet reaped included, whose parent is this process; empty where unknown."""
    return _children_of(os.getpid())


def is_dead(pid: int) -> bool:
    """Whether `pid` has ended, reaped or not."""
    if _LINUX:
        return _stat(pid)[:1] in ([], ["Z"], ["X"])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def birth(pid: int) -> str:
    """When `pid` was started, in the system's own count: tells a process from a later one of the same id."""
    return "".join(_stat(pid)[19:20])


def descendants(pid: int | None = None) -> set[int]:
    """The living descendants of `pid`, of this process if None, as far as none of their parents has ended."""
    found: set[int] = set()
    unseen = _children_of(os.getpid() if pid is None else pid)
    while unseen:
        found |= {pid for pid in unseen if not is_dead(pid)}
        unseen = {child for pid in unseen for child in _children_of(pid)} - found
    return found


def is_helper(pid: int) -> bool:
    """Whether Python has started it for a program without its asking, or it is ending and has given up its memory."""
    line = command(pid)
    return not line or any(f"multiprocessing.{name}" in line for name in ("resource_tracker", "forkserver"))


def command(pid: int) -> str:
    """The command line of `pid`, `""` where it can't be read."""
    return read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()


def is_marked(pid: int, folder: Path) -> bool:
    """Whether `pid` works in `folder` or was started with a variable that names it."""
    try:
        if folder in (Path(os.readlink(f"/proc/{pid}/cwd")) / "_").parents:
            return True
    except OSError:
        return False
    return f"={folder}{os.sep}" in read(f"/proc/{pid}/environ")


def memory(pid: int) -> float:
    """MiB of memory that `pid` and its descendants hold: resident and of no file. 0 where unknown."""
    pages = 0
    for each in {pid, *descendants(pid)}:
        _, resident, shared = map(int, read(f"/proc/{each}/statm").split()[:3] or (0, 0, 0))
        pages += resident - shared
    return pages * _PAGE / 2**20


def die_first() -> None:
    """When memory runs out, the system kills this process, and what it starts, before others."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def reap(pid: int) -> int | None:
    """Take the wait status of the child `pid` if it has ended."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return status if ended else None


def kill(pid: int) -> None:
    """SIGKILL to one process; it may be gone already."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def kill_group(pid: int) -> None:
    """SIGKILL to the process group that `pid` leads or led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if _LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _children_of(parent: int) -> set[int]:
    """From the list the kernel keeps, where it was built with that, else by looking at everyone."""
    threads = [f"/proc/{parent}/task/{thread}/children" for thread in listed(f"/proc/{parent}/task")]
    if any(os.path.exists(thread) for thread in threads):
        return {int(child) for thread in threads for child in read(thread).split()}
    return {pid for pid in map(int, filter(str.isdigit, listed("/proc"))) if _stat(pid)[1:2] == [str(parent)]}


def listed(folder: str) -> list[str]:
    """Names in `folder`; none where it can't be looked into."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    """State, parent and the further fields of /proc/PID/stat; empty if there is no such process."""
    return read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def read(path: str) -> str:
    """What the file at `path` holds; `""` where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
