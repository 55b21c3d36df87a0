"""Installs environments as their locks say, each once, safely for several processes at a time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from filelock import FileLock

from service.collect import uv

if TYPE_CHECKING:
    from pathlib import Path

    from service.collect.index_settings import IndexSettings

PYTEST = "pytest>=8,<10"
READY = ".ready"
"""The file that says an installation is whole; without it the folder is made anew."""


class InstallRefused(Exception):
    """uv would not install a lock; the message is all it said."""


def install(folder: Path, lock: Path, interpreter: Path, settings: IndexSettings) -> Path:
    """Return the Python of an environment that holds exactly what a lock says, installing it where needed.

    Raises InstallRefused if the lock cannot be installed, UvTrouble if uv could not do its work.
    """
    python = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / READY).exists():
            _demand(settings, "venv", "--clear", "--no-project", "--python", str(interpreter), str(folder))
            _demand(settings, "pip", "sync", "--python", str(python), "--only-binary", ":all:", "--strict", str(lock))
            (folder / READY).touch()
    return python


def install_pytest(folder: Path, interpreter: Path, settings: IndexSettings) -> Path:
    """Return the folder that holds pytest for a Python minor, apart from every environment; made where needed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            arguments = ("pip", "install", "--python", str(interpreter), "--target", str(folder), PYTEST)
            _demand(settings, *arguments, "--only-binary", ":all:")
            (folder / READY).touch()
    return folder


def _demand(settings: IndexSettings, *arguments: str) -> None:
    answer = uv.call(settings, *arguments)
    if answer.refused:
        raise InstallRefused(answer.refused)
