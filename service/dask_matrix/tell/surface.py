"""Comparisons and histories of the API surface in the words of a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.comparison import Comparison, Turned
from dask_matrix.domain.surface.names import Name, NameHistory, Stretch, Unknown
from dask_matrix.domain.surface.surface import Visibility

TITLES = {
    Turn.REMOVED: "Removed",
    Turn.MOVED: "Moved",
    Turn.NARROWED: "Calls that no longer fit",
    Turn.RENAMED: "Renamed",
    Turn.DEPRECATED: "Newly deprecated",
    Turn.DEFAULT_CHANGED: "Defaults changed",
    Turn.RAISED: "Requirements raised",
    Turn.CAPPED: "Requirements capped",
    Turn.ADDED: "Added",
    Turn.WIDENED: "Calls that are new",
    Turn.LOOSENED: "Requirements loosened",
}
"""The sections of a comparison, in their order."""


def told_comparison(comparison: Comparison) -> str:
    """Return the listed changes by what happened, the most public first, and how many are not listed.

    Names in a module that is gone as a whole are told with it.
    """
    start, target = comparison.start.label, comparison.target.label
    if not comparison.turned:
        return f"Nothing that was asked for changes from {start} to {target}.\n{_counted(comparison)}"
    order = list(TITLES)
    gone = {each.change.name for each in comparison.turned if _is_gone_module(each.change)}
    shown = [each for each in comparison.turned if not _is_below(each.change, gone)]
    shown.sort(key=lambda each: (order.index(each.change.turn), each.change.order))
    below = Counter(_module_of(each.change, gone) for each in comparison.turned if _is_below(each.change, gone))
    sections = (
        "\n".join([f"{TITLES[turn]}:", *(_told(each, below[each.change.name]) for each in group)])
        for turn, group in groupby(shown, key=lambda each: each.change.turn)
    )
    return "\n\n".join([f"The API surface from {start} to {target}", *sections, _counted(comparison)])


def _is_gone_module(change: SurfaceChange) -> bool:
    return change.kind is Kind.MODULE and change.turn is Turn.REMOVED


def _is_below(change: SurfaceChange, gone: set[str]) -> bool:
    return change.turn is Turn.REMOVED and _module_of(change, gone) != ""


def _module_of(change: SurfaceChange, gone: set[str]) -> str:
    """The outermost module that is gone and has the name of a change in it, empty if there is none."""
    parts = change.name.split(".")
    heads = (".".join(parts[:count]) for count in range(1, len(parts)))
    return next((head for head in heads if head in gone), "")


def told_history(history: NameHistory) -> str:
    """Return a name's stretches, one a line, and where it went if it is gone."""
    lines = [history.dotted, *(f"  {_stretch(each)}" for each in history.stretches)]
    return "\n".join([*lines, *([f"  It is now {history.moved}."] if history.moved else [])])


def _counted(comparison: Comparison) -> str:
    counts = comparison.counts
    private, accidental = counts[Visibility.PRIVATE], counts[Visibility.ACCIDENTAL]
    return (
        f"Removed, moved or narrowed in all: {counts[Visibility.DOCUMENTED]} documented and {counts[Visibility.PUBLIC]} other "
        f"public names; {private} private names and {accidental} imported helpers (--private lists these)."
    )


def _told(turned: Turned, below: int = 0) -> str:
    change = turned.change
    head = f"  {change.name}  ({change.kind}, {change.visibility}; {' → '.join(turned.between)})"
    return "\n".join([head, *_details(change), *([f"    with {below} names in it"] if below else [])])


def _details(change: SurfaceChange) -> Iterator[str]:
    if change.turn is Turn.MOVED or change.turn is Turn.RENAMED:
        yield f"    now {change.after}"
    elif change.detail:
        yield f"    {change.detail}"
    elif change.kind in (Kind.SETTING, Kind.REQUIREMENT, Kind.PYTHON, Kind.OPTION) and change.turn is not Turn.REMOVED:
        yield f"    {change.before or 'none'} → {change.after or 'none'}"
    if change.also:
        yield f"    also {_listed(change.also)}"


def _listed(places: Iterable[str], most: int = 3) -> str:
    first, rest = list(places)[:most], len(list(places)) - most
    return ", ".join(first) + (f" and {rest} more places" if rest > 0 else "")


def _stretch(stretch: Stretch) -> str:
    first, last = stretch.columns[0].label, stretch.columns[-1].label
    where = first if first == last else f"{first} to {last}"
    return f"{where}: {_name(stretch.name)}"


def _name(name: Name | Unknown | None) -> str:
    if name is None:
        return "no such name"
    if isinstance(name, Unknown):
        return f"unknown ({name.reason})"
    deprecated = f", deprecated: {name.deprecated}" if name.deprecated else ""
    return f"{name.visibility} {name.kind} {name.signature or ''}".rstrip() + deprecated
