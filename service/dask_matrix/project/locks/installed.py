"""Reads what is installed where the user works, from the files of that environment: its Python is not started."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.project.locks.conda import NAMES, listing
from dask_matrix.project.locks.entries import Entry, Listing, UnknownStart, without_secrets
from dask_matrix.project.locks.marker_environment import venv_settings
from dask_matrix.project.locks.parsing import table, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.metadata import Distribution

SITES = ("Lib/site-packages", "lib*/python3*/site-packages", "lib*/python3*/dist-packages")
"""Where an environment has its packages: on Windows, elsewhere, and as Debian has it."""
BASE = "base"
"""The environment of conda that is active in every shell: it is taken only where the folder has no .venv."""


@dataclass(frozen=True)
class Place:
    """An environment: where its packages are, how it is named in messages, what was odd in finding it."""

    folder: Path
    shown: str
    sites: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def installed() -> tuple[Place, Listing]:
    """Return the environment the user works in, and what is installed there."""
    place = find(os.environ)
    distributed = list(_distributed(place))
    names = {entry.name for entry in distributed}
    found = listing(distributed + [entry for entry in _of_conda(place) if entry.name not in names], place.notes)
    python = _venv_version(place.folder) or found.python
    if place.folder == Path(sys.prefix):
        python = ".".join(map(str, sys.version_info[:3]))
    return place, Listing(found.entries, python=python, notes=found.notes)


def find(variables: Mapping[str, str]) -> Place:
    """Return the environment that is active, else the .venv of the current folder, else that of the running Python."""
    venv, conda = variables.get("VIRTUAL_ENV"), variables.get("CONDA_PREFIX")
    if venv:
        return _active("VIRTUAL_ENV", Path(venv))
    if conda and variables.get("CONDA_DEFAULT_ENV") != BASE:
        return _active("CONDA_PREFIX", Path(conda))
    if (here := Path(".venv")).is_dir():
        return Place(here, str(here), _sites(here))
    if conda:
        return _active("CONDA_PREFIX", Path(conda))
    note = f"No environment is active and the current folder has no .venv: {sys.prefix}, which runs this, was read."
    return Place(Path(sys.prefix), sys.prefix, tuple(map(Path, sys.path)), (note,))


def _active(variable: str, folder: Path) -> Place:
    if not (sites := _sites(folder)):
        raise UnknownStart(f"${variable} names {folder}, which is no environment. Activate yours, or unset it.")
    return Place(folder, _shown(folder), sites)


def _shown(folder: Path) -> str:
    """Return a folder as it is named from the current one, if it is within it."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) and folder != here else str(folder)


def _sites(folder: Path) -> tuple[Path, ...]:
    """Return the folders of packages of an environment, its own before those of the Python it may borrow from."""
    settings = venv_settings(folder)
    folders = [folder]
    if settings.get("include-system-site-packages") == "true" and (home := settings.get("home")):
        folders.append(Path(home).parent)
    found = [site for each in folders for pattern in SITES for site in sorted(each.glob(pattern))]
    return tuple(dict.fromkeys(site.resolve() for site in found if site.is_dir()))


def _venv_version(folder: Path) -> str:
    settings = venv_settings(folder)
    return settings.get("version") or settings.get("version_info") or ""


def _distributed(place: Place) -> Iterator[Entry]:
    """Yield what has metadata as Python packages have it; of a package in several folders, that of the first."""
    seen: set[str] = set()
    for site in place.sites:
        entries = list(_entries(distributions(path=[str(site)]), place.shown))
        yield from (entry for entry in entries if entry.name not in seen)
        seen |= {entry.name for entry in entries}


def _entries(found: Iterable[Distribution], where: str) -> Iterator[Entry]:
    for distribution in found:
        try:
            name, version = distribution.metadata["Name"], distribution.metadata["Version"]
        except (OSError, KeyError, UnicodeDecodeError):
            continue
        if name and version:
            canonical = canonicalize_name(name)
            origin = _origin(distribution) if canonical == "dask" else ""
            yield Entry(canonical, version, where, origin=origin)


def _origin(distribution: Distribution) -> str:
    """Return the repository or the folder that a package is worked on in. A built package is what its version says."""
    try:
        direct = table(json.loads(distribution.read_text("direct_url.json") or "{}"))
    except (OSError, ValueError):
        return ""
    url = without_secrets(word(direct.get("url")))
    if kind := word(table(direct.get("vcs_info")).get("vcs")):
        return f"{kind} {url}"
    return f"editable {url}" if table(direct.get("dir_info")).get("editable") else ""


def _of_conda(place: Place) -> Iterator[Entry]:
    """Yield what conda notes of an environment: the Python too, and stale where pip replaced a package since."""
    for record in sorted((place.folder / "conda-meta").glob("*.json")):
        name, *rest = record.stem.rsplit("-", 2)
        if len(rest) > 1:
            yield Entry(canonicalize_name(NAMES.get(name, name)), rest[0], place.shown)
