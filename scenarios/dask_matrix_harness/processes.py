"""Inspect and kill processes. Complete on Linux; elsewhere limited to process groups."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

_LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends, whatever their session (Linux subreaper)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def fork() -> int:
    """`os.fork`, without output that both would write, and without its warning."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # numpy has started threads; its fork handlers cope with their absence in the child.
        warnings.filterwarnings("ignore", message=".*use of fork", category=DeprecationWarning)
        return os.fork()


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends; exit at once if it already has."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def children() -> set[int]:
    """Children of this process, zombies included; empty if unknown."""
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
    """When `pid` was started, in clock ticks since boot: distinguishes processes that had the same id."""
    return "".join(_stat(pid)[19:20])


def descendants(pid: int | None = None) -> set[int]:
    """The living descendants of `pid` (None: of this process), except those whose parent has ended."""
    found: set[int] = set()
    unseen = _children_of(os.getpid() if pid is None else pid)
    while unseen:
        found |= {pid for pid in unseen if not is_dead(pid)}
        unseen = {child for pid in unseen for child in _children_of(pid)} - found
    return found


def is_helper(pid: int) -> bool:
    """Whether `pid` is a helper that Python started implicitly, or is ending and has freed its memory."""
    line = command(pid)
    return not line or any(f"multiprocessing.{name}" in line for name in ("resource_tracker", "forkserver"))


def command(pid: int) -> str:
    """The command line of `pid`, `""` if it cannot be read."""
    return read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()


def is_marked(pid: int, folder: Path) -> bool:
    """Whether `pid` has its current directory in `folder` or an environment variable with a path in it."""
    try:
        if folder in (Path(os.readlink(f"/proc/{pid}/cwd")) / "_").parents:
            return True
    except OSError:
        return False
    return f"={folder}{os.sep}" in read(f"/proc/{pid}/environ")


def memory(pid: int, enough: float) -> tuple[float, str]:
    """MiB of memory of `pid` and its descendants, and how it is counted if not proportionally; 0 if unknown.

    A page that several processes share counts in proportion (PSS), as after a fork. That is slow for the kernel to
    add up, so it is asked for only where the plain sum, in which such a page counts for each, is more than `enough`.
    File-backed pages do not count: the kernel can drop them.
    """
    found = {pid, *descendants(pid)}
    plain = sum(_mebibytes(f"/proc/{each}/status", ("RssAnon", "RssShmem")) for each in found)
    if plain <= enough:
        return plain, ""
    if not os.path.exists("/proc/self/smaps_rollup"):  # Linux before 4.14
        return plain, "shared pages counted for each process"
    return sum(_mebibytes(f"/proc/{each}/smaps_rollup", ("Pss_Anon", "Pss_Shmem"), "Pss") for each in found), ""


def _mebibytes(path: str, names: tuple[str, ...], else_name: str = "") -> float:
    """The sum of the fields `names` of a file in /proc, or the field `else_name` where the kernel has none of them."""
    fields = dict(line.partition(":")[::2] for line in read(path).splitlines())
    known = [name for name in names if name in fields] or [else_name]
    return sum(int(fields.get(name, "0").split()[0]) for name in known) / 1024


def is_handling(pid: int, number: int) -> bool:
    """Whether a thread of `pid` is about to handle the signal, or in its handler; False if unknown."""
    bit = 1 << (number - 1)
    for thread in listed(f"/proc/{pid}/task"):
        fields = dict(line.partition(":")[::2] for line in read(f"/proc/{pid}/task/{thread}/status").splitlines())
        if any(int(fields.get(name, "0"), 16) & bit for name in ("SigPnd", "ShdPnd", "SigBlk")):
            return True
    return False


def prefer_as_oom_victim() -> None:
    """Have the kernel's OOM killer prefer this process and its descendants."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
        file.write(b"1000")


def reap(pid: int) -> int | None:
    """The wait status of the child `pid` if it has ended, else None."""
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
        c_library().prctl(option, value, 0, 0, 0)


@cache
def c_library() -> ctypes.CDLL:
    """The C library, loaded once: forks inherit it."""
    return ctypes.CDLL(None, use_errno=True)


def _children_of(parent: int) -> set[int]:
    """From /proc/PID/task/TID/children if the kernel has it, else by checking all processes."""
    threads = [f"/proc/{parent}/task/{thread}/children" for thread in listed(f"/proc/{parent}/task")]
    if any(os.path.exists(thread) for thread in threads):
        return {int(child) for thread in threads for child in read(thread).split()}
    return {pid for pid in map(int, filter(str.isdigit, listed("/proc"))) if _stat(pid)[1:2] == [str(parent)]}


def listed(folder: str) -> list[str]:
    """Names in `folder`; none if it cannot be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    """State, parent and the further fields of /proc/PID/stat; empty if there is no such process."""
    return read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def read(path: str) -> str:
    """The content of the file `path`; `""` if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
