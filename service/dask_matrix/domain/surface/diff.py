"""Compare two surfaces: what is gone, what moved, which calls no longer fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from dask_matrix.domain.surface import commands, requirements, servers, settings
from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.members import member_changes
from dask_matrix.domain.surface.moves import Moves
from dask_matrix.domain.surface.signature_changes import signature_changes
from dask_matrix.domain.surface.surface import Surface, Visibility, best, project_of


def surface_diff(before: Surface, after: Surface) -> tuple[SurfaceChange, ...]:
    """Return all that changes from one surface to another, the most public first.

    A name in a module that one side could not import is unknown there, neither gone nor new.
    """
    found = [
        *name_changes(before, after),
        *settings.changes(before, after),
        *commands.changes(before, after),
        *requirements.changes(before, after),
        *servers.changes(before, after),
    ]
    return tuple(sorted(found, key=lambda change: change.order))


def name_changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return what changes of modules, functions, classes and their members."""
    moves = Moves(before, after)
    yield from _gone(before, after, moves)
    yield from _new(before, after, moves)
    for (old, new), places in _changed(before, after).items():
        named = best(after, places)
        yield from _of_object(before, after, old, new, named)


def _gone(before: Surface, after: Surface, moves: Moves) -> Iterator[SurfaceChange]:
    lost = [place for place in before.places.keys() - after.places.keys() if not _unknown_in(after, place)]
    for home, places in _by_home(before, lost).items():
        first, *others = best(before, places)
        target = moves.target(first, home)
        yield SurfaceChange(
            Turn.MOVED if target else Turn.REMOVED,
            Kind(before.kind(home)),
            first,
            project_of(first),
            before.visibility(first),
            before=before.objects.get(home, {}).get("signature"),
            after=target,
            also=tuple(others),
        )


def _new(before: Surface, after: Surface, moves: Moves) -> Iterator[SurfaceChange]:
    gained = [place for place in after.places.keys() - before.places.keys() if not _unknown_in(before, place)]
    for home, places in _by_home(after, gained).items():
        first, *others = best(after, places)
        visibility = after.visibility(first)
        if visibility in (Visibility.DOCUMENTED, Visibility.PUBLIC) and not moves.is_target(first):
            signature = after.objects.get(home, {}).get("signature")
            kind = Kind(after.kind(home))
            yield SurfaceChange(
                Turn.ADDED, kind, first, project_of(first), visibility, after=signature, also=tuple(others)
            )


def _changed(before: Surface, after: Surface) -> dict[tuple[str, str], list[str]]:
    """Return the homes before and after of what can be imported from the same place on both sides and is not the same."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    same = _unchanged(before, after)
    for place, old in before.places.items():
        new = after.places.get(place)
        if new is not None and not (old == new and old in same) and project_of(old):
            found[old, new].append(place)
    return found


def _unchanged(before: Surface, after: Surface) -> set[str]:
    """Return the homes whose object is the same on both sides; a class only if all that it inherits from is."""
    equal = {home for home, told in before.objects.items() if after.objects.get(home) == told}
    foreign = {
        name for name, names in before.part("foreign").items() if after.part("foreign").get(name, names) == names
    }
    calm = equal | foreign
    return {home for home in equal if calm.issuperset(before.objects[home].get("mro") or ())}


def _of_object(before: Surface, after: Surface, old: str, new: str, places: list[str]) -> Iterator[SurfaceChange]:
    first, *others = places
    visibility = before.visibility(first)
    told, then = before.objects.get(old, {}), after.objects.get(new, {})
    kind, project = Kind(after.kind(new)), project_of(first)
    now_deprecated = after.deprecation(first, new)
    if now_deprecated and not before.deprecation(first, old):
        yield SurfaceChange(
            Turn.DEPRECATED, kind, first, project, visibility, detail=now_deprecated, also=tuple(others)
        )
    if not told or not then:
        return
    if told["kind"] == then["kind"]:
        signatures = told.get("signature"), then.get("signature")
        yield from signature_changes(*signatures, kind, first, visibility, tuple(others))
    elif told["kind"] != "data":
        detail = f"was a {told['kind']}, is {then['kind'] if then['kind'] == 'data' else 'a ' + then['kind']}"
        yield SurfaceChange(Turn.NARROWED, kind, first, project, visibility, detail=detail, also=tuple(others))
    if told["kind"] == then["kind"] == "class":
        yield from member_changes(before, after, old, new, first)


def _by_home(surface: Surface, places: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for place in places:
        found[surface.places[place]].append(place)
    return found


def _unknown_in(surface: Surface, place: str) -> bool:
    """Whether a place lies in a module that could not be imported, so that nothing is known of it."""
    parts = place.split(".")
    heads = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(head in surface.unknown and "moved" not in surface.modules[head]["unknown"] for head in heads)
