"""What the surface changes between two releases, of all columns on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release, find
from dask_matrix.domain.surface.aspect import UNKNOWN, aspect
from dask_matrix.domain.surface.change import BREAKING, Kind, Narrowing, SurfaceChange, Turn
from dask_matrix.domain.surface.diff import surface_diff
from dask_matrix.domain.surface.names import known_history
from dask_matrix.domain.surface.surface import Visibility
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline

CONCERNING = frozenset({Turn.REMOVED, Turn.MOVED, Turn.RENAMED, Turn.DEPRECATED})
"""What a name alone decides; whether a narrowed call fits is up to its arguments."""
CONFIG = "config:"
"""Prefix of settings among the names that code uses."""


@dataclass(frozen=True)
class Turned:
    """A change, and the neighbouring columns between which it happened."""

    change: SurfaceChange
    last_before: SurfaceColumn
    first_after: SurfaceColumn

    @property
    def between(self) -> tuple[str, str]:
        """The two neighbouring releases."""
        return self.last_before.release.text, self.first_after.release.text


@dataclass(frozen=True)
class Comparison:
    """The listed changes, and how many names are removed, moved or narrowed in all, by visibility."""

    start: SurfaceColumn
    target: SurfaceColumn
    turned: tuple[Turned, ...]
    counts: dict[Visibility, int]


def compare(timeline: Timeline, start: str, target: str, narrowing: Narrowing) -> Comparison:
    """Return what changes between two releases as released; raise UnknownRelease for one without a surface."""
    first, last, changes = _between(timeline, start, target)
    for name in narrowing.names:
        _check_known(timeline, name, changes)
    way = _way(timeline, first, last)
    listed = tuple(_turned(timeline, way, change) for change in changes if narrowing.takes(change))
    counts = Counter(each.visibility for each in changes if each.turn in BREAKING)
    return Comparison(
        timeline.columns[first], timeline.columns[last], listed, {each: counts[each] for each in Visibility}
    )


def _check_known(timeline: Timeline, name: str, changes: Iterable[SurfaceChange]) -> None:
    """Raise UnknownName for a name that no release knows: that nothing changes of it would be no answer."""
    if any(change.name == name or change.name.startswith((f"{name}.", f"{name} ")) for change in changes):
        return
    if name not in timeline.tree.get("settings", {}).get("defaults", {}):
        known_history(timeline, name)


def _between(timeline: Timeline, start: str, target: str) -> tuple[int, int, tuple[SurfaceChange, ...]]:
    """Return the columns of two releases, and all changes between them; raise UnknownRelease."""
    first, last = (release_index(timeline, text) for text in (start, target))
    return first, last, surface_diff(timeline.surface(first), timeline.surface(last))


def concerning(
    timeline: Timeline, start: str, target: str, used: Mapping[str, Collection[str]]
) -> list[tuple[Turned, tuple[str, ...]]]:
    """Return the changes between two releases that names in code meet, each with the places of the code.

    ``used``: dotted name, or ``config:`` and a setting, -> places. Raises UnknownRelease.
    """
    first, last, changes = _between(timeline, start, target)
    way = _way(timeline, first, last)
    met = ((change, tuple(dict.fromkeys(_met(change, used)))) for change in changes)
    return [(_turned(timeline, way, change), places) for change, places in met if places]


def _met(change: SurfaceChange, used: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the places of the code that name what a change is about."""
    if change.turn not in CONCERNING:
        return
    if change.kind is Kind.SETTING:
        yield from used.get(f"{CONFIG}{change.name}", ())
        return
    for place in (change.name, *change.also):
        yield from used.get(place, ())


def release_index(timeline: Timeline, text: str) -> int:
    """Return the place of the column that stands for a release: as released if it can be, on its newest Python."""
    release = find(text, {each.release for each in timeline.columns})
    return max(_of_release(timeline, release), key=lambda index: _preference(timeline.columns[index]))


def _of_release(timeline: Timeline, release: Release) -> list[int]:
    return [index for index, each in enumerate(timeline.columns) if each.release == release]


def _preference(column: SurfaceColumn) -> tuple[bool, bool, Python]:
    return not column.config, column.lane is Lane.AS_RELEASED, column.python


def _way(timeline: Timeline, first: int, last: int) -> list[int]:
    """Return the columns from one to another, one for each release, in the order in which they are passed."""
    low, high = sorted((first, last))
    releases = {each.release for each in timeline.columns[low : high + 1]}
    between = [release_index(timeline, each.text) for each in sorted(releases)]
    inner = [index for index in between if low < index < high]
    return [first, *(inner if first < last else reversed(inner)), last]


def _turned(timeline: Timeline, way: Sequence[int], change: SurfaceChange) -> Turned:
    """Find where on the way a change happened: the last column that differs from the end in what the change is about."""
    values = [(index, aspect(timeline.view(index), change)) for index in way]
    known = [(index, value) for index, value in values if value is not UNKNOWN] or values
    at_end = known[-1][1]
    place = max((place for place, (_, value) in enumerate(known[:-1]) if value != at_end), default=0)
    return Turned(change, timeline.columns[known[place][0]], timeline.columns[known[min(place + 1, len(known) - 1)][0]])
