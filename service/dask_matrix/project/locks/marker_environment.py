"""What the markers of a lock file are held against: a Python, and the platform of this machine."""

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
from dask_matrix.project.locks.parsing import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.project.locks.entries import Entry, Listing

MINORS = range(8, 30)
"""The minors of Python 3 that a range may mean."""
LATE = 99
"""The micro version of a Python of which only the minor is known: most are on a late one."""
PYTHON = re.compile(r"(?:(?:cpython|python)[-@]?)?(\d+\.\d+(?:\.\d+)?)(?:[.+-].*|rc\d+|[ab]\d+)?")
"""A version of Python as .python-version and pyvenv.cfg write it."""


@dataclass(frozen=True)
class Target:
    """A Python, and whether the project's own is known to be that one."""

    version: Version
    known: bool
    groups: tuple[str, ...] = ()

    @property
    def python(self) -> Python:
        """The minor."""
        return Python(self.version.major, self.version.minor)

    def __str__(self) -> str:
        assumed = "" if self.known else " (assumed, for the project names none)"
        return f"Python {self.python}{assumed} on {sys.platform}"

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is for this Python and platform; what cannot be decided is."""
        if not allows(entry.requires_python, self.version):
            return False
        return not entry.markers or any(self._holds(marker) for marker in entry.markers)

    def _holds(self, marker: str) -> bool:
        values: dict[str, str | frozenset[str]] = {
            "python_version": str(self.python),
            "python_full_version": str(self.version),
            "extra": "",
            "extras": frozenset(),
            "dependency_groups": frozenset(self.groups),
        }
        try:
            return Marker(marker).evaluate(values)
        except (ValueError, UndefinedEnvironmentName, RecursionError):  # no marker, or none that can be compared
            return True


def target(listing: Listing, folder: Path) -> Target:
    """Return what a listing is for: its own Python, else that of the folder it stands in, else one that it allows."""
    stated = full(listing.python) or _beside(folder, listing.requires_python) or _only(listing.requires_python)
    return Target(stated or _assumed(listing.requires_python), stated is not None, listing.groups)


def full(text: str) -> Version | None:
    """Return a Python's version, late in its minor if only that is given; None for what is none."""
    found = PYTHON.fullmatch(text.strip())
    if not found:
        return None
    return version_of(found[1] if found[1].count(".") > 1 else f"{found[1]}.{LATE}")


def allows(requires_python: str, version: Version) -> bool:
    """Whether a range of Pythons has this one; a range that is none of PEP 440 has all."""
    try:
        return SpecifierSet(requires_python).contains(version, prereleases=True)
    except ValueError:  # InvalidSpecifier is one; so is a number of thousands of digits
        return True


def _beside(folder: Path, requires_python: str) -> Version | None:
    """Return the Python that .python-version or the .venv of a folder names, if it is allowed."""
    named = full(_first_line(folder / ".python-version")) or venv_python(folder / ".venv")
    return named if named and allows(requires_python, named) else None


def venv_python(folder: Path) -> Version | None:
    """Return the Python of a virtual environment, as its pyvenv.cfg says it."""
    settings = venv_settings(folder)
    return full(settings.get("version", "") or settings.get("version_info", ""))


def venv_settings(folder: Path) -> dict[str, str]:
    """Return what a pyvenv.cfg says; nothing if there is none."""
    try:
        lines = text_of(folder / "pyvenv.cfg").splitlines()
    except UnreadableLock:
        return {}
    return {
        key.strip().lower(): value.strip() for key, equals, value in (line.partition("=") for line in lines) if equals
    }


def _first_line(path: Path) -> str:
    try:
        lines = text_of(path).splitlines()
    except UnreadableLock:
        return ""
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")


def _allowed(requires_python: str) -> list[Version]:
    return [late for minor in MINORS if allows(requires_python, late := Version(f"3.{minor}.{LATE}"))]


def _only(requires_python: str) -> Version | None:
    """Return the one minor that a range has, if it has but one."""
    allowed = _allowed(requires_python)
    return allowed[0] if len(allowed) == 1 else None


def _assumed(requires_python: str) -> Version:
    """Return the Python that runs us, or the allowed one nearest to it."""
    running = Version(".".join(map(str, sys.version_info[:3])))
    if allows(requires_python, running):
        return running
    return min(_allowed(requires_python), key=lambda version: abs(version.minor - running.minor), default=running)
