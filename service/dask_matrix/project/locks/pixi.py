"""Read pixi.lock: environments by platform, which refer to packages listed below them; before version 4, one list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.project.locks.conda import ARCHIVE, NAMES, conda_lock, for_platform, lines_of, listing
from dask_matrix.project.locks.entries import Entry, Listing, UnreadableLock, location
from dask_matrix.project.locks.parsing import string, table, tables, yaml_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DEFAULT = "default"
"""The environment that pixi uses if none is named."""
NEWEST = 7
"""The newest version of the format that is known here; newer ones are read if they have the same parts."""
MAX_NAMED = 5
"""Other environments that a note names."""


def pixi(path: Path, text: str) -> Listing:
    """Return the packages in a pixi.lock for this platform: of the default environment, or the first with dask.

    The others are its ``environments``. Raises UnreadableLock if it has no environments.
    """
    lock = yaml_mapping(path, text)
    version = string(lock.get("version"))
    if "environments" not in lock:
        if "package" in lock:
            return conda_lock(path, text)
        raise UnreadableLock(
            f"{path}: version {version or '(missing)'} has no environments. Run `pixi lock` to renew it."
        )
    notes = _newer(path, version)
    found = dict(_reader(path, text, lock).environments(table(lock["environments"])))
    if not found:
        if notes:
            raise UnreadableLock(f"{notes[0]} Its packages could not be read; use --from with a release instead.")
        return Listing(())
    name = next(iter(found))
    return replace(found[name], notes=(*notes, *_chosen(path, name, found), *found[name].notes), environments=found)


def _newer(path: Path, version: str) -> tuple[str, ...]:
    if not version.isdecimal() or len(version) > MAX_NAMED or int(version) <= NEWEST:
        return ()
    return (f"{path.name} has version {version}; the newest that is known here is {NEWEST}.",)


def _chosen(path: Path, name: str, environments: Mapping[str, Listing]) -> Iterator[str]:
    """Yield which environment was taken, unless it is the default, and the others with another dask."""
    if name != DEFAULT:
        yield f"{path.name}: using environment {name}, the first with dask."
    own = _dask(environments[name])
    others = [f"{other} ({_dask(found)})" for other, found in environments.items() if _dask(found) != own]
    if others:
        more = f" and {len(others) - MAX_NAMED} more" if len(others) > MAX_NAMED else ""
        named = ", ".join(others[:MAX_NAMED])
        yield f"{path.name} has another dask in environment {named}{more}; choose one with --environment NAME."


def _dask(found: Listing) -> str:
    return next((entry.version or entry.origin for entry in found.entries if entry.name == "dask"), "none")


def _reader(path: Path, text: str, lock: dict[str, Any]) -> _Reader:
    packages = {_address(package): package for package in tables(lock.get("packages"))}
    subdirs = {string(each.get("name")): string(each.get("subdir")) for each in tables(lock.get("platforms"))}
    return _Reader(path, lines_of(text), packages, subdirs)


@dataclass(frozen=True)
class _Reader:
    """A file, the line of each value, its packages by address, and the subdir of each platform with a name of its own."""

    path: Path
    lines: Mapping[str, int]
    packages: Mapping[str, dict[str, Any]]
    subdirs: Mapping[str, str]

    def environments(self, named: dict[str, Any]) -> Iterator[tuple[str, Listing]]:
        """Yield the environments with dask: those for this machine's platform first, and of these the default one."""
        every = {name: self.environment(table(table(each).get("packages"))) for name, each in named.items()}
        for name in sorted(every, key=lambda name: (bool(every[name].notes), name != DEFAULT)):
            if any(entry.name == "dask" for entry in every[name].entries):
                yield name, every[name]

    def environment(self, platforms: dict[str, Any]) -> Listing:
        """Return the packages for this machine's platform, or else for the first that the environment has."""
        of_subdir = {self.subdirs.get(name) or name: name for name in reversed(platforms)}
        subdirs = list(reversed(of_subdir))
        with_dask = [each for each in subdirs if self._lists_dask(tables(platforms[of_subdir[each]]))]
        chosen, notes = for_platform(self.path, subdirs, with_dask)
        references = tables(platforms.get(of_subdir.get(chosen, "")))
        installer = Installer.PIXI_PYPI if any(map(self._is_dask_from_pypi, references)) else Installer.PIXI
        return replace(listing((self._entry(_address(each)) for each in references), notes), installer=installer)

    def _lists_dask(self, references: list[dict[str, Any]]) -> bool:
        names = (self._entry(address).name for address in map(_address, references) if "dask" in address)
        return any(NAMES.get(name, name) == "dask" for name in names)

    def _is_dask_from_pypi(self, reference: dict[str, Any]) -> bool:
        return "pypi" in reference and self._entry(_address(reference)).name == "dask"

    def _entry(self, address: str) -> Entry:
        """Return a package: its listed name and version, or those in the file name of a conda package."""
        package = self.packages.get(address, {})
        archive = ARCHIVE.fullmatch(address)
        name, version = archive.groups() if archive else (address.partition("[")[0], "")
        return Entry(
            canonicalize_name(string(package.get("name")) or name),
            string(package.get("version")) or version or None,
            location(self.path, self.lines.get(address)),
            origin="" if archive or address.startswith("http") else without_secrets(address.rpartition("] @ ")[2]),
        )


def _address(package: dict[str, Any]) -> str:
    """Return the URL or the path of a package; of one that is built from source, its name and where that is."""
    keys = ("conda", "pypi", "conda_source", "url", "path")
    return next((string(package[key]) for key in keys if key in package), "")
