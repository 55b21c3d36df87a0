"""Find the Python and platform to read a lock for: what the project names, what its lock supports."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from dask_matrix.domain.environments.release import version_of
from dask_matrix.project.locks.entries import UnreadableLock
from dask_matrix.project.locks.markers import PLATFORMS, MarkerEnvironment, allows
from dask_matrix.project.locks.parsing import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.project.locks.entries import Listing

MINORS = range(8, 18)
"""Minor versions of Python 3 to try against what a lock supports."""
LATE_MICRO = 99
"""Micro version to assume if only the minor version is known: most users are on a late one."""
PYTHON = re.compile(r"(?:(?:cpython|python)[-@]?)?(\d+\.\d+(?:\.\d+)?)t?(?:[.+-].*|rc\d+|[ab]\d+)?")
"""A Python version as written in .python-version and pyvenv.cfg; markers know no free-threaded build."""


def marker_environment(listing: Listing, folder: Path, python: Python | None = None) -> MarkerEnvironment:
    """Return the Python and platform to read a listing for.

    The Python is the given one, the one that the listing names or its folder's, if the lock supports it; or else the
    nearest that it does. The platform is this machine's, unless the lock supports only others.
    """
    named = full_version(str(python or "")) or full_version(listing.python) or _folder_python(folder)
    if named and (environment := next(_supported(listing, [named]), None)):
        return replace(environment, known=True)
    supported = list(_supported(listing, _by_distance(_running())))
    if not supported:
        return MarkerEnvironment(named or _running(), named is not None)
    only = len({environment.python for environment in supported}) == 1
    return replace(supported[0], known=only)


def other_pythons(listing: Listing, environment: MarkerEnvironment) -> list[MarkerEnvironment]:
    """Return the same environment with each other minor version that a lock supports, from the nearest one."""
    others = (replace(environment, version=version) for version in _by_distance(environment.version))
    return [
        other
        for other in others
        if other.python != environment.python
        and allows(listing.requires_python, other.version)
        and other.is_any_true(listing.supported)
    ]


def other_platforms(environment: MarkerEnvironment) -> list[MarkerEnvironment]:
    """Return the same Python on the other platforms."""
    here = environment.platform or sys.platform
    return [replace(environment, platform=name) for name in PLATFORMS if name != here]


def _supported(listing: Listing, versions: Iterable[Version]) -> Iterator[MarkerEnvironment]:
    """Yield the environments with one of these Pythons that a lock supports, those on this machine's platform first."""
    allowed = [version for version in versions if allows(listing.requires_python, version)]
    others = [name for name in PLATFORMS if name != sys.platform] if listing.supported else []
    for platform in ("", *others):
        environments = (MarkerEnvironment(version, known=False, platform=platform) for version in allowed)
        yield from (each for each in environments if each.is_any_true(listing.supported))


def full_version(text: str) -> Version | None:
    """Return a Python version, with a late micro version if none is given; None if it cannot be parsed."""
    found = PYTHON.fullmatch(text.strip())
    if not found:
        return None
    return version_of(found[1] if found[1].count(".") > 1 else f"{found[1]}.{LATE_MICRO}")


def _folder_python(folder: Path) -> Version | None:
    """Return the Python of a folder's .python-version or .venv."""
    return full_version(_first_line(folder / ".python-version")) or venv_python(folder / ".venv")


def venv_python(folder: Path) -> Version | None:
    """Return the Python of a virtual environment, from its pyvenv.cfg."""
    settings = venv_settings(folder)
    return full_version(settings.get("version", "") or settings.get("version_info", ""))


def venv_settings(folder: Path) -> dict[str, str]:
    """Return the settings in a pyvenv.cfg; empty if there is no such file."""
    try:
        lines = read_text(folder / "pyvenv.cfg").splitlines()
    except UnreadableLock:
        return {}
    return {
        key.strip().lower(): value.strip() for key, equals, value in (line.partition("=") for line in lines) if equals
    }


def _first_line(path: Path) -> str:
    try:
        lines = read_text(path).splitlines()
    except UnreadableLock:
        return ""
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")


def _running() -> Version:
    return Version(".".join(map(str, sys.version_info[:3])))


def _by_distance(version: Version) -> list[Version]:
    """Return a Python, and all minor versions from the nearest to the most distant."""
    minors = sorted(MINORS, key=lambda minor: (abs(minor - version.minor), minor))
    return [version, *(Version(f"3.{minor}.{LATE_MICRO}") for minor in minors)]
