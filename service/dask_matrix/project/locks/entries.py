"""The packages that a lock file lists, for all platforms, and the errors of reading one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.upgrades.installers import Installer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HINT = "--from with a release such as 2025.2.0 or a lock file"
"""What to use instead, at the end of most error messages here."""


class UnknownStart(DaskMatrixError):
    """The text is not a release, not ``installed`` and not a file."""


class UnknownEnvironment(DaskMatrixError):
    """A lock file has no environment of the chosen name, or that one has no dask."""


class UnreadableLock(DaskMatrixError):
    """A file cannot be read as the kind of lock file that its name or content says it is."""


class NoDask(DaskMatrixError):
    """The environment or lock file does not contain dask."""


class UnpinnedDask(DaskMatrixError):
    """dask is listed without an exact version."""


class NoRelease(DaskMatrixError):
    """The listed dask is not a release: it comes from a repository, a URL or a folder, or is a development version."""


@dataclass(frozen=True)
class Entry:
    """One package as a lock file lists it. ``where`` is its place, for messages: ``uv.lock, line 12``.

    ``markers`` are PEP 508 markers, one of which must be true; without any, the entry is for every platform.
    ``origin`` is where the package comes from if not from an index; ``requirement`` is the requirement if it is not pinned.
    """

    name: str
    version: str | None
    where: str
    markers: tuple[str, ...] = ()
    requires_python: str = ""
    origin: str = ""
    requirement: str = ""


@dataclass(frozen=True)
class Listing:
    """All packages that a file lists, the Python it was made for, and the Pythons it allows.

    ``environments`` are the listings to choose from, by name, of a file with several environments; this is one of them.
    ``unread`` are errors of lines that could not be read: they stop a file only if dask could be in one of them.
    ``installer`` is the tool that installs them, None if only the kind of file shows it. ``notes`` are sentences about choices; ``doubts`` say why the environment may never have worked, and what to do.
    """

    entries: tuple[Entry, ...]
    python: str = ""
    requires_python: str = ""
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    environments: Mapping[str, Listing] = field(default_factory=dict)
    installer: Installer | None = None


def location(path: Path, line: int | None) -> str:
    """Return ``FILE, line N``, or only the file if the line is not known."""
    return f"{path}, line {line}" if line else str(path)
