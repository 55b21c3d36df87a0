"""Install environments from their locks, once each, safely from several processes."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.environments.shared_bytecode import share_bytecode
from dask_matrix.collect.files import write_atomically
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.scratch import install_lock

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.index.settings import IndexSettings

PYTEST = "pytest>=8,<10"
READY = ".ready"
"""The file that marks an installation as complete; without it the folder is installed again.

It contains the size of the environment in bytes, without the bytecode of the first imports. Its modification time is
the time of last use.
"""


class InstallRefused(Exception):
    """uv refused to install a lock; the message is uv's."""


@dataclass(frozen=True)
class Installed:
    """The Python of an environment. If it was ``made`` just now: the output of uv and the seconds it took."""

    python: Path
    made: bool
    log: str = ""
    seconds: float = 0


def install(folder: Path, lock: Path, interpreter: Path, settings: IndexSettings) -> Installed:
    """Return an environment with exactly the packages of a lock, installing it if needed.

    Raises InstallRefused if the lock cannot be installed, UvFailed if uv failed for another reason.
    """
    python = folder / "bin" / "python"
    with install_lock(folder) as lock_fd:
        installed = Installed(python, made=False)
        if not (folder / READY).exists():
            began = time.monotonic()
            shutil.rmtree(folder, ignore_errors=True)  # uv will not clear what a full disk left of an environment
            log = _run_uv(settings, lock_fd, "venv", "--no-project", "--python", str(interpreter), str(folder))
            arguments = ("pip", "sync", "--python", str(python), "--only-binary", ":all:", "--strict", str(lock))
            log += _run_uv(settings, lock_fd, *arguments)
            share_bytecode(folder, READY)
            installed = Installed(python, made=True, log=log, seconds=time.monotonic() - began)
        _mark_used(folder)
    return installed


def install_pytest(folder: Path, interpreter: Path, settings: IndexSettings) -> Path:
    """Return the folder with pytest for a Python version, separate from all environments; installed if needed."""
    with install_lock(folder) as lock_fd:
        if not (folder / READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            arguments = ("pip", "install", "--python", str(interpreter), "--target", str(folder), PYTEST)
            _run_uv(settings, lock_fd, *arguments, "--only-binary", ":all:")
            (folder / READY).touch()
    return folder


def recorded_size(folder: Path) -> int | None:
    """Return the size of an environment in bytes, 0 if not measured yet, None if it is incomplete."""
    try:
        return int((folder / READY).read_text(encoding="utf-8") or 0)
    except FileNotFoundError:
        return None


def size_of(folder: Path) -> int:
    """Return the disk usage of a folder in bytes.

    Removing it frees at most that, often less: uv hard-links files from its cache.
    """
    paths = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - fast
    return sum(os.lstat(path).st_blocks * 512 for path in paths)


def _mark_used(folder: Path) -> None:
    """Mark an environment as complete and used now; measure its size if that is missing."""
    ready = folder / READY
    if recorded_size(folder):
        ready.touch()
    else:
        write_atomically(ready, str(size_of(folder)))


def _run_uv(settings: IndexSettings, lock_fd: int, *arguments: str) -> str:
    """Run uv and return its output; raise InstallRefused."""
    answer = uv.call(settings, *arguments, pass_fds=[lock_fd])
    if answer.refused:
        raise InstallRefused(answer.refused)
    return answer.log
