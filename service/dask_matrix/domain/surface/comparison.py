"""What the surface changes between two releases, of all columns on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release, find
from dask_matrix.domain.surface.change import NEW, Kind, Narrowing, SurfaceChange
from dask_matrix.domain.surface.diff import surface_diff
from dask_matrix.domain.surface.names import Name, look_up
from dask_matrix.domain.surface.surface import Surface, Visibility
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline


@dataclass(frozen=True)
class Turned:
    """A change, and the neighbouring columns between which it happened."""

    change: SurfaceChange
    last_before: SurfaceColumn
    first_after: SurfaceColumn


@dataclass(frozen=True)
class Comparison:
    """The listed changes, and how many there are in all by visibility."""

    start: SurfaceColumn
    target: SurfaceColumn
    turned: tuple[Turned, ...]
    counts: dict[Visibility, int]


def compare(timeline: Timeline, start: str, target: str, narrowing: Narrowing) -> Comparison:
    """Return what changes between two releases as released; raise UnknownRelease for one without a surface."""
    first, last = (release_index(timeline, text) for text in (start, target))
    changes = surface_diff(timeline.surface(first), timeline.surface(last))
    way = _way(timeline, first, last)
    listed = tuple(_turned(timeline, way, change) for change in changes if narrowing.takes(change))
    counts = Counter(each.visibility for each in changes if each.turn not in NEW)
    return Comparison(
        timeline.columns[first], timeline.columns[last], listed, {each: counts[each] for each in Visibility}
    )


def changes_between(
    timeline: Timeline, start: str, target: str, wanted: Callable[[SurfaceChange], bool]
) -> list[Turned]:
    """Return the changes between two releases that are ``wanted``; raise UnknownRelease for one without a surface."""
    first, last = (release_index(timeline, text) for text in (start, target))
    way = _way(timeline, first, last)
    changes = surface_diff(timeline.surface(first), timeline.surface(last))
    return [_turned(timeline, way, change) for change in changes if wanted(change)]


def release_index(timeline: Timeline, text: str) -> int:
    """Return the place of the column that stands for a release: as released if it can be, on its newest Python."""
    release = find(text, {each.release for each in timeline.columns})
    return max(_of_release(timeline, release), key=lambda index: _preference(timeline.columns[index]))


def _of_release(timeline: Timeline, release: Release) -> list[int]:
    return [index for index, each in enumerate(timeline.columns) if each.release == release]


def _preference(column: SurfaceColumn) -> tuple[bool, bool, Any]:
    return not column.config, column.lane is Lane.AS_RELEASED, column.python


def _way(timeline: Timeline, first: int, last: int) -> list[int]:
    """Return the columns from one to another, one for each release, in the order in which they are passed."""
    low, high = sorted((first, last))
    releases = {each.release for each in timeline.columns[low : high + 1]}
    between = [release_index(timeline, each.text) for each in sorted(releases)]
    inner = [index for index in between if low < index < high]
    return [first, *(inner if first < last else reversed(inner)), last]


def _turned(timeline: Timeline, way: Sequence[int], change: SurfaceChange) -> Turned:
    """Find where on the way a change happened: the first column that differs from the one before."""
    values = ((index, _value(timeline.view(index), change)) for index in way)
    previous, at_first = next(values)
    for index, value in values:
        if value != at_first:
            return Turned(change, timeline.columns[previous], timeline.columns[index])
        previous = index
    return Turned(change, timeline.columns[way[0]], timeline.columns[way[-1]])


def _value(surface: Surface, change: SurfaceChange) -> Any:
    """Return what a change is about, as it is on one surface."""
    if change.kind is Kind.SETTING:
        return surface.part("settings").get("defaults", {}).get(change.name, {}).get("value", "missing")
    if change.kind in (Kind.REQUIREMENT, Kind.PYTHON):
        told = surface.part("distributions").get(change.project, {})
        return told.get("requires_python" if change.kind is Kind.PYTHON else "requires")
    if change.kind in (Kind.COMMAND, Kind.OPTION):
        return _command(surface, change.name.split(" "))
    if change.kind in (Kind.ROUTE, Kind.METRIC, Kind.HANDLER):
        return _of_server(surface, *change.name.split(" ", 1))
    name = look_up(surface, change.name)
    return replace(name, home="") if isinstance(name, Name) else name


def _command(surface: Surface, words: Iterable[str]) -> Any:
    node: Any = {"commands": surface.part("commands")}
    for word in words:
        options = {each: told for names, told in node.get("options", {}).items() for each in names.split("/")}
        node = node.get("commands", {}).get(word, options.get(word))
        if node is None:
            return None
    return sorted(node) or "there"


def _of_server(surface: Surface, server: str, name: str) -> Any:
    told = surface.part("servers").get(server, {})
    handlers = told.get("handlers", {}).get(name, told.get("stream_handlers", {}).get(name))
    return handlers, name in told.get("routes", ()), name in told.get("metrics", {}).get("names", ())
