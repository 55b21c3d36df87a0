"""Where in a user's code something stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, or of a notebook's cell: the cells are counted from 1, those of text too."""

    file: str
    line: int
    cell: int | None = None

    def __str__(self) -> str:
        if self.cell is None:
            return f"{self.file}:{self.line}"
        return f"{self.file}, cell {self.cell}, line {self.line}"

    @property
    def order(self) -> tuple[str, int, int]:
        """What places are sorted by: within a notebook, cell by cell."""
        return self.file, self.cell or 0, self.line
