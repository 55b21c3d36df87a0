"""Evaluate environment markers (PEP 508) for the project's Python and this machine's platform."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import version_of
from dask_matrix.project.locks.entries import UnreadableLock
from dask_matrix.project.locks.parsing import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.project.locks.entries import Entry, Listing

MINORS = range(8, 30)
"""Minor versions of Python 3 to try against ``requires-python``."""
LATE_MICRO = 99
"""Micro version to assume if only the minor version is known: most users are on a late one."""
PYTHON = re.compile(r"(?:(?:cpython|python)[-@]?)?(\d+\.\d+(?:\.\d+)?)(?:[.+-].*|rc\d+|[ab]\d+)?")
"""A Python version as written in .python-version and pyvenv.cfg."""


@dataclass(frozen=True)
class MarkerEnvironment:
    """The Python to evaluate markers for, and whether it is known to be the project's own."""

    version: Version
    known: bool
    groups: tuple[str, ...] = ()

    @property
    def python(self) -> Python:
        """Its minor version."""
        return Python(self.version.major, self.version.minor)

    def __str__(self) -> str:
        assumed = "" if self.known else " (assumed; the project does not specify one)"
        return f"Python {self.python}{assumed} on {sys.platform}"

    def matches(self, entry: Entry) -> bool:
        """Whether an entry is for this Python and platform; true if that cannot be decided."""
        if not allows(entry.requires_python, self.version):
            return False
        return not entry.markers or any(self._is_true(marker) for marker in entry.markers)

    def _is_true(self, marker: str) -> bool:
        values: dict[str, str | frozenset[str]] = {
            "python_version": str(self.python),
            "python_full_version": str(self.version),
            "extra": "",
            "extras": frozenset(),
            "dependency_groups": frozenset(self.groups),
        }
        try:
            return Marker(marker).evaluate(values)
        except (ValueError, UndefinedEnvironmentName, RecursionError):  # an invalid marker, or one with unknown names
            return True


def marker_environment(listing: Listing, folder: Path) -> MarkerEnvironment:
    """Return the Python to use for a listing: the one it names, or else its folder's, or else one that it allows."""
    named = (
        full_version(listing.python)
        or _folder_python(folder, listing.requires_python)
        or _only_allowed(listing.requires_python)
    )
    return MarkerEnvironment(named or _assumed(listing.requires_python), named is not None, listing.groups)


def full_version(text: str) -> Version | None:
    """Return a Python version, with a late micro version if none is given; None if it cannot be parsed."""
    found = PYTHON.fullmatch(text.strip())
    if not found:
        return None
    return version_of(found[1] if found[1].count(".") > 1 else f"{found[1]}.{LATE_MICRO}")


def allows(requires_python: str, version: Version) -> bool:
    """Whether ``requires-python`` allows this version; an invalid specifier allows all."""
    try:
        return SpecifierSet(requires_python).contains(version, prereleases=True)
    except ValueError:  # InvalidSpecifier is one; so is a number of thousands of digits
        return True


def _folder_python(folder: Path, requires_python: str) -> Version | None:
    """Return the Python of a folder's .python-version or .venv, if it is allowed."""
    named = full_version(_first_line(folder / ".python-version")) or venv_python(folder / ".venv")
    return named if named and allows(requires_python, named) else None


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


def _allowed(requires_python: str) -> list[Version]:
    return [late for minor in MINORS if allows(requires_python, late := Version(f"3.{minor}.{LATE_MICRO}"))]


def _only_allowed(requires_python: str) -> Version | None:
    """Return the minor version that ``requires-python`` allows, if it allows only one."""
    allowed = _allowed(requires_python)
    return allowed[0] if len(allowed) == 1 else None


def _assumed(requires_python: str) -> Version:
    """Return the running Python, or the nearest one that is allowed."""
    running = Version(".".join(map(str, sys.version_info[:3])))
    if allows(requires_python, running):
        return running
    return min(_allowed(requires_python), key=lambda version: abs(version.minor - running.minor), default=running)
