"""Say what else a lock holds: other parts, or other Pythons, with another dask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.installers import BOTH
from dask_matrix.project.locks.entries import UnknownPart
from dask_matrix.project.locks.marker_environment import other_pythons
from dask_matrix.project.locks.marker_selection import highest, matching_entries, versions_of
from dask_matrix.project.locks.parts import REPLACING, list_parts, taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dask_matrix.project.locks.entries import Entry, Listing, Part, Taken
    from dask_matrix.project.locks.markers import MarkerEnvironment

KINDS = ("extra", "group", "member")
"""Kinds of parts, in the order in which they are searched for dask."""


def only_elsewhere(
    listing: Listing, environment: MarkerEnvironment, wanted: Sequence[Part], source: str
) -> tuple[Taken, tuple[str, ...], tuple[str, ...]]:
    """Return the parts to read, with those that have dask if the wanted and default ones have none; notes and doubts.

    If they have different ones, the highest is read, and that is a doubt. All parts with it are read, as far as they can
    be installed together, so that whatever belongs to it is known.
    """
    base = taken(listing, wanted, source)
    if _dask(matching_entries(listing, environment, base)):
        return base, (), ()
    found = _others(listing, environment, wanted, base)
    if not found:
        return base, (), ()
    chosen = highest(found.values())
    parts = _together(
        listing, environment, wanted, [part for part, dask in found.items() if dask.version == chosen.version]
    )
    versions = versions_of(found.values(), chosen.name)
    note = f"{source}: dask is only in {list_parts(found)}, not in what is installed by default; read with {list_parts(parts)}."
    doubt = f"{source} has {_by_version(found)}, and installs none by default; this answer is for {chosen.version}. {_choose(found)}"
    return taken(listing, [*wanted, *parts], source), (note,), ((doubt,) if len(versions) > 1 else ())


def other_dasks(
    listing: Listing, environment: MarkerEnvironment, wanted: Sequence[Part], read: Taken, source: str
) -> tuple[str, ...]:
    """Return a note that names the parts with another dask than the ones that are read, and how to choose one."""
    own = matching_entries(listing, environment, read)
    if len(versions_of(listing.entries, "dask")) < 2:  # noqa: PLR2004 - then there is no other
        return ()
    mine = versions_of(own.get("dask", []), "dask")
    found = {
        part: dask
        for part, dask in _others(listing, environment, wanted, read).items()
        if dask.name == "dask" and dask.version not in mine
    }
    return (f"{source}: {_by_version(found, verb=True)}; {_choose(found, sentence=False)}",) if found else ()


def dask_by_python(listing: Listing, environment: MarkerEnvironment, read: Taken, source: str) -> tuple[str, ...]:
    """Return a doubt if the project does not specify its Python, and its dask depends on that."""
    here = _dask(matching_entries(listing, environment, read))
    if environment.known or here is None or len(versions_of(listing.entries, here.name)) < 2:  # noqa: PLR2004
        return ()
    for other in other_pythons(listing, environment):
        there = _dask(matching_entries(listing, other, read))
        if there and there.version != here.version:
            doubt = (
                f"{source} has dask {here.version} for Python {environment.python} and {there.version} for Python "
                f"{other.python}, and the project does not specify its Python; this answer is for {environment.python}. "
                f"Choose with --python {environment.python} or --python {other.python}."
            )
            return (doubt,)
    return ()


def _dask(matching: Mapping[str, list[Entry]]) -> Entry | None:
    """Return the entry of dask, or of distributed, which requires the same dask; None if there is neither."""
    return next((highest(matching[name]) for name in BOTH if name in matching), None)


def _others(listing: Listing, environment: MarkerEnvironment, wanted: Sequence[Part], base: Taken) -> dict[Part, Entry]:
    """Return the parts that are not taken and have dask, each with its dask."""
    found = {}
    for part in sorted(
        set(listing.parts) - base.parts - base.dropped, key=lambda each: (KINDS.index(each.kind), each.name)
    ):
        if dask := _dask(_with(listing, environment, wanted, [part])):
            found[part] = dask
    return found


def _with(
    listing: Listing, environment: MarkerEnvironment, wanted: Sequence[Part], more: Sequence[Part]
) -> dict[str, list[Entry]]:
    """Return what would be installed with more parts: instead of the wanted ones, if they cannot go together."""
    for parts in ([*wanted, *more], more):
        try:
            return matching_entries(listing, environment, taken(listing, parts, ""))
        except UnknownPart:  # they conflict
            continue
    return {}


def _together(
    listing: Listing, environment: MarkerEnvironment, wanted: Sequence[Part], parts: Sequence[Part]
) -> list[Part]:
    """Return the first part, and those after it that can be installed with it and leave one dask."""
    found: list[Part] = []
    for part in parts:
        if found and part.kind in REPLACING:
            continue
        try:
            read = taken(listing, [*wanted, *found, part], "")
        except UnknownPart:
            continue
        if len(versions_of(matching_entries(listing, environment, read).get("dask", []), "dask")) <= 1:
            found.append(part)
    return found


def _by_version(found: Mapping[Part, Entry], *, verb: bool = False) -> str:
    """Return which parts have which dask: dask 2025.2.0 in the extra `new` and dask 2024.8.2 in the extra `old`."""
    parts: dict[str, list[Part]] = {}
    for part, dask in found.items():
        parts.setdefault(dask.version or "without a version", []).append(part)
    if verb:
        texts = [
            f"{list_parts(each)} {'has' if len(each) == 1 else 'have'} dask {version}"
            for version, each in parts.items()
        ]
    else:
        texts = [f"dask {version} in {list_parts(each)}" for version, each in parts.items()]
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))


def _choose(found: Iterable[Part], *, sentence: bool = True) -> str:
    """Return how to choose one of these parts."""
    options = [f"--{part.kind} {part.name}" for part in found][:4]
    if sentence:
        return f"Choose with {' or '.join(options)}."
    return f"choose {'it' if len(options) == 1 else 'one'} with {' or '.join(options)}."
