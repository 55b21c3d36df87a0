"""Find and parse the Python files and notebooks below some paths; nothing is imported or executed.

Links to files are followed, links to folders are not, so that a cycle of links ends; a file that has two paths is
read once.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.project.code.notebooks import MAGICS, BadNotebook, cells, without_line_magics, without_magics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SKIPPED_FOLDERS = frozenset({
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
"""Folders whose code is not the user's own; those whose name starts with a dot are skipped too."""
ENVIRONMENT_MARKERS = ("pyvenv.cfg", "conda-meta")
"""Files and folders that mark a virtual environment, whatever its name."""
MAX_FILE_BYTES = 8_000_000
"""A Python file larger than this is data, not code; parsing it would take gigabytes."""
MAX_NOTEBOOK_BYTES = 100_000_000
"""Larger than for a Python file: a notebook contains the images that its cells drew."""


IMPORTS = re.compile(rb"^[ \t]*(?:import|from)[ \t][^#\n]*\b(?:dask|distributed|dask_expr)\b", re.MULTILINE)
"""An import of Dask in code that cannot be parsed."""
NEWER = {
    r"type\s+\w+\s*(\[.*\])?\s*=": (3, 12),
    r"(async\s+)?(def|class)\s+\w+\s*\[": (3, 12),
    r".*\bt[\"']": (3, 14),
}
"""Pattern of a line -> the first Python with this syntax, of those newer than the oldest that dask-matrix runs on."""
FORMATTED = (3, 12)
"""The first Python with any expression in an f-string."""


class NoCode(DaskMatrixError):
    """A --code path does not exist, or contains no Python file and no notebook."""


@dataclass(frozen=True)
class Unread:
    """A file, or a part of one, that could not be parsed, why, and whether it imports Dask; reported, never fatal."""

    file: str
    reason: str
    imports_dask: bool = False


@dataclass(frozen=True)
class Part:
    """The syntax tree of a Python file, or of one notebook cell, counted from 1 over all cells."""

    tree: ast.Module
    cell: int | None = None


@dataclass(frozen=True)
class Source:
    """A parsed file; ``file`` is its path as the user gave it, with forward slashes."""

    file: str
    path: Path
    parts: tuple[Part, ...]


def read(paths: Sequence[Path]) -> tuple[list[Source], list[Unread]]:
    """Parse every Python file and notebook at or below the paths; raise NoCode if a path has none."""
    sources, unread = [], []
    for path in _unique_files(found for given in paths for found in files(given)):
        try:
            parts, bad = _parts(path)
        except (OSError, BadNotebook, _Unparsable) as error:
            unread.append(Unread(path.as_posix(), _reason(error), _imports_dask(path)))
            continue
        sources.append(Source(path.as_posix(), path, tuple(parts)))
        unread += bad
    return sorted(sources, key=lambda source: source.file), sorted(unread, key=lambda bad: (bad.file, bad.reason))


def files(given: Path) -> list[Path]:
    """Return the Python files and notebooks at or below a path, in order; raise NoCode.

    A file or folder that is given directly is read whatever its name.
    """
    if not os.path.lexists(given):
        raise NoCode(f"{given}: no such file or folder. Use --code with a folder, a Python file or a notebook.")
    if not given.is_dir():
        return [given]
    if found := sorted(_below(given)):
        return found
    skipped = "folders of installed or built code such as venv, build and site-packages are skipped"
    raise NoCode(f"No Python file (*.py) or notebook (*.ipynb) in {given}: {skipped}. Use --code with another folder.")


def _below(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        here = Path(at)
        folders[:] = [each for each in folders if _is_searched(here / each)]
        yield from (here / name for name in names if name.endswith((".py", ".ipynb")))


def _is_searched(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in SKIPPED_FOLDERS:
        return False
    return not any((folder / mark).exists() for mark in ENVIRONMENT_MARKERS)


def _unique_files(paths: Iterator[Path]) -> list[Path]:
    """Return the paths in order, without those that resolve to the same file as an earlier one."""
    once: dict[str, Path] = {}
    for path in sorted(set(paths)):
        once.setdefault(os.path.realpath(path), path)
    return list(once.values())


class _Unparsable(Exception):
    """Code that is not valid Python; the message says where and why."""


def _parts(path: Path) -> tuple[list[Part], list[Unread]]:
    if path.suffix == ".ipynb":
        return _cells(path)
    return [Part(_module(_content(path, MAX_FILE_BYTES)))], []


def _module(content: bytes) -> ast.Module:
    """Parse a Python file unchanged, or without the magics that IPython's %run allows if that is not valid Python."""
    try:
        return _parsed(content)
    except _Unparsable:
        text = _decoded(content)
        if text is None or not MAGICS.search(text):
            raise
    return _parsed(without_line_magics(text))


def _decoded(content: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None


def _imports_dask(path: Path) -> bool:
    try:
        return bool(IMPORTS.search(_content(path, MAX_FILE_BYTES)))
    except (OSError, _Unparsable):
        return False


def _content(path: Path, limit: int) -> bytes:
    """Return the content of a file; a pipe or a device, which may never end, is not opened."""
    path.stat()  # raises with the reason, unlike is_file
    if not path.is_file():
        raise _Unparsable("not a regular file")
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _Unparsable(f"larger than {limit // 1_000_000} MB")
    return content


def _cells(path: Path) -> tuple[list[Part], list[Unread]]:
    """Parse a notebook cell by cell: an invalid cell does not affect the others."""
    parts, unread = [], []
    for number, text in cells(_content(path, MAX_NOTEBOOK_BYTES)):
        try:
            parts.append(Part(_parsed_cell(text), number))
        except _Unparsable as error:
            unread.append(Unread(path.as_posix(), f"cell {number}, {error}", bool(IMPORTS.search(text.encode()))))
    return parts, unread


def _parsed_cell(text: str) -> ast.Module:
    """Parse a cell unchanged, or without its magics if that is not valid Python."""
    try:
        return _parsed(text)
    except _Unparsable:
        return _parsed(without_magics(text))


def _parsed(code: str | bytes) -> ast.Module:
    """Parse code; bytes are decoded as PEP 263 says, with a byte order mark or without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are for the user's linter to report
            return ast.parse(code)
    except SyntaxError as error:
        raise _Unparsable(f"line {error.lineno or 1}: {_newer(error) or error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise _Unparsable("nested too deeply to be parsed") from error
    except ValueError as error:  # null bytes
        raise _Unparsable(str(error)) from error


def _newer(error: SyntaxError) -> str:
    """Return which newer Python code was written for, by the line of its first error; empty if it is for none."""
    line = (error.text or "").strip()
    needed = next((version for pattern, version in NEWER.items() if re.match(pattern, line)), (0, 0))
    if error.msg.startswith("f-string"):
        needed = FORMATTED
    if needed <= sys.version_info[:2]:
        return ""
    newer, running = (f"{major}.{minor}" for major, minor in (needed, sys.version_info[:2]))
    return f"written for Python {newer} or newer, but dask-matrix runs on {running}; run it with {newer} or newer"


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
