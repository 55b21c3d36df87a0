"""Read the tables that ``pip list``, ``uv pip list`` and ``conda list`` print, kept as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.conda import listing
from dask_matrix.project.locks.entries import Entry, Listing, location

if TYPE_CHECKING:
    from pathlib import Path

OF_CONDA = re.compile(r"^#\s+Name\s+Version\s+Build\b", re.MULTILINE)
"""The heading of ``conda list``."""
OF_PIP = re.compile(r"^Package\s+Version\b.*\n-+ -+", re.MULTILINE)
"""The heading of ``pip list`` and ``uv pip list``, which name the folder of an editable package in a third column."""
ROW = re.compile(r"([A-Za-z0-9][\w.-]*)\s+(\d\S*)(?:\s+(.*\S))?\s*")


def conda_table(path: Path, text: str) -> Listing:
    """Return the packages in the output of ``conda list``."""
    return listing(entry for entry, _ in _rows(path, text))


def pip_table(path: Path, text: str) -> Listing:
    """Return the packages in the output of ``pip list``; one with a folder of its own is editable."""
    return Listing(
        tuple(
            Entry(entry.name, entry.version, entry.where, origin=f"editable {without_secrets(rest)}" if rest else "")
            for entry, rest in _rows(path, text)
        )
    )


def _rows(path: Path, text: str) -> list[tuple[Entry, str]]:
    """Return the package of each row, and what stands after its version."""
    found = ((number, ROW.fullmatch(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [
        (Entry(canonicalize_name(row[1]), row[2], location(path, number)), row[3] or "") for number, row in found if row
    ]
