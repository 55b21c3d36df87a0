"""Select the packages of a lock file that apply to one Python and platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.upgrades.installers import BOTH
from dask_matrix.project.locks.marker_environment import other_platforms, other_pythons
from dask_matrix.project.locks.markers import allows
from dask_matrix.project.locks.parts import list_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dask_matrix.project.locks.entries import Entry, Listing, Taken
    from dask_matrix.project.locks.markers import MarkerEnvironment

NOTED_PACKAGES = ("dask", "distributed", "pandas", "numpy", "pyarrow")
"""Packages for which a note says that there was a choice."""


@dataclass(frozen=True)
class Selection:
    """One entry per package, by name, notes about the choices, and doubts: choices that the lock does not decide."""

    entries: dict[str, Entry]
    notes: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def select_packages(listing: Listing, environment: MarkerEnvironment, taken: Taken, source: str) -> Selection:
    """Return the packages that the taken parts of a lock install in an environment, the highest version of each.

    A package that does not apply to the target is left out, except for dask, which is used anyway, with a note.
    """
    matching = matching_entries(listing, environment, taken)
    unmatched = [] if "dask" in matching else [entry for entry in listing.entries if entry.name == "dask"]
    candidates = matching | ({"dask": unmatched} if unmatched else {})
    selected = {name: highest(entries) for name, entries in candidates.items()}
    notes = [
        *_choices_note(listing, matching, environment, taken),
        *_undecided(matching, environment),
        *_unmatched_dask(unmatched, environment),
    ]
    doubts = tuple(_two_at_once(matching, taken, source))
    return Selection(selected, tuple(f"{source}: {note}" for note in notes), doubts)


def matching_entries(listing: Listing, environment: MarkerEnvironment, taken: Taken) -> dict[str, list[Entry]]:
    """Return the entries that the taken parts install in an environment, by name: several if the lock does not decide."""
    found: dict[str, list[Entry]] = {}
    if listing.reach:
        entries: Iterable[Entry] = listing.reach(environment, taken)
    else:
        entries = (entry for entry in listing.entries if _matches(entry, environment, taken))
    for entry in entries:
        found.setdefault(entry.name, []).append(entry)
    return found


def _matches(entry: Entry, environment: MarkerEnvironment, taken: Taken) -> bool:
    if not allows(entry.requires_python, environment.version) or (entry.parts and taken.parts.isdisjoint(entry.parts)):
        return False
    return environment.is_any_true(entry.markers, taken.names("extra"), taken.names("group"))


def highest(entries: Iterable[Entry]) -> Entry:
    """Return the entry to use of several for one package: pinned, from an index, with the highest version."""
    return max(entries, key=_rank)


def _rank(entry: Entry) -> tuple[bool, bool, tuple[bool, Version]]:
    """Return the preference of an entry: pinned over unpinned, from an index over elsewhere, then by version."""
    return entry.version is not None, not entry.origin, _order(entry.version or "")


def _order(version: str) -> tuple[bool, Version]:
    """Return the sort key of a version; one that cannot be parsed is below all others."""
    read = version_of(version)
    return read is not None, read or Version("0")


def _choices_note(
    listing: Listing, matching: Mapping[str, list[Entry]], environment: MarkerEnvironment, taken: Taken
) -> Iterator[str]:
    """Yield one sentence on packages of which another Python or platform would install other versions."""
    several = [name for name in NOTED_PACKAGES if len(versions_of(listing.entries, name)) > 1]
    if not several:
        return
    elsewhere = [
        entry
        for other in (*other_pythons(listing, environment), *other_platforms(environment))
        for entries in matching_entries(listing, other, taken).values()
        for entry in entries
    ]
    choices = []
    for name in several:
        own = versions_of(matching.get(name, []), name)
        others = [version for version in versions_of(elsewhere, name) if version not in own]
        if len(own) == 1 and others:
            choices.append(f"{name} {own[0]} (not {', '.join(others)})")
    if choices:
        yield f"using the versions for {environment}: {'; '.join(choices)}."


def _undecided(matching: Mapping[str, list[Entry]], environment: MarkerEnvironment) -> Iterator[str]:
    """Yield a sentence for each package, besides dask and distributed, of which several versions are left."""
    for name in NOTED_PACKAGES:
        versions = versions_of(matching.get(name, []), name)
        if len(versions) > 1 and name not in BOTH:
            yield f"{name} {' and '.join(versions)} all match {environment}; using the highest, {versions[-1]}."


def _two_at_once(matching: Mapping[str, list[Entry]], taken: Taken, source: str) -> Iterator[str]:
    """Yield a doubt for dask and for distributed if several versions would be installed over each other."""
    for name in BOTH:
        entries = matching.get(name, [])
        versions = versions_of(entries, name)
        if len(versions) > 1:
            brings = [{part for e in entries if e.version == each for part in e.parts} for each in versions]
            common = taken.parts.intersection(*brings)
            where = f" for {list_parts(common)}" if common else ""
            yield (
                f"{source} installs {name} {' and '.join(versions)}{where} into one environment, over each other; this "
                f"answer is for the highest, {versions[-1]}. Lock one version, then check again."
            )


def _unmatched_dask(unmatched: list[Entry], environment: MarkerEnvironment) -> Iterator[str]:
    """Yield a sentence if dask does not apply to the target but is used anyway."""
    if unmatched:
        conditions = sorted({" and ".join(unmet) for entry in unmatched if (unmet := _unmet(entry, environment))})
        only = f", only {', or '.join(conditions)}" if conditions else ""
        yield f"no dask matches {environment}{only}; using it anyway."


def versions_of(entries: Iterable[Entry], name: str) -> list[str]:
    """Return the versions of a package among some entries, from the lowest."""
    return sorted({entry.version for entry in entries if entry.name == name and entry.version}, key=_order)


def _unmet(entry: Entry, environment: MarkerEnvironment) -> list[str]:
    """Return the conditions of an entry that an environment does not meet."""
    markers = [] if environment.is_any_true(entry.markers) else [" or ".join(entry.markers)]
    pythons = [] if allows(entry.requires_python, environment.version) else [f"Python {entry.requires_python}"]
    return [*markers, *pythons]
