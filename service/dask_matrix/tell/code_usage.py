"""What the asker's code uses of Dask, beside the answer to what breaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Code:
    """The dotted names that code uses, each with its places such as ``src/a.py:12``; which of them scenarios cover.

    ``unread`` are the files that could not be read.
    """

    used: Mapping[str, tuple[str, ...]]
    covered: frozenset[str]
    unread: tuple[str, ...] = ()

    @property
    def uncovered(self) -> dict[str, tuple[str, ...]]:
        """The names that no scenario covers, with their places."""
        return {name: places for name, places in sorted(self.used.items()) if name not in self.covered}
