"""Which changes of the surface concern some code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.comparison import Turned, changes_between
from dask_matrix.domain.surface.timeline import Timeline

CONCERNING = frozenset({Turn.REMOVED, Turn.MOVED, Turn.RENAMED, Turn.DEPRECATED})
"""What a name alone decides; whether a narrowed call fits is up to its arguments."""
CONFIG = "config:"
"""Prefix of settings among the names that code uses."""


def concerning(
    timeline: Timeline, start: str, target: str, used: Mapping[str, Collection[str]]
) -> list[tuple[Turned, tuple[str, ...]]]:
    """Return the changes between two releases that names in code meet, each with the places of the code.

    ``used``: dotted name, or ``config:`` and a setting, -> places. Raises UnknownRelease.
    """
    changes = changes_between(timeline, start, target, lambda change: any(True for _ in _met(change, used)))
    return [(each, tuple(dict.fromkeys(_met(each.change, used)))) for each in changes]


def _met(change: SurfaceChange, used: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the places of the code that name what a change is about."""
    if change.turn not in CONCERNING:
        return
    if change.kind is Kind.SETTING:
        yield from used.get(f"{CONFIG}{change.name}", ())
        return
    for place in (change.name, *change.also):
        yield from used.get(place, ())
