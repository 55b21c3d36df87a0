"""Compare the members of a class, inherited ones included, as its users call them."""

from __future__ import annotations

from collections.abc import Iterator

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.signature_changes import signature_changes
from dask_matrix.domain.surface.surface import RANK, Surface, Visibility, is_private, project_of

FOREIGN = "foreign"
CONSTRUCTORS = frozenset({"__init__", "__new__"})
"""Left out: the class's own signature tells them."""
_WORDS = {"static": Kind.FUNCTION, "class": Kind.METHOD, "property": Kind.PROPERTY, "attribute": Kind.ATTRIBUTE}


def member_changes(before: Surface, after: Surface, old: str, new: str, place: str) -> Iterator[SurfaceChange]:
    """Return what changes of the members of a class whose home was ``old`` and is ``new``, named below ``place``."""
    was, now = before.members(old), after.members(new)
    visibility = before.visibility(place)
    for name in was.keys() - now.keys() - CONSTRUCTORS:
        if was[name] != FOREIGN:
            yield _gone_or_new(Turn.REMOVED, place, name, was[name], visibility)
    for name in now.keys() - was.keys() - CONSTRUCTORS:
        if now[name] != FOREIGN and not is_private(name):
            yield _gone_or_new(Turn.ADDED, place, name, now[name], visibility)
    for name in [each for each, text in was.items() if now.get(each, text) != text and each not in CONSTRUCTORS]:
        yield from _changed(was[name], now[name], f"{place}.{name}", _seen(name, visibility))
    yield from _deprecated(before, after, (old, new), place, visibility)


def member_kind(text: str) -> Kind:
    """Return the kind of a member from its text."""
    return Kind.METHOD if text.startswith(("(", "method")) else _WORDS[text.partition(" ")[0]]


def member_signature(text: str) -> str | None:
    """Return the signature in a member's text, if it has one."""
    at = text.find("(")
    return text[at:] if at >= 0 else None


def _gone_or_new(turn: Turn, place: str, name: str, text: str, visibility: Visibility) -> SurfaceChange:
    before, after = (text, None) if turn is Turn.REMOVED else (None, text)
    dotted, seen = f"{place}.{name}", _seen(name, visibility)
    return SurfaceChange(turn, member_kind(text), dotted, project_of(place), seen, before, after)


def _changed(before: str, after: str, dotted: str, visibility: Visibility) -> Iterator[SurfaceChange]:
    if FOREIGN in (before, after):
        return
    kind = member_kind(before)
    if kind is member_kind(after):
        yield from signature_changes(member_signature(before), member_signature(after), kind, dotted, visibility)
    elif Kind.METHOD in (kind, member_kind(after)):
        detail = f"was a {kind}, is a {member_kind(after)}"
        yield SurfaceChange(Turn.NARROWED, kind, dotted, project_of(dotted), visibility, before, after, detail)


def _deprecated(
    before: Surface, after: Surface, homes: tuple[str, str], place: str, visibility: Visibility
) -> Iterator[SurfaceChange]:
    told = before.objects[homes[0]].get("deprecated_members", {})
    for name, detail in after.objects[homes[1]].get("deprecated_members", {}).items():
        if name not in told:
            kind = member_kind(after.members(homes[1])[name])
            dotted = f"{place}.{name}"
            yield SurfaceChange(
                Turn.DEPRECATED, kind, dotted, project_of(place), _seen(name, visibility), detail=detail
            )


def _seen(name: str, visibility: Visibility) -> Visibility:
    """A member is as visible as its class, unless it has an underscore."""
    return max(visibility, Visibility.PRIVATE, key=RANK.__getitem__) if is_private(name) else visibility
