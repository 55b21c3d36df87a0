"""The packages that a lock file lists, for all platforms, and the errors of reading one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.upgrades.installers import Installer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from dask_matrix.project.locks.markers import MarkerEnvironment

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


class UnknownPart(DaskMatrixError):
    """A lock does not have the group, extra or member that was chosen, or cannot install it with another."""


class NoRelease(DaskMatrixError):
    """The listed dask is not a release: it comes from a repository, a URL or a folder, or is a development version."""


@dataclass(frozen=True, order=True)
class Part:
    """What a lock keeps apart and lets one choose: a ``group``, ``extra`` or ``member`` (its kind)."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} `{self.name}`"


@dataclass(frozen=True)
class Taken:
    """The parts of a lock that are read. ``dropped`` are defaults that conflict with a chosen part."""

    parts: frozenset[Part] = frozenset()
    dropped: frozenset[Part] = frozenset()

    def names(self, kind: str) -> frozenset[str]:
        """Return the names of the parts of one kind."""
        return frozenset(part.name for part in self.parts if part.kind == kind)


@dataclass(frozen=True)
class Entry:
    """One package as a lock file lists it. ``where`` is its place, for messages: ``uv.lock, line 12``.

    ``markers`` are PEP 508 markers, one of which must be true; without any, the entry is for every platform.
    ``parts`` are the parts of the lock that bring it, any of which is enough; without any, all do.
    ``origin`` is where the package comes from if not from an index; ``requirement`` is the requirement if it is not pinned.
    """

    name: str
    version: str | None
    where: str
    markers: tuple[str, ...] = ()
    requires_python: str = ""
    origin: str = ""
    requirement: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Listing:
    """All packages that a file lists, the Python it was made for, and the Pythons it allows.

    ``environments`` are the listings to choose from, by name, of a file with several environments; this is one of them.
    ``unread`` are errors of lines that could not be read: they stop a file only if dask could be in one of them.
    ``installer`` is the tool that installs them, None if only the kind of file shows it.
    ``notes`` are sentences about choices; ``doubts`` say why the environment may never have worked, and what to do.
    ``parts`` are all that can be chosen, ``defaults`` those that its tool installs if none is; no two parts of one of the
    ``conflicts`` can be installed together. ``supported`` are markers of the environments it was made for; without any,
    all are. ``reach`` returns the entries that the tool would install, for formats with a graph; without it, each entry
    that matches is.
    """

    entries: tuple[Entry, ...]
    python: str = ""
    requires_python: str = ""
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    environments: Mapping[str, Listing] = field(default_factory=dict)
    installer: Installer | None = None
    parts: tuple[Part, ...] = ()
    defaults: frozenset[Part] = frozenset()
    conflicts: tuple[frozenset[Part], ...] = ()
    supported: tuple[str, ...] = ()
    reach: Callable[[MarkerEnvironment, Taken], Sequence[Entry]] | None = None


def location(path: Path, line: int | None) -> str:
    """Return ``FILE, line N``, or only the file if the line is not known."""
    return f"{path}, line {line}" if line else str(path)
