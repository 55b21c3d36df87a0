"""Installs environments as their locks say, each once, safely for several processes at a time."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.files import write_whole
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.scratch import install_lock

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.index.settings import IndexSettings

PYTEST = "pytest>=8,<10"
READY = ".ready"
"""The file that says an installation is whole; without it the folder is made anew.

It holds the size of an environment in bytes, without the bytecode that the first imports add; when it was touched last
is when the environment was used last.
"""


class InstallRefused(Exception):
    """uv would not install a lock; the message is all it said."""


@dataclass(frozen=True)
class Installed:
    """The Python of an environment, and whether it was made just now: then all that uv said, and the seconds it took."""

    python: Path
    made: bool
    log: str = ""
    seconds: float = 0


def install(folder: Path, lock: Path, interpreter: Path, settings: IndexSettings) -> Installed:
    """Return an environment that holds exactly what a lock says, installing it where needed.

    Raises InstallRefused if the lock cannot be installed, UvTrouble if uv could not do its work.
    """
    python = folder / "bin" / "python"
    with install_lock(folder) as held:
        installed = Installed(python, made=False)
        if not (folder / READY).exists():
            began = time.monotonic()
            log = _demand(settings, held, "venv", "--clear", "--no-project", "--python", str(interpreter), str(folder))
            arguments = ("pip", "sync", "--python", str(python), "--only-binary", ":all:", "--strict", str(lock))
            log += _demand(settings, held, *arguments)
            installed = Installed(python, made=True, log=log, seconds=time.monotonic() - began)
        _note_use(folder)
    return installed


def install_pytest(folder: Path, interpreter: Path, settings: IndexSettings) -> Path:
    """Return the folder that holds pytest for a Python minor, apart from every environment; made where needed."""
    with install_lock(folder) as held:
        if not (folder / READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            arguments = ("pip", "install", "--python", str(interpreter), "--target", str(folder), PYTEST)
            _demand(settings, held, *arguments, "--only-binary", ":all:")
            (folder / READY).touch()
    return folder


def size_noted(folder: Path) -> int | None:
    """Return the size of an environment in bytes, 0 if nobody has measured it yet, None if it is not whole."""
    try:
        return int((folder / READY).read_text(encoding="utf-8") or 0)
    except FileNotFoundError:
        return None


def size_of(folder: Path) -> int:
    """Return the bytes that the files below a folder take on disk.

    Removing them gives back no more, and often less: uv makes hard links to the files in its cache.
    """
    paths = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - fast
    return sum(os.lstat(path).st_blocks * 512 for path in paths)


def _note_use(folder: Path) -> None:
    """Say that an environment is whole and was used now; measure it if nobody has."""
    ready = folder / READY
    if size_noted(folder):
        ready.touch()
    else:
        write_whole(ready, str(size_of(folder)))


def _demand(settings: IndexSettings, held: int, *arguments: str) -> str:
    """Have uv do something; return what it said."""
    answer = uv.call(settings, *arguments, hold=[held])
    if answer.refused:
        raise InstallRefused(answer.refused)
    return answer.log
