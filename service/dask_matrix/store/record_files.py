"""Read record files, which may still be growing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BATCH = 8 * 2**20
"""Bytes of a record file ingested in one transaction."""


def record_files(root: Path) -> list[Path]:
    """Return the record files below a folder, in order."""
    return sorted(root.rglob("*.jsonl"))


def lines_before(path: Path, offset: int) -> int:
    """Return how many lines a file has before an offset."""
    with path.open("rb") as file:
        return file.read(offset).count(b"\n")


def whole_lines(path: Path, start: int) -> bytes:
    """Return the complete lines of a file from offset ``start`` on, about ``BATCH`` bytes at most."""
    with path.open("rb") as file:
        file.seek(start)
        chunk = file.read(BATCH)
        while b"\n" not in chunk and (more := file.read(BATCH)):
            chunk += more
    return chunk[: chunk.rfind(b"\n") + 1]
