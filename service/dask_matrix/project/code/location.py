"""A location in the user's code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file or of a notebook cell; cells are counted from 1, including text cells."""

    file: str
    line: int
    cell: int | None = None

    def __str__(self) -> str:
        if self.cell is None:
            return f"{self.file}:{self.line}"
        return f"{self.file}, cell {self.cell}, line {self.line}"

    @property
    def order(self) -> tuple[str, int, int]:
        """The sort key: file, cell, line."""
        return self.file, self.cell or 0, self.line
