"""Select the packages of a lock file that apply to one Python and platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from dask_matrix.domain.environments.release import version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dask_matrix.project.locks.entries import Entry
    from dask_matrix.project.locks.marker_environment import MarkerEnvironment

NOTED_PACKAGES = ("dask", "distributed", "pandas", "numpy", "pyarrow")
"""Packages for which a note says that there was a choice."""


@dataclass(frozen=True)
class Selection:
    """One entry per package, by name, notes about the choices, and doubts: choices that the lock does not decide."""

    entries: dict[str, Entry]
    notes: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def select_packages(listed: Sequence[Entry], environment: MarkerEnvironment, source: str) -> Selection:
    """Return the highest version of each package that applies to the target.

    A package that does not apply to the target is left out, except for dask, which is used anyway, with a note.
    """
    matching: dict[str, list[Entry]] = {}
    for entry in listed:
        if environment.matches(entry):
            matching.setdefault(entry.name, []).append(entry)
    unmatched = [] if "dask" in matching else [entry for entry in listed if entry.name == "dask"]
    candidates = matching | ({"dask": unmatched} if unmatched else {})
    selected = {name: max(entries, key=_rank) for name, entries in candidates.items()}
    notes = [
        *_choices_note(listed, matching, selected, environment),
        *_undecided(matching, selected, environment),
        *_unmatched_dask(unmatched, environment),
    ]
    return Selection(selected, tuple(f"{source}: {note}" for note in notes))


def _rank(entry: Entry) -> tuple[bool, bool, tuple[bool, Version]]:
    """Return the preference of an entry: pinned over unpinned, from an index over elsewhere, then by version."""
    return entry.version is not None, not entry.origin, _order(entry.version or "")


def _order(version: str) -> tuple[bool, Version]:
    """Return the sort key of a version; one that cannot be parsed is below all others."""
    read = version_of(version)
    return read is not None, read or Version("0")


def _choices_note(
    listed: Sequence[Entry],
    matching: Mapping[str, list[Entry]],
    selected: Mapping[str, Entry],
    environment: MarkerEnvironment,
) -> Iterator[str]:
    """Yield one sentence on packages with several versions, of which Python and platform leave one."""
    decided = [name for name in NOTED_PACKAGES if len(_versions(matching.get(name, []))) == 1]
    choices = []
    for name in decided:
        versions = _versions(entry for entry in listed if entry.name == name)
        if others := [version for version in versions if version != selected[name].version]:
            choices.append(f"{name} {selected[name].version} (not {', '.join(others)})")
    if choices:
        yield f"using the versions for {environment}: {'; '.join(choices)}."


def _undecided(
    matching: Mapping[str, list[Entry]], selected: Mapping[str, Entry], environment: MarkerEnvironment
) -> Iterator[str]:
    """Yield a sentence for each package of which Python and platform leave several versions."""
    for name in NOTED_PACKAGES:
        if len(versions := _versions(matching.get(name, []))) > 1:
            yield f"{name} {' and '.join(versions)} all match {environment}; using the highest, {selected[name].version}."


def _unmatched_dask(unmatched: list[Entry], environment: MarkerEnvironment) -> Iterator[str]:
    """Yield a sentence if dask does not apply to the target but is used anyway."""
    if unmatched:
        markers = sorted({marker for entry in unmatched for marker in _conditions(entry)})
        yield f"no dask matches {environment}, only {', or '.join(markers)}; using it anyway."


def _versions(entries: Iterable[Entry]) -> list[str]:
    return sorted({entry.version for entry in entries if entry.version}, key=_order)


def _conditions(entry: Entry) -> list[str]:
    pythons = [f"Python {entry.requires_python}"] if entry.requires_python else []
    return [*entry.markers, *pythons]
