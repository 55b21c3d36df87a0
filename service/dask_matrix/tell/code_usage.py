"""The Dask API that the user's code uses, and which of it scenarios cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class CodeCoverage:
    """The dotted names that code uses, with places such as ``src/a.py:12``, and which of them scenarios cover.

    ``unread`` are the files that could not be read.
    """

    used: Mapping[str, tuple[str, ...]]
    covered: frozenset[str]
    unread: tuple[str, ...] = ()

    @property
    def uncovered(self) -> dict[str, tuple[str, ...]]:
        """The names that no scenario covers, with their places."""
        return {name: places for name, places in sorted(self.used.items()) if name not in self.covered}
