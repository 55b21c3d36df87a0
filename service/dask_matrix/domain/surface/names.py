"""The history of one name: since when, until when, with which signatures, and where it moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.surface.members import FOREIGN, member_kind, member_signature
from dask_matrix.domain.surface.moves import Moves
from dask_matrix.domain.surface.surface import Surface, Visibility, is_private
from dask_matrix.domain.surface.timeline import MISSING, SurfaceColumn, Timeline

LONGEST = 300
"""Characters of a dotted name."""


@dataclass(frozen=True)
class Name:
    """What a dotted name is in one environment. ``home``: where the object is at home; ``signature`` None if unknown."""

    kind: str
    home: str
    visibility: Visibility
    signature: str | None = None
    deprecated: str = ""


@dataclass(frozen=True)
class Unknown:
    """Nothing is known of a dotted name, since its module could not be imported; ``reason`` says why."""

    reason: str


@dataclass(frozen=True)
class Stretch:
    """Neighbouring columns where a name is the same; ``name`` is None where there is none."""

    columns: tuple[SurfaceColumn, ...]
    name: Name | Unknown | None


@dataclass(frozen=True)
class NameHistory:
    """A name over all columns. ``moved``: where it is now importable from, if it is gone and that is known."""

    dotted: str
    stretches: tuple[Stretch, ...]
    moved: str | None = None


def look_up(surface: Surface, dotted: str) -> Name | Unknown | None:
    """Return what a dotted name is: a module, a name of one, or a member of a class; None if there is no such name."""
    parts = dotted.split(".")
    parent, _, last = dotted.rpartition(".")
    if surface.home(dotted) not in (None, dotted):  # as dask.delayed, a function in the place of its module
        return _in_module(surface, parent, [last])
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        told = surface.modules.get(module)
        if told is None:
            continue
        if "unknown" in told:
            return Unknown(told["unknown"]["exception"])
        return _in_module(surface, module, parts[count:])
    return None


def _in_module(surface: Surface, module: str, rest: list[str]) -> Name | Unknown | None:
    if not rest:
        visibility = Visibility.PRIVATE if is_private(module) else Visibility.PUBLIC
        return Name("module", module, visibility)
    place = f"{module}.{rest[0]}"
    home = surface.home(place)
    if home is None:
        return None
    if len(rest) == 1:
        return _object(surface, place, home)
    if home in surface.modules:
        return look_up(surface, ".".join([home, *rest[1:]]))
    return _member(surface, place, home, rest[1])


def _object(surface: Surface, place: str, home: str) -> Name:
    signature = surface.objects.get(home, {}).get("signature")
    return Name(surface.kind(home), home, surface.visibility(place), signature, surface.deprecation(place, home))


def _member(surface: Surface, place: str, home: str, name: str) -> Name | None:
    text = surface.members(home).get(name)
    if text is None:
        return None
    visibility = Visibility.PRIVATE if is_private(name) else surface.visibility(place)
    if text == FOREIGN:
        return Name("attribute", f"{home}.{name}", visibility)
    told = surface.objects.get(home, {}).get("deprecated_members", {})
    return Name(member_kind(text), f"{home}.{name}", visibility, member_signature(text), told.get(name, ""))


def history(timeline: Timeline, dotted: str) -> NameHistory | None:
    """Return the history of a name; None if no column has it.

    The releases as they were released come first; then, for another lane or other settings, those of its columns where
    the name is not the same as in the release itself.
    """
    found = [(column, look_up(timeline.view(index), dotted)) for index, column in enumerate(timeline.columns)]
    if not any(isinstance(name, Name) for _, name in found):
        return None
    main = {column.release: _told(name) for column, name in found if column.is_main}
    shown = [each for each in found if each[0].is_main or _told(each[1]) != main.get(each[0].release, MISSING)]
    shown.sort(key=lambda each: (not each[0].is_main, each[0].lane, each[0].config))
    groups = [
        list(group) for _, group in groupby(shown, key=lambda each: (each[0].lane, each[0].config, _told(each[1])))
    ]
    stretches = tuple(Stretch(tuple(column for column, _ in group), group[-1][1]) for group in groups)
    return NameHistory(dotted, stretches, _moved(timeline, dotted, [name for _, name in found]))


def known_history(timeline: Timeline, dotted: str) -> NameHistory:
    """Return the history of a name; raise UnknownName, with the nearest ones, if no column has it."""
    if len(dotted) > LONGEST:
        raise UnknownName("name", f"{dotted[:LONGEST]}…", [])
    found = history(timeline, dotted)
    if found is None:
        raise UnknownName("name", dotted, nearest(timeline, dotted))
    return found


def _told(name: Name | Unknown | None) -> Name | Unknown | None:
    """What a stretch tells of a name: where its object is at home may change without anybody noticing."""
    return replace(name, home="") if isinstance(name, Name) else name


def _moved(timeline: Timeline, dotted: str, names: list[Name | Unknown | None]) -> str | None:
    """Where a name went that the newest column lacks, by comparing the columns on both sides of its end."""
    main = [(index, names[index]) for index, column in enumerate(timeline.columns) if column.is_main]
    there = [place for place, (_, name) in enumerate(main) if isinstance(name, Name)]
    if not there or there[-1] + 1 >= len(main):
        return None
    (last, name), (first, after) = main[there[-1]], main[there[-1] + 1]
    if after is not None or not isinstance(name, Name):
        return None
    return Moves(timeline.surface(last), timeline.surface(first)).target(dotted, name.home)


def nearest(timeline: Timeline, dotted: str, many: int = 5) -> list[str]:
    """Return known names like an unknown one: those that end alike first, from the newest column."""
    leaf = dotted.rpartition(".")[2]
    places = sorted(set(_all_places(timeline)), key=lambda place: (place.count("."), place))
    alike = [place for place in places if place.rpartition(".")[2].lower() == leaf.lower()]
    return alike[:many] or [place for place in places if leaf.lower() in place.lower()][:many]


def _all_places(timeline: Timeline) -> Iterator[str]:
    for module, told in timeline.tree.get("modules", {}).items():
        yield module
        names = told.get("names") if isinstance(told, dict) else None
        yield from (f"{module}.{name}" for name in names or () if isinstance(names, dict) and not name.startswith("_"))
