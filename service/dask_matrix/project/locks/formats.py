"""Detect the kind of a lock file, by its name or else its content, and read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.project.locks.conda import conda_list, conda_lock, environment
from dask_matrix.project.locks.entries import Listing, UnreadableLock
from dask_matrix.project.locks.parsing import read_text, table, toml, yaml_mapping
from dask_matrix.project.locks.pipfile import pipfile
from dask_matrix.project.locks.pixi import pixi
from dask_matrix.project.locks.printed_tables import OF_CONDA, OF_PIP, conda_table, pip_table
from dask_matrix.project.locks.requirements import requirements
from dask_matrix.project.locks.toml_locks.pdm import pdm
from dask_matrix.project.locks.toml_locks.poetry import poetry
from dask_matrix.project.locks.toml_locks.pylock import pylock
from dask_matrix.project.locks.toml_locks.uv import uv

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
"""Pattern of a file name -> its reader."""
INSTALLERS: dict[Reader, Installer] = {
    uv: Installer.UV,
    poetry: Installer.POETRY,
    pdm: Installer.PDM,
    pipfile: Installer.PIPENV,
    conda_lock: Installer.CONDA_LOCK,
    conda_list: Installer.CONDA,
    conda_table: Installer.CONDA,
    pixi: Installer.PIXI,
    environment: Installer.CONDA_FILE,
}
"""Reader -> the tool that its files belong to."""
WRITERS = {
    r"^# +uv (export|sync)\b|^created-by = \"uv\"": Installer.UV,
    r"^# +uv pip compile\b": Installer.UV_COMPILE,
    r"^# .*\bpip-compile\b": Installer.PIP_COMPILE,
    r"^created-by = \"pdm\"": Installer.PDM,
    r"^created-by = \"pip\"": Installer.PIP_LOCK,
    r"^created-by = \"poetry": Installer.POETRY,
}
"""Pattern of a line -> the tool that writes it at the start of a requirements.txt or a pylock.toml."""
HEADER_LENGTH = 2000
"""How many characters are searched for it."""
NOT_LOCKS = {"pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml"}
"""Files that list allowed versions; the versions in use are in the lock file made from them."""
CONDA_LIST = re.compile(r"^@EXPLICIT|^# This file may be used to create an environment", re.MULTILINE)
BY_HEADING: dict[re.Pattern[str], Reader] = {CONDA_LIST: conda_list, OF_CONDA: conda_table, OF_PIP: pip_table}
"""Pattern of what conda and pip print above a list of packages -> its reader."""
SUPPORTED = (
    "uv.lock, pylock.toml, poetry.lock, pdm.lock, Pipfile.lock, pixi.lock, "
    "conda-lock.yml, environment.yml, requirements.txt"
)


def read(path: Path) -> Listing:
    """Return the packages in a lock file; raise UnreadableLock with what is wrong and where."""
    if path.name in NOT_LOCKS:
        raise UnreadableLock(f"{path} lists allowed versions, not the versions in use. {lock_file_hint(path.parent)}")
    text = read_text(path)
    if not text.strip():
        raise UnreadableLock(f"{path} is empty. {lock_file_hint(path.parent)}")
    reader = _reader(path, text)
    listing = reader(path, text)
    return replace(listing, installer=listing.installer or _installer(reader, text))


def lock_file_hint(folder: Path) -> str:
    """Return a hint to use a lock file: the ones in this folder, or else all supported kinds."""
    try:
        found = sorted(
            path.name for path in folder.iterdir() if _reader_by_name(path) or path.name == "requirements.txt"
        )
    except OSError:
        found = []
    return f"Use its lock file: {', '.join(found)}." if found else f"Use a lock file, one of {SUPPORTED}."


def _installer(reader: Reader, text: str) -> Installer:
    """Return the tool that a kind of file belongs to, or that wrote it, as its first lines say."""
    if reader in INSTALLERS:
        return INSTALLERS[reader]
    first_lines = text[:HEADER_LENGTH]
    return next(
        (tool for pattern, tool in WRITERS.items() if re.search(pattern, first_lines, re.MULTILINE)), Installer.PIP
    )


def lock_files(folder: Path) -> list[Path]:
    """Return the lock files in a folder, by name. Files that may also list allowed versions count only if they pin dask."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return []
    return [path for path in files if _is_lock(path)]


def _is_lock(path: Path) -> bool:
    reader = _reader_by_name(path)
    if path.name == "requirements.txt" or reader is environment:
        return _pins_dask(path)
    return reader is not None


def _pins_dask(path: Path) -> bool:
    try:
        return any(each.name == "dask" and each.version for each in read(path).entries)
    except (UnreadableLock, OSError):
        return False


def _reader_by_name(path: Path) -> Reader | None:
    return next((reader for name, reader in BY_NAME.items() if re.fullmatch(name, path.name)), None)


def _reader(path: Path, text: str) -> Reader:
    """Return the reader for a file name, or else the first reader that its content fits."""
    if named := _reader_by_name(path):
        return named
    if printed := next((reader for pattern, reader in BY_HEADING.items() if pattern.search(text)), None):
        return printed
    if path.suffix in {".txt", ".in"}:
        return requirements
    for detect in (_detect_json, _detect_toml, _detect_yaml, _detect_requirements):
        if reader := detect(path, text):
            return reader
    raise UnreadableLock(f"{path} is not a supported lock file. Supported are {SUPPORTED}.")


def _detect_json(_path: Path, text: str) -> Reader | None:
    return pipfile if text.lstrip().startswith("{") and '"_meta"' in text else None


def _detect_toml(path: Path, text: str) -> Reader | None:
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
    return uv if "package" in lock or "distribution" in lock else None


def _detect_requirements(path: Path, text: str) -> Reader | None:
    try:
        found = requirements(path, text)
    except UnreadableLock:
        return None
    return requirements if len(found.entries) > len(found.unread) else None


def _detect_yaml(path: Path, text: str) -> Reader | None:
    try:
        lock = yaml_mapping(path, text)
    except UnreadableLock:
        return None
    if "environments" in lock and "packages" in lock:
        return pixi
    if "package" in lock:
        return conda_lock
    return environment if "dependencies" in lock else None
