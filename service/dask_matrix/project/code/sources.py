"""Finds the Python files and notebooks below some paths and parses them; nothing of them is imported or executed.

Links to files are followed, links to folders are not, so a circle of links ends; a file that two names lead to is
read once.
"""

from __future__ import annotations

import ast
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.project.code.notebooks import BadNotebook, cells, without_magics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOT_ENTERED = frozenset({
    "__pycache__",
    "__pypackages__",
    "_darcs",
    "build",
    "CVS",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
    "virtualenv",
})  # fmt: skip
"""Folders whose code is not the user's own, besides those whose name begins with a dot."""
INSTALLED = ("pyvenv.cfg", "conda-meta")
"""What stands in a folder that is a virtual environment, whatever its name."""
MOST_BYTES = 8_000_000
"""A Python file larger than this is data, not code; parsing it would take gigabytes."""
MOST_BYTES_OF_NOTEBOOK = 100_000_000
"""Larger than that of a Python file: a notebook holds the pictures that its cells drew."""


class NoCode(DaskMatrixError):
    """A path given as the code to read does not exist, or holds no Python file and no notebook."""


@dataclass(frozen=True)
class Unread:
    """A file, or a part of one, that could not be parsed, and why: told, never fatal."""

    file: str
    reason: str


@dataclass(frozen=True)
class Part:
    """A parsed stretch of code: a whole Python file, or one cell of a notebook, counted from 1 over all its cells."""

    tree: ast.Module
    cell: int | None = None


@dataclass(frozen=True)
class Source:
    """A file that was read; ``file`` is its path as the user gave it or would, with forward slashes."""

    file: str
    path: Path
    parts: tuple[Part, ...]


def read(paths: Sequence[Path]) -> tuple[list[Source], list[Unread]]:
    """Parse every Python file and notebook at or below the paths; raise NoCode where there is none."""
    sources, unread = [], []
    for path in _each_once(found for given in paths for found in files(given)):
        try:
            parts, bad = _parts(path)
        except (OSError, BadNotebook, _Unparsable) as error:
            unread.append(Unread(path.as_posix(), _reason(error)))
            continue
        sources.append(Source(path.as_posix(), path, tuple(parts)))
        unread += bad
    return sorted(sources, key=lambda source: source.file), sorted(unread, key=lambda bad: (bad.file, bad.reason))


def files(given: Path) -> list[Path]:
    """Return the Python files and notebooks at or below a path, in order; raise NoCode.

    A file given itself is taken whatever it is called, and a folder given itself is entered whatever it is called.
    """
    if not os.path.lexists(given):
        raise NoCode(
            f"No file or folder {given}. Give --code the folder, script or notebook whose Dask use you ask for."
        )
    if not given.is_dir():
        return [given]
    if found := sorted(_below(given)):
        return found
    skipped = "folders that hold installed or built code, such as venv, build and site-packages, are not entered"
    raise NoCode(f"No Python file (*.py) or notebook (*.ipynb) in {given}: {skipped}. Give --code another folder.")


def _below(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        here = Path(at)
        folders[:] = [each for each in folders if _entered(here / each)]
        yield from (here / name for name in names if name.endswith((".py", ".ipynb")))


def _entered(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in NOT_ENTERED:
        return False
    return not any((folder / mark).exists() for mark in INSTALLED)


def _each_once(paths: Iterator[Path]) -> list[Path]:
    """Return the paths in order, without those that lead to a file that one before them leads to."""
    once: dict[str, Path] = {}
    for path in sorted(set(paths)):
        once.setdefault(os.path.realpath(path), path)
    return list(once.values())


class _Unparsable(Exception):
    """A stretch of code that is no Python; the message says where and why."""


def _parts(path: Path) -> tuple[list[Part], list[Unread]]:
    if path.suffix == ".ipynb":
        return _cells(path)
    return [Part(_parsed(_content(path, MOST_BYTES)))], []


def _content(path: Path, most: int) -> bytes:
    """Return what a file holds; a pipe or a device, which may never end, is not opened."""
    path.stat()  # says why there is no file, which is_file does not
    if not path.is_file():
        raise _Unparsable("not a regular file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise _Unparsable(f"larger than {most // 1_000_000} MB")
    return content


def _cells(path: Path) -> tuple[list[Part], list[Unread]]:
    """Parse a notebook cell by cell: one that does not parse takes nothing from the others."""
    parts, unread = [], []
    for number, text in cells(_content(path, MOST_BYTES_OF_NOTEBOOK)):
        try:
            parts.append(Part(_parsed_cell(text), number))
        except _Unparsable as error:
            unread.append(Unread(path.as_posix(), f"cell {number}, {error}"))
    return parts, unread


def _parsed_cell(text: str) -> ast.Module:
    """Parse a cell as it is, and only if it is no plain Python without its magics."""
    try:
        return _parsed(text)
    except _Unparsable:
        return _parsed(without_magics(text))


def _parsed(code: str | bytes) -> ast.Module:
    """Parse code; bytes are decoded as PEP 263 says, with a byte order mark or without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes: the user's linter tells of those
            return ast.parse(code)
    except SyntaxError as error:
        raise _Unparsable(f"line {error.lineno or 1}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise _Unparsable("nested too deeply to be parsed") from error
    except ValueError as error:  # null bytes
        raise _Unparsable(str(error)) from error


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
