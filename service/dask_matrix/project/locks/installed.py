"""Read the installed packages of the user's environment from its files, without starting its Python."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.domain.upgrades.installers import BOTH, Installer
from dask_matrix.project.locks.conda import NAMES, listing
from dask_matrix.project.locks.entries import Entry, Listing, UnknownStart
from dask_matrix.project.locks.marker_environment import venv_settings
from dask_matrix.project.locks.parsing import string, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SITE_PATTERNS = ("Lib/site-packages", "lib*/python3*/site-packages", "lib*/python3*/dist-packages")
"""Package folders of an environment: on Windows, elsewhere, and on Debian."""
LOCKS = {
    "uv.lock": Installer.UV,
    "poetry.lock": Installer.POETRY,
    "pdm.lock": Installer.PDM,
    "Pipfile.lock": Installer.PIPENV,
}
"""Lock file beside a .venv -> the tool that installs it; with another, the next run of that tool would undo it."""
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
    conda_entries = list(_conda_entries(found_environment))
    names = {entry.name for entry in python_entries}
    found = listing(
        python_entries + [entry for entry in conda_entries if entry.name not in names], found_environment.notes
    )
    python = _venv_version(found_environment.folder) or found.python
    if found_environment.folder == Path(sys.prefix):
        python = ".".join(map(str, sys.version_info[:3]))
    return found_environment, Listing(
        found.entries,
        python=python,
        notes=(*found.notes, *_replaced_by_pip(python_entries, conda_entries)),
        doubts=tuple(_leftovers(python_entries, found_environment.display_name)),
        installer=_installer(found_environment.folder, python_entries, conda_entries),
    )


def _leftovers(entries: Iterable[Entry], where: str) -> Iterator[str]:
    """Yield a doubt for dask and for distributed if the metadata of several versions is in one package folder."""
    versions: dict[str, set[str]] = {}
    for entry in entries:
        versions.setdefault(entry.name, set()).add(entry.version or "")
    for name in BOTH:
        if len(found := sorted(versions.get(name, ()))) > 1:
            yield (
                f"{where} has the metadata of {name} {' and '.join(found)} in one folder: one of them is a leftover, and "
                f"the files can be of either. Uninstall {name} until it is gone and install it again."
            )


def _replaced_by_pip(entries: Iterable[Entry], conda_entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a note for dask and for distributed if conda's record has another version than what is there."""
    recorded = {entry.name: entry.version for entry in conda_entries}
    for entry in entries:
        if entry.name in BOTH and recorded.get(entry.name, entry.version) != entry.version:
            yield (
                f"conda installed {entry.name} {recorded[entry.name]}, but {entry.version} has replaced it since, "
                f"probably by pip; using {entry.version}."
            )


def _installer(folder: Path, entries: Iterable[Entry], conda_entries: Iterable[Entry]) -> Installer:
    """Return the tool that installed dask: that of the lock file beside a .venv, or conda where it has a record of it."""
    version = next((entry.version for entry in entries if entry.name == "dask"), None)
    if any(entry.name == "dask" and version in {None, entry.version} for entry in conda_entries):
        return Installer.PIXI if (folder / "conda-meta" / "pixi").exists() else Installer.CONDA
    beside = folder.resolve().parent if folder.name == ".venv" else None
    if beside and (found := next((tool for name, tool in LOCKS.items() if (beside / name).is_file()), None)):
        return found
    return Installer.UV_PIP if "uv" in venv_settings(folder) else Installer.PIP


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
        entries = list(_entries(_distributions(site), found_environment.display_name))
        entries += _egg_links(site, found_environment.display_name)
        yield from (entry for entry in entries if entry.name not in seen)
        seen |= {entry.name for entry in entries}


def _distributions(site: Path) -> Iterable[Distribution]:
    """Return the metadata in a package folder, without what pip could not delete: it renames that to ``~ask``."""
    if not site.is_dir():
        return distributions(path=[str(site)])
    folders = sorted(each for each in site.iterdir() if each.suffix in {".dist-info", ".egg-info"})
    return [Distribution.at(each) for each in folders if not each.name.startswith("~")]


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


def _egg_links(site: Path, where: str) -> Iterator[Entry]:
    """Yield dask and distributed if ``setup.py develop`` installed them: a file that names their folder."""
    for name in BOTH:
        try:
            lines = (site / f"{name}.egg-link").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            continue
        yield Entry(name, None, where, origin=f"editable {without_secrets(next(iter(lines), 'an unknown folder'))}")


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
