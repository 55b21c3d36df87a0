"""Tells what kind of lock file a file is, by its name, else by its content, and reads it as that."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from dask_matrix.project.locks.conda import conda_list, conda_lock, environment
from dask_matrix.project.locks.entries import Listing, UnreadableLock
from dask_matrix.project.locks.parsing import table, text_of, toml, yaml_mapping
from dask_matrix.project.locks.pipfile import pipfile
from dask_matrix.project.locks.pixi import pixi
from dask_matrix.project.locks.requirements import requirements
from dask_matrix.project.locks.toml_locks import pdm, poetry, pylock, uv

Reader = Callable[[Path, str], Listing]

BY_NAME: dict[str, Reader] = {
    r"uv\.lock": uv,
    r"pylock(\.[^.]+)?\.toml": pylock,
    r"poetry\.lock": poetry,
    r"pdm\.lock": pdm,
    r"Pipfile\.lock": pipfile,
    r"pixi\.lock": pixi,
    r"(.*[-.])?conda-lock\.ya?ml": conda_lock,
    r"(.*[-_.])?env(ironment)?([-_.].*)?\.ya?ml": environment,
}
"""The name of a file -> how it is read."""
WISHES = {"pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml"}
"""Files that say what a project allows; what it is on is in the lock made from them."""
CONDA_LIST = re.compile(r"^@EXPLICIT|^# This file may be used to create an environment", re.MULTILINE)
KNOWN = (
    "uv.lock, pylock.toml, poetry.lock, pdm.lock, Pipfile.lock, pixi.lock, "
    "conda-lock.yml, environment.yml, requirements.txt"
)


def read(path: Path) -> Listing:
    """Return what a lock file lists; raise UnreadableLock saying what is wrong and where."""
    if path.name in WISHES:
        raise UnreadableLock(f"{path} says what the project allows, not what it is on. {beside(path.parent)}")
    text = text_of(path)
    if not text.strip():
        raise UnreadableLock(f"{path} is empty. {beside(path.parent)}")
    return _reader(path, text)(path, text)


def beside(folder: Path) -> str:
    """Return the advice to give a lock file: which ones a folder has, else which kinds there are."""
    try:
        found = sorted(path.name for path in folder.iterdir() if _by_name(path) or path.name == "requirements.txt")
    except OSError:
        found = []
    return f"Give its lock file: {', '.join(found)}." if found else f"Give a lock file, one of {KNOWN}."


def _by_name(path: Path) -> Reader | None:
    return next((reader for name, reader in BY_NAME.items() if re.fullmatch(name, path.name)), None)


def _reader(path: Path, text: str) -> Reader:
    """Return how to read a file: as its name says, else as the first format that its content is one of."""
    if named := _by_name(path):
        return named
    if CONDA_LIST.search(text):
        return conda_list
    if path.suffix in {".txt", ".in"}:
        return requirements
    for told in (_by_json, _by_toml, _by_requirements, _by_yaml):
        if reader := told(path, text):
            return reader
    raise UnreadableLock(f"{path} is no lock file of a kind read here. Those are {KNOWN}.")


def _by_json(_path: Path, text: str) -> Reader | None:
    return pipfile if text.lstrip().startswith("{") and '"_meta"' in text else None


def _by_toml(path: Path, text: str) -> Reader | None:
    try:
        lock = toml(path, text)
    except UnreadableLock:
        return None
    metadata = table(lock.get("metadata"))
    if "packages" in lock and "lock-version" in lock:
        return pylock
    if "lock_version" in metadata:
        return pdm
    if "lock-version" in metadata:
        return poetry
    return uv if "package" in lock else None


def _by_requirements(path: Path, text: str) -> Reader | None:
    try:
        return requirements if requirements(path, text).entries else None
    except UnreadableLock:
        return None


def _by_yaml(path: Path, text: str) -> Reader | None:
    try:
        lock = yaml_mapping(path, text)
    except UnreadableLock:
        return None
    if "environments" in lock and "packages" in lock:
        return pixi
    if "package" in lock:
        return conda_lock
    return environment if "dependencies" in lock else None
