"""Compare the members of a class, inherited ones included, as its users call them."""

from __future__ import annotations

from collections.abc import Iterator

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.signature_changes import signature_changes
from dask_matrix.domain.surface.surface import RANK, Surface, Visibility, is_private, project_of

FOREIGN = "foreign"
CONSTRUCTORS = frozenset({"__init__", "__new__"})
"""Left out: the class's own signature tells them."""
_WORDS = {"property": Kind.PROPERTY, "attribute": Kind.ATTRIBUTE, "class": Kind.CLASS}


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
    return _WORDS.get(text, Kind.METHOD)


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
    kind, is_class_method = member_kind(before), before.startswith(("class (", "static"))
    if kind is member_kind(after) and is_class_method <= after.startswith(("class (", "static")):
        yield from signature_changes(_called(before), _called(after), kind, dotted, visibility)
    elif Kind.METHOD in (kind, member_kind(after)):
        detail = f"was {_described(before)}, is {_described(after)}"
        yield SurfaceChange(Turn.NARROWED, kind, dotted, project_of(dotted), visibility, before, after, detail)


def _called(text: str) -> str | None:
    """A member's signature, with a first parameter for the instance also where Python passes none."""
    signature = member_signature(text)
    if signature is None or not text.startswith("static"):
        return signature
    return f"(self, {signature[1:]}" if signature != "()" else "(self)"


def _described(text: str) -> str:
    word = text.partition("(")[0].strip()
    return {"": "a method", "method": "a method", "static": "a static method", "attribute": "an attribute"}.get(
        word, "a class method" if word == "class" and "(" in text else f"a {word}"
    )


def _deprecated(
    before: Surface, after: Surface, homes: tuple[str, str], place: str, visibility: Visibility
) -> Iterator[SurfaceChange]:
    told = before.objects[homes[0]].get("deprecated_members", {})
    for name, detail in after.objects[homes[1]].get("deprecated_members", {}).items():
        if name not in told:
            kind = member_kind(after.members(homes[1]).get(name, "attribute"))
            dotted = f"{place}.{name}"
            yield SurfaceChange(
                Turn.DEPRECATED, kind, dotted, project_of(place), _seen(name, visibility), detail=detail
            )


def _seen(name: str, visibility: Visibility) -> Visibility:
    """A member is as visible as its class, unless it has an underscore."""
    return max(visibility, Visibility.PRIVATE, key=RANK.__getitem__) if is_private(name) else visibility
