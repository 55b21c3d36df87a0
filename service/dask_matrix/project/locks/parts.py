"""Choose the parts of a lock: the groups, extras and members that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.locks.entries import Part, Taken, UnknownPart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dask_matrix.project.locks.entries import Listing

REPLACING = ("member",)
"""Kinds of which a chosen one is read instead of the default; groups and extras are added to it."""


def taken(listing: Listing, wanted: Iterable[Part], source: str) -> Taken:
    """Return the default parts with the wanted ones; raise UnknownPart, naming those there are.

    What is wanted wins over defaults that it conflicts with; of two wanted parts that conflict, none does.
    """
    chosen = dict.fromkeys(wanted)
    for part in chosen:
        if part not in listing.parts:
            raise UnknownPart(f"{source} has no {part.kind} `{part.name}`. {_there_are(listing, part.kind)}")
    replaced = {part.kind for part in chosen if part.kind in REPLACING}
    defaults = {part for part in listing.defaults if part.kind not in replaced}
    dropped = {other for part in chosen for other in _conflicting(listing, part, defaults - chosen.keys())}
    for part in chosen:
        for other in _conflicting(listing, part, chosen):
            raise UnknownPart(f"{source}: {part} and {other} conflict and cannot be installed together. Choose one.")
    return Taken(frozenset((defaults | chosen.keys()) - dropped), frozenset(dropped))


def list_parts(parts: Iterable[Part]) -> str:
    """Return parts as a text for a sentence: the group `a` and the extras `b` and `c`."""
    names: dict[str, list[str]] = {}
    for part in sorted(parts):
        names.setdefault(part.kind, []).append(f"`{part.name}`")
    return " and ".join(
        f"the {kind}{'s' * (len(each) > 1)} {' and '.join(filter(None, [', '.join(each[:-1]), each[-1]]))}"
        for kind, each in names.items()
    )


def _there_are(listing: Listing, kind: str) -> str:
    names = sorted(part.name for part in listing.parts if part.kind == kind)
    if names:
        return f"Choose from: {', '.join(names)}."
    others = [f"--{part.kind} {part.name}" for part in listing.parts if part not in listing.defaults]
    return f"Choose from: {', '.join(others)}." if others else f"It has no {kind}s to choose from."


def _conflicting(listing: Listing, part: Part, others: Collection[Part]) -> list[Part]:
    """Return those of the others that a conflict of the lock has together with a part."""
    found = {other for conflict in listing.conflicts if part in conflict for other in conflict if other != part}
    return sorted(found.intersection(others))
