"""What a lock file lists, before anything is chosen from it; and the errors of reading one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from pathlib import Path

WAYS = "Give a release such as 2025.2.0, the word installed, or a lock file."
"""How else a start can be given: the last sentence of most errors here."""


class UnknownStart(DaskMatrixError):
    """The text is neither a release, nor ``installed``, nor a file."""


class UnreadableLock(DaskMatrixError):
    """A file cannot be read as what its name or its content says it is."""


class NoDask(DaskMatrixError):
    """What was read lists no dask."""


class UnpinnedDask(DaskMatrixError):
    """dask is listed without an exact version."""


class NoRelease(DaskMatrixError):
    """The dask that is listed is none of an index: from a repository, a URL or a folder, or built between releases."""


@dataclass(frozen=True)
class Entry:
    """One package as one place of a file lists it. ``where`` is that place, for messages: ``uv.lock, line 12``.

    ``markers`` are PEP 508 markers of which one must hold; without any, the entry is for every platform.
    ``origin`` is where the package comes from if not from an index; ``asked`` what is written where a pin is missing.
    """

    name: str
    version: str | None
    where: str
    markers: tuple[str, ...] = ()
    requires_python: str = ""
    origin: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Listing:
    """All that a file lists, and what it says of Python: the one it was made for, and those it allows."""

    entries: tuple[Entry, ...]
    python: str = ""
    requires_python: str = ""
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def place(path: Path, line: int | None) -> str:
    """Return how a place of a file is named; the file alone where the line is not known."""
    return f"{path}, line {line}" if line else str(path)


def without_secrets(text: str) -> str:
    """Return a URL, or a text with one, as it may be shown: without user, password, token of conda and query."""
    text = re.sub(r"(?<=://)[^/@\s]*@", "", text)
    return re.sub(r"(?<=/)t/[^/\s]+/", "", re.sub(r"(://[^?\s]*)\?[^#\s]*", r"\1", text))
