"""Read the installed packages of the user's environment from its files, without starting its Python."""

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
from dask_matrix.project.locks.parsing import string, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.metadata import Distribution

SITE_PATTERNS = ("Lib/site-packages", "lib*/python3*/site-packages", "lib*/python3*/dist-packages")
"""Package folders of an environment: on Windows, elsewhere, and on Debian."""
BASE = "base"
"""conda's default environment, active in every shell: used only if the current folder has no .venv."""


@dataclass(frozen=True)
class FoundEnvironment:
    """A Python environment: its folder, its name in messages (``display_name``), its package folders, notes on how it was found."""

    folder: Path
    display_name: str
    sites: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def installed() -> tuple[FoundEnvironment, Listing]:
    """Return the user's environment, and the packages installed in it."""
    found_environment = find_environment(os.environ)
    python_entries = list(_python_entries(found_environment))
    names = {entry.name for entry in python_entries}
    found = listing(
        python_entries + [entry for entry in _conda_entries(found_environment) if entry.name not in names],
        found_environment.notes,
    )
    python = _venv_version(found_environment.folder) or found.python
    if found_environment.folder == Path(sys.prefix):
        python = ".".join(map(str, sys.version_info[:3]))
    return found_environment, Listing(found.entries, python=python, notes=found.notes)


def find_environment(variables: Mapping[str, str]) -> FoundEnvironment:
    """Return the active environment, or else the .venv of the current folder, or else that of the running Python."""
    venv, conda = variables.get("VIRTUAL_ENV"), variables.get("CONDA_PREFIX")
    if venv:
        return _active("VIRTUAL_ENV", Path(venv))
    if conda and variables.get("CONDA_DEFAULT_ENV") != BASE:
        return _active("CONDA_PREFIX", Path(conda))
    if (here := Path(".venv")).is_dir():
        return FoundEnvironment(here, str(here), _sites(here))
    if conda:
        return _active("CONDA_PREFIX", Path(conda))
    note = f"No environment is active and the current folder has no .venv; using {sys.prefix}, which runs dask-matrix."
    added = (Path(text) for text in variables.get("PYTHONPATH", "").split(os.pathsep) if text)  # not on our own path
    return FoundEnvironment(Path(sys.prefix), sys.prefix, (*added, *map(Path, sys.path)), (note,))


def _active(variable: str, folder: Path) -> FoundEnvironment:
    if not (sites := _sites(folder)):
        raise UnknownStart(
            f"${variable} is {folder}, which is not a Python environment. Activate your environment, or unset {variable}."
        )
    return FoundEnvironment(folder, _display_name(folder), sites)


def _display_name(folder: Path) -> str:
    """Return a folder relative to the current one if it is below it, or else unchanged."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) and folder != here else str(folder)


def _sites(folder: Path) -> tuple[Path, ...]:
    """Return the package folders of an environment, its own before the system's (``include-system-site-packages``)."""
    settings = venv_settings(folder)
    folders = [folder]
    if settings.get("include-system-site-packages") == "true" and (home := settings.get("home")):
        folders.append(Path(home).parent)
    found = [site for each in folders for pattern in SITE_PATTERNS for site in sorted(each.glob(pattern))]
    return tuple(dict.fromkeys(site.resolve() for site in found if site.is_dir()))


def _venv_version(folder: Path) -> str:
    settings = venv_settings(folder)
    return settings.get("version") or settings.get("version_info") or ""


def _python_entries(found_environment: FoundEnvironment) -> Iterator[Entry]:
    """Yield the packages with Python metadata; the first folder wins if several have the same package."""
    seen: set[str] = set()
    for site in found_environment.sites:
        entries = list(_entries(distributions(path=[str(site)]), found_environment.display_name))
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
    """Return the repository or the folder of a package that was installed from source; empty for a built package."""
    try:
        direct = table(json.loads(distribution.read_text("direct_url.json") or "{}"))
    except (OSError, ValueError):
        return ""
    url = without_secrets(string(direct.get("url")))
    if kind := string(table(direct.get("vcs_info")).get("vcs")):
        return f"{kind} {url}"
    return f"editable {url}" if table(direct.get("dir_info")).get("editable") else ""


def _conda_entries(found_environment: FoundEnvironment) -> Iterator[Entry]:
    """Yield the packages in conda's records, including Python; outdated for packages that pip has replaced since."""
    for record in sorted((found_environment.folder / "conda-meta").glob("*.json")):
        name, *rest = record.stem.rsplit("-", 2)
        if len(rest) > 1:
            yield Entry(canonicalize_name(NAMES.get(name, name)), rest[0], found_environment.display_name)
