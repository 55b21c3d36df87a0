"""The surfaces of many releases in one tree: each value with the columns where it holds.

Neighbouring releases differ in a hundredth of what they offer, so the tree of eighty is little larger than that of one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.surface.surface import Surface

MISSING = object()


@dataclass(frozen=True, order=True)
class SurfaceColumn:
    """Where a surface was observed. ``config``: settings made before the import, as ``dataframe.query-planning=False``."""

    release: Release
    python: Python
    lane: Lane
    environment: str
    config: str = ""

    @property
    def label(self) -> str:
        """Return the release, and what sets the column apart from the release's others."""
        return f"{self.release.text}{f' ({self.config})' if self.config else ''}"


class Timeline:
    """Surfaces by column, in order. ``tree`` has their shape; a leaf is a list of stretches ``[first, last, value]``."""

    def __init__(self, columns: Sequence[SurfaceColumn], tree: Mapping[str, Any]) -> None:
        self.columns = tuple(columns)
        self.tree = tree
        self.surface = cache(self._surface)

    @classmethod
    def of(cls, surfaces: Iterable[tuple[SurfaceColumn, Surface]]) -> Timeline:
        """Lay surfaces side by side; they come in the order of their columns, and only one at a time is in memory."""
        tree: dict[str, Any] = {}
        columns: list[SurfaceColumn] = []
        for index, (column, surface) in enumerate(surfaces):
            columns.append(column)
            _add(tree, surface.content, index)
        return cls(columns, tree)

    def _surface(self, index: int) -> Surface:
        """Return the surface of a column, by its place in ``columns``."""
        return Surface(_at(self.tree, index))

    def view(self, index: int) -> Surface:
        """Return the surface of a column of which only little will be asked: nothing is copied."""
        return Surface(View(self.tree, index))


class View(Mapping[str, Any]):
    """The part of a tree that holds at one column."""

    def __init__(self, tree: Mapping[str, Any], index: int) -> None:
        self._tree = tree
        self._index = index

    def __getitem__(self, name: str) -> Any:
        found = self._value(self._tree[name])
        if found is MISSING:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name, node in self._tree.items() if self._value(node) is not MISSING)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _value(self, node: Any) -> Any:
        if isinstance(node, list):
            return _of_stretches(node, self._index)
        view = View(node, self._index)
        return view if any(True for _ in view) else MISSING


def _add(tree: dict[str, Any], content: Mapping[str, Any], index: int) -> None:
    """Add what holds at a column; the columns are added in order."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            _add(tree.setdefault(name, {}), value, index)
            continue
        stretches = tree.setdefault(name, [])
        if stretches and stretches[-1][1] == index - 1 and stretches[-1][2] == value:
            stretches[-1][1] = index
        else:
            stretches.append([index, index, value])


def _at(node: Any, index: int) -> Any:
    if isinstance(node, list):
        return _of_stretches(node, index)
    found = {name: value for name, inner in node.items() if (value := _at(inner, index)) is not MISSING}
    return found or MISSING


def _of_stretches(stretches: Sequence[Sequence[Any]], index: int) -> Any:
    if len(stretches) == 1:
        first, last, value = stretches[0]
        return value if first <= index <= last else MISSING
    place = bisect_right(stretches, index, key=lambda stretch: stretch[0]) - 1
    return stretches[place][2] if place >= 0 and index <= stretches[place][1] else MISSING
