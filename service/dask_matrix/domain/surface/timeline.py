"""The surfaces of many releases in one tree: each value with the columns where it holds.

Neighbouring releases differ in a hundredth of what they offer, so the tree of eighty is little larger than that of one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.surface.surface import Surface

KEPT = 8
"""Whole surfaces kept in memory: each takes some megabytes."""
MISSING = object()
LEAF = "\0"
"""Name of a node's own stretches, where it is an object in some columns and something else, or empty, in others."""


@dataclass(frozen=True, order=True)
class SurfaceColumn:
    """Where a surface was observed. ``config``: settings made before the import, as ``dataframe.query-planning=False``."""

    release: Release
    python: Python
    lane: Lane
    environment: str
    config: str = ""

    @property
    def is_main(self) -> bool:
        """Whether it is the release as it was released, with the settings as they are."""
        return self.lane is Lane.AS_RELEASED and not self.config

    @property
    def label(self) -> str:
        """Return the release, and what sets the column apart from the release's others."""
        other = [each for each in ("" if self.lane is Lane.AS_RELEASED else self.lane.value, self.config) if each]
        return self.release.text + (f" ({', '.join(other)})" if other else "")


class Timeline:
    """Surfaces by column, in order. ``tree`` has their shape; a leaf is a list of stretches ``[first, last, value]``."""

    def __init__(self, columns: Sequence[SurfaceColumn], tree: Mapping[str, Any]) -> None:
        self.columns = tuple(columns)
        self.tree = tree
        self.surface = lru_cache(KEPT)(self._surface)

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
        found = _at(self.tree, index)
        return Surface({} if found is MISSING else found)

    def view(self, index: int) -> Surface:
        """Return the surface of a column of which only little will be asked: nothing is copied."""
        return Surface(View(self.tree, index))


class View(Mapping[str, Any]):
    """The part of a tree that holds at one column."""

    def __init__(self, tree: Mapping[str, Any], index: int) -> None:
        self._tree = tree
        self._index = index

    def __getitem__(self, name: str) -> Any:
        if name == LEAF:
            raise KeyError(name)
        found = self._value(self._tree[name])
        if found is MISSING:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name, node in self._tree.items() if name != LEAF and self._value(node) is not MISSING)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _value(self, node: Any) -> Any:
        leaf = _leaf(node, self._index)
        if leaf is not MISSING or isinstance(node, list):
            return leaf
        view = View(node, self._index)
        return view if any(True for _ in view) else MISSING


def _add(tree: dict[str, Any], content: Mapping[str, Any], index: int) -> None:
    """Add what holds at a column; the columns are added in order."""
    for name, value in content.items():
        node = tree.get(name)
        if isinstance(value, Mapping) and value:
            inner = {LEAF: node} if isinstance(node, list) else node or {}
            tree[name] = inner
            _add(inner, value, index)
        elif isinstance(node, dict):
            _add_leaf(node.setdefault(LEAF, []), value, index)
        else:
            _add_leaf(tree.setdefault(name, []), value, index)


def _add_leaf(stretches: list[list[Any]], value: Any, index: int) -> None:
    if stretches and stretches[-1][1] == index - 1 and stretches[-1][2] == value:
        stretches[-1][1] = index
    else:
        stretches.append([index, index, value])


def _at(node: Any, index: int) -> Any:
    leaf = _leaf(node, index)
    if leaf is not MISSING or isinstance(node, list):
        return leaf
    inner = ((name, _at(each, index)) for name, each in node.items() if name != LEAF)
    return {name: value for name, value in inner if value is not MISSING} or MISSING


def _leaf(node: Any, index: int) -> Any:
    """Return the value of a node itself at a column, MISSING if it has none there."""
    stretches = node if isinstance(node, list) else node.get(LEAF, ())
    if len(stretches) == 1:
        first, last, value = stretches[0]
        return value if first <= index <= last else MISSING
    place = bisect_right(stretches, index, key=lambda stretch: stretch[0]) - 1
    return stretches[place][2] if place >= 0 and index <= stretches[place][1] else MISSING
