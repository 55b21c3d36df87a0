"""Find out which Dask release a project uses now: a given release, what is installed, or a lock file."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from dask_matrix.domain.environments.release import LATEST, InvalidRelease, Release, version_of
from dask_matrix.domain.upgrades.installers import BOTH, Installer
from dask_matrix.project.locks import formats
from dask_matrix.project.locks.alternatives import dask_by_python, only_elsewhere, other_dasks
from dask_matrix.project.locks.entries import (
    HINT,
    NoDask,
    NoRelease,
    UnknownEnvironment,
    UnknownPart,
    UnknownStart,
    UnpinnedDask,
    UnreadableLock,
)
from dask_matrix.project.locks.installed import installed
from dask_matrix.project.locks.marker_environment import marker_environment
from dask_matrix.project.locks.marker_selection import NOTED_PACKAGES, select_packages
from dask_matrix.project.locks.requirements import BUILT_BY_CONDA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.project.locks.entries import Entry, Listing, Part
    from dask_matrix.project.locks.markers import MarkerEnvironment

INSTALLED = "installed"
MAX_UNREAD = 3
"""Lines that could not be read, of which a note gives the errors."""
EXACT_SINCE = Version("2021.5.0")
"""The first distributed that requires the dask of its own release; older ones work with several."""
REQUIRED = {"2026.1.0": "2025.12.0"}
"""The exceptions since then: distributed -> the dask that it requires (see findings)."""


@dataclass(frozen=True)
class Start:
    """The start of an upgrade: the release, and what is known about the rest of its environment.

    ``source`` is the release as given, ``installed in`` and the environment, or the file's name. ``packages`` maps
    canonical names to versions for everything that is pinned, including dask and distributed. ``notes`` are sentences
    about choices and assumptions. ``doubts`` are sentences that say why this environment may never have worked or is not
    the only one that the lock describes, and what to do: with any, no upgrade from it is safe. ``installer`` is the tool that
    installs it. ``release`` is None for ``latest``, ``python`` if the project does not specify it; ``requires_python`` are the
    Pythons that it allows.
    """

    release: Release | None
    source: str
    python: Python | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    installer: Installer = Installer.PIP
    requires_python: str = ""


def start(text: str, wanted: Sequence[Part] = (), python: Python | None = None, *, environment: str = "") -> Start:
    """Read a release, the word ``installed`` or ``latest``, or the path of a lock file; raise a DaskMatrixError if it is none.

    Of a lock, the ``wanted`` parts are read with or instead of its defaults, for a ``python`` if its project names none.
    ``environment`` chooses one of a lock file with several.
    """
    if text != INSTALLED:
        try:
            given = Start(None if text == LATEST else Release.parse(text), text)
        except InvalidRelease:
            return _from_file(text, wanted, python, environment)
    if wanted or environment:
        option = wanted[0].kind if wanted else "environment"
        raise UnknownPart(f"--{option} chooses from a lock file, but --from is {text}. Give a lock file to --from.")
    return _from_installed() if text == INSTALLED else given


def start_here(folder: Path) -> str:
    """Return the start that a folder names: the path of its only lock file, or else ``installed``.

    Raises UnknownStart if it has several lock files: they may disagree.
    """
    found = formats.lock_files(folder)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise UnknownStart(f"Several lock files here: {names}. Name one with --from, or use --from installed.")
    return str(found[0]) if found else INSTALLED


def _from_installed() -> Start:
    found_environment, listing = installed()
    missing = f"Dask is not installed in {found_environment.display_name}. Activate another environment, or use {HINT}."
    return _start_of(
        listing, f"installed in {found_environment.display_name}", found_environment.folder.parent, missing
    )


def _from_file(text: str, wanted: Sequence[Part], python: Python | None, environment: str) -> Start:
    path = Path(text)
    try:
        there, folder = bool(text.strip()) and path.exists(), path.is_dir()
    except (OSError, ValueError):
        there, folder = False, False
    if there and folder:
        raise UnknownStart(f"{text} is a folder. {formats.lock_file_hint(path)}")
    if not there:
        raise UnknownStart(f"{text[:200]!r}: no such file (and not a release). Use {HINT}, or --from installed.")
    listing = _chosen(formats.read(path), environment, path)
    missing = f"{path} does not list dask. Use {HINT}."
    return _start_of(listing, path.name, path.parent, missing, wanted, python)


def _chosen(listing: Listing, environment: str, path: Path) -> Listing:
    """Return the listing of a chosen environment; raise UnknownEnvironment, naming those with dask, if there is none."""
    if not environment:
        return listing
    if environment in listing.environments:
        return listing.environments[environment]
    names = ", ".join(listing.environments)
    there = f"Those with dask are: {names}." if names else "It has no environments to choose from."
    raise UnknownEnvironment(f"{path.name} has no environment {environment!r} with dask. {there}")


def _start_of(
    listing: Listing,
    source: str,
    folder: Path,
    missing: str,
    wanted: Sequence[Part] = (),
    python: Python | None = None,
) -> Start:
    """Return the start that a listing describes; raise NoDask (with the text ``missing``), UnpinnedDask or NoRelease."""
    environment = marker_environment(listing, folder, python)
    parts, part_notes, part_doubts = only_elsewhere(listing, environment, wanted, source)
    chosen = select_packages(listing, environment, parts, source)
    if listing.unread and chosen.entries.keys().isdisjoint(BOTH):
        raise UnreadableLock(listing.unread[0])
    dask, notes = _dask(chosen.entries, source, missing)
    packages = {name: entry.version for name, entry in chosen.entries.items() if entry.version}
    return Start(
        release=_release(dask),
        source=source,
        python=environment.python if environment.known else None,
        packages=packages,
        notes=(
            *(*listing.notes, *part_notes, *_read_for(environment, python, source), *chosen.notes, *notes),
            *(() if part_notes else other_dasks(listing, environment, wanted, parts, source)),
            *_unread(listing, source),
            *_without_version(chosen.entries, source),
        ),
        installer=listing.installer or Installer.PIP,
        doubts=(
            *(*_mixed_pair(packages, source), *part_doubts, *(listing.doubts or chosen.doubts)),
            *dask_by_python(listing, environment, parts, source),
        ),
        requires_python=listing.requires_python,
    )


def _read_for(environment: MarkerEnvironment, python: Python | None, source: str) -> tuple[str, ...]:
    """Return a note if a lock supports neither the given Python nor this platform, and is read for another."""
    unsupported = []
    if python and python.number != environment.python.number:
        unsupported.append(f"Python {python}")
    if environment.platform:
        unsupported.append(sys.platform)
    return (
        (f"{source} does not support {' and '.join(unsupported)}; reading it for {environment}.",)
        if unsupported
        else ()
    )


def _dask(entries: Mapping[str, Entry], source: str, missing: str) -> tuple[Entry, tuple[str, ...]]:
    """Return the entry of dask; or of distributed, if only that is pinned: it requires the same version of dask."""
    dask, distributed = entries.get("dask"), entries.get("distributed")
    if distributed and distributed.version and not (dask and (dask.version or _is_elsewhere(dask))):
        note = f"{source} does not pin dask; using the version of distributed, which requires the same dask."
        return distributed, (note,)
    if dask is None:
        raise NoDask(missing)
    if dask.origin and not _stated_version(dask) and distributed and distributed.version and not distributed.origin:
        raise NoRelease(
            f"{_origin_error(dask)} {distributed.where} pins distributed {distributed.version}, which requires the same "
            f"dask; if that is what you have, use --from {distributed.version}."
        )
    return dask, ()


def _is_elsewhere(dask: Entry) -> bool:
    """Whether a dask is no release of its index: but what conda built in its own folders is one, of a version unknown."""
    return bool(dask.origin) and not BUILT_BY_CONDA.search(dask.origin)


def _origin_error(dask: Entry) -> str:
    return f"{dask.where}: {dask.name} comes from {dask.origin}, which is not a release."


def _stated_version(dask: Entry) -> str:
    """Return the release that a lock, or the name of a wheel, gives for a dask from elsewhere; empty if it is none."""
    wheel = re.search(r"(?:^|[/ ])dask-([^-/]+)-py3-none-any\.whl", dask.origin)
    version = version_of(dask.version or (wheel[1] if wheel else ""))
    return str(version) if version and not version.local and not version.is_devrelease else ""


def _way_out(dask: Entry) -> str:
    stated = _stated_version(dask)
    return f"Its version is {stated}: if it is that release, use --from {stated}." if stated else f"Use {HINT}."


def _release(dask: Entry) -> Release:
    """Return the release of an entry; raise UnpinnedDask or NoRelease naming its line."""
    if dask.origin and not _is_elsewhere(dask):
        raise NoRelease(
            f"{dask.where}: conda built {dask.name} in {dask.origin}, which does not say its version. "
            f"Use the output of `conda list --export`, or {HINT}."
        )
    if dask.origin:
        raise NoRelease(f"{_origin_error(dask)} {_way_out(dask)}")
    if dask.version is None:
        requirement = f" ({dask.requirement})" if dask.requirement else ""
        raise UnpinnedDask(f"{dask.where}: dask is not pinned{requirement}. Pin it with dask==VERSION, or use {HINT}.")
    version = version_of(dask.version)
    if version is None:
        raise NoRelease(f"{dask.where}: {dask.version[:80]!r} is not a version of dask. Use {HINT}.")
    if version.local or version.is_devrelease:
        raise NoRelease(f"{dask.where}: dask {version} is a development version, not a release. Use {HINT}.")
    return Release(version)


def _unread(listing: Listing, source: str) -> tuple[str, ...]:
    """Return a note about the lines that could not be read, with the first of them."""
    if not listing.unread:
        return ()
    what = "1 line of it" if len(listing.unread) == 1 else f"{len(listing.unread)} lines of it"
    return (f"{source}: {what} could not be read; {'; '.join(listing.unread[:MAX_UNREAD])}",)


def _without_version(entries: Mapping[str, Entry], source: str) -> tuple[str, ...]:
    """Return a note about listed packages that affect Dask's behaviour, if their versions are not known."""
    names = [name for name in NOTED_PACKAGES if name not in BOTH and name in entries and not entries[name].version]
    return (f"{source} does not say the version of {' and '.join(names)}.",) if names else ()


def _mixed_pair(packages: Mapping[str, str], source: str) -> tuple[str, ...]:
    """Return a doubt if dask is another release than distributed, which since EXACT_SINCE requires its own dask."""
    dask, distributed = packages.get("dask"), packages.get("distributed")
    if not dask or not distributed or _is_same_version(dask, distributed):
        return ()
    required = REQUIRED.get(distributed, distributed)
    if (version_of(distributed) or EXACT_SINCE) < EXACT_SINCE or _is_same_version(dask, required):
        return ()
    doubt = (
        f"{source} has dask {dask} but distributed {distributed}, which requires dask {required}: this pair was never "
        "tested and may not even import. Bring both to one release, then check again."
    )
    return (doubt,)


def _is_same_version(version: str, other: str) -> bool:
    return (version_of(version) or version) == (version_of(other) or other)
