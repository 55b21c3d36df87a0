"""Chooses, of all that a lock file lists for several Pythons and platforms, what it is that one of them gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from dask_matrix.domain.environments.release import version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dask_matrix.project.locks.entries import Entry
    from dask_matrix.project.locks.marker_environment import Target

TOLD = ("dask", "distributed", "pandas", "numpy", "pyarrow")
"""The packages of which it is said where there was a choice."""


@dataclass(frozen=True)
class Chosen:
    """One entry for each package, by name, and what is to be said of the choices."""

    entries: dict[str, Entry]
    notes: tuple[str, ...]


def choose(listed: Sequence[Entry], target: Target, source: str) -> Chosen:
    """Return for each package its highest version that is for the target.

    A package of which nothing is for the target is left out; dask is taken all the same, and a note says so.
    """
    fitting: dict[str, list[Entry]] = {}
    for entry in listed:
        if target.fits(entry):
            fitting.setdefault(entry.name, []).append(entry)
    unfit = [] if "dask" in fitting else [entry for entry in listed if entry.name == "dask"]
    offered = fitting | ({"dask": unfit} if unfit else {})
    taken = {name: max(entries, key=_rank) for name, entries in offered.items()}
    notes = [*_among(listed, fitting, taken, target), *_undecided(fitting, taken, target), *_unfit(unfit, target)]
    return Chosen(taken, tuple(f"{source}: {note}" for note in notes))


def _rank(entry: Entry) -> tuple[bool, bool, tuple[bool, Version]]:
    """Return how good an entry is: a pin before none, of an index before another, then by version."""
    return entry.version is not None, not entry.origin, _order(entry.version or "")


def _order(version: str) -> tuple[bool, Version]:
    """Return where a version stands; one that cannot be read is below all others."""
    read = version_of(version)
    return read is not None, read or Version("0")


def _among(
    listed: Sequence[Entry], fitting: Mapping[str, list[Entry]], taken: Mapping[str, Entry], target: Target
) -> Iterator[str]:
    """Yield what Python and platform decided of packages with several versions, in one sentence."""
    decided = [name for name in TOLD if len(_versions(fitting.get(name, []))) == 1]
    told = []
    for name in decided:
        versions = _versions(entry for entry in listed if entry.name == name)
        if others := [version for version in versions if version != taken[name].version]:
            told.append(f"{name} {taken[name].version} (not {', '.join(others)})")
    if told:
        yield f"of several versions, those for {target} were taken: {'; '.join(told)}."


def _undecided(fitting: Mapping[str, list[Entry]], taken: Mapping[str, Entry], target: Target) -> Iterator[str]:
    """Yield for which packages Python and platform left several versions."""
    for name in TOLD:
        if len(versions := _versions(fitting.get(name, []))) > 1:
            yield f"{name} {' and '.join(versions)} are all for {target}; the highest, {taken[name].version}, was taken."


def _unfit(unfit: list[Entry], target: Target) -> Iterator[str]:
    """Yield that dask was taken though it is not for the target, and what it is for."""
    if unfit:
        markers = sorted({marker for entry in unfit for marker in _conditions(entry)})
        yield f"no dask in it is for {target}, only for {', or '.join(markers)}; it was taken all the same."


def _versions(entries: Iterable[Entry]) -> list[str]:
    return sorted({entry.version for entry in entries if entry.version}, key=_order)


def _conditions(entry: Entry) -> list[str]:
    pythons = [f"Python {entry.requires_python}"] if entry.requires_python else []
    return [*entry.markers, *pythons]
