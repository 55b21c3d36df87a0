"""Reads the notation in which the tables of ``kinds`` and ``functions`` say what something gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.inferred_values import NOTHING, Kinds, Of, Thing, many, of, one, row, union

if TYPE_CHECKING:
    from collections.abc import Sequence


def results(notation: str, owner: Of | None = None, given: Sequence[Kinds] = ()) -> Kinds:
    """Return what a table's entry means for a call of an owner's method with these arguments."""
    if ";" in notation:
        return row(results(part.strip(), owner, given) for part in notation.split(";"))
    if "|" in notation:
        return union(results(part.strip(), owner, given) for part in notation.split("|"))
    if notation.startswith("["):
        return many(results(notation[1:-1], owner, given))
    if notation == "=":
        return _such(owner) if owner else NOTHING
    if notation in {"@", "1"}:
        return _held_or_given(notation, owner, given)
    return of(notation) if notation else NOTHING


def _held_or_given(notation: str, owner: Of | None, given: Sequence[Kinds]) -> Kinds:
    if notation == "@":
        return owner.holds if owner else NOTHING
    return given[0] if given else NOTHING


def _such(owner: Of) -> Kinds:
    """Return an object as the owner: one of the user's own class, if it is that."""
    own = frozenset(value for value in owner.holds if isinstance(value, Thing))
    return own or one(Of(owner.kind))
