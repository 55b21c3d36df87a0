"""What a user's project is on now: a release as given, what is installed, or what a lock file says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import InvalidRelease, Release, version_of
from dask_matrix.project.locks import formats
from dask_matrix.project.locks.entries import WAYS, NoDask, NoRelease, UnknownStart, UnpinnedDask
from dask_matrix.project.locks.installed import installed
from dask_matrix.project.locks.marker_environment import target
from dask_matrix.project.locks.marker_selection import choose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.project.locks.entries import Entry, Listing

INSTALLED = "installed"


@dataclass(frozen=True)
class Start:
    """Where an upgrade begins: the release, and what else is known of the environment it stands in.

    ``source`` is the release as given, ``installed in`` and the environment, or the file's name. ``packages`` has the
    version of all that is pinned, by canonical name, dask and distributed included. ``notes`` are sentences on what
    was odd. ``python`` is None where the project does not say which it is on.
    """

    release: Release
    source: str
    python: Python | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def start(text: str) -> Start:
    """Read a release, the word ``installed``, or the path of a lock file; raise what is wrong with it."""
    if text == INSTALLED:
        return _from_installed()
    try:
        return Start(Release.parse(text), text)
    except InvalidRelease:
        return _from_file(text)


def _from_installed() -> Start:
    place, listing = installed()
    missing = f"No dask is installed in {place.shown}. Activate the environment you work in. {WAYS}"
    return _begin(listing, f"installed in {place.shown}", place.folder.parent, missing)


def _from_file(text: str) -> Start:
    path = Path(text)
    try:
        there, folder = bool(text.strip()) and path.exists(), path.is_dir()
    except (OSError, ValueError):
        there, folder = False, False
    if there and folder:
        raise UnknownStart(f"{text} is a folder. {formats.beside(path)}")
    if not there:
        raise UnknownStart(f"{text[:200]!r} is no release and there is no such file. {WAYS}")
    return _begin(formats.read(path), path.name, path.parent, f"There is no dask in {path}. {WAYS}")


def _begin(listing: Listing, source: str, folder: Path, missing: str) -> Start:
    """Return the start that a listing is; raise NoDask (which says what is ``missing``), UnpinnedDask or NoRelease."""
    aim = target(listing, folder)
    chosen = choose(listing.entries, aim, source)
    dask, notes = _dask(chosen.entries, source, missing)
    packages = {name: entry.version for name, entry in chosen.entries.items() if entry.version}
    return Start(
        release=_release(dask),
        source=source,
        python=aim.python if aim.known else None,
        packages=packages,
        notes=(*listing.notes, *chosen.notes, *notes, *_differing(packages, source)),
    )


def _dask(entries: Mapping[str, Entry], source: str, missing: str) -> tuple[Entry, tuple[str, ...]]:
    """Return what is listed as dask; else distributed if it is pinned, for it needs dask of its own version."""
    dask, distributed = entries.get("dask"), entries.get("distributed")
    if distributed and distributed.version and not (dask and (dask.version or dask.origin)):
        note = f"{source} has no pin of dask; that of distributed was taken, which needs dask of the same version."
        return distributed, (note,)
    if dask is None:
        raise NoDask(missing)
    return dask, ()


def _release(dask: Entry) -> Release:
    """Return the release of an entry; raise UnpinnedDask or NoRelease naming its line."""
    if dask.origin:
        raise NoRelease(f"{dask.where}: {dask.name} comes from {dask.origin}, which is no release. {WAYS}")
    if dask.version is None:
        asked = f" ({dask.asked})" if dask.asked else ""
        raise UnpinnedDask(f"{dask.where}: dask is not pinned{asked}. Write dask== and the version in use. {WAYS}")
    version = version_of(dask.version)
    if version is None:
        raise NoRelease(f"{dask.where}: {dask.version[:80]!r} is no version of dask. {WAYS}")
    if version.local or version.is_devrelease:
        raise NoRelease(f"{dask.where}: dask {version} was built between releases. {WAYS}")
    return Release(version)


def _differing(packages: Mapping[str, str], source: str) -> tuple[str, ...]:
    """Return a note if dask and distributed are of two versions."""
    dask, distributed = packages.get("dask"), packages.get("distributed")
    if not dask or not distributed or _same(dask, distributed):
        return ()
    return (f"{source} has dask {dask} but distributed {distributed}; the two are tested as a pair of dask's version.",)


def _same(version: str, other: str) -> bool:
    return (version_of(version) or version) == (version_of(other) or other)
