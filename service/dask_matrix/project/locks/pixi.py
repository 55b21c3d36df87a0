"""Read pixi.lock, versions 4 to 6: environments by platform, which refer to packages listed below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.domain.redaction import without_secrets
from dask_matrix.project.locks.conda import ARCHIVE, for_platform, lines_of, listing
from dask_matrix.project.locks.entries import Entry, Listing, location
from dask_matrix.project.locks.parsing import string, table, tables, yaml_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT = "default"
"""The environment that pixi uses if none is named."""


def pixi(path: Path, text: str) -> Listing:
    """Return the packages in a pixi.lock for this platform: of the default environment, or the first with dask."""
    lock = yaml_mapping(path, text)
    reader = _Reader(path, lines_of(text), {_address(package): package for package in tables(lock.get("packages"))})
    environments = table(lock.get("environments"))
    for name in sorted(environments, key=lambda name: name != DEFAULT):
        found = reader.environment(table(environments[name]))
        if any(entry.name == "dask" for entry in found.entries):
            note = f"{path.name}: using environment {name}, the first with dask."
            return found if name == DEFAULT else replace(found, notes=(note, *found.notes))
    return Listing(())


@dataclass(frozen=True)
class _Reader:
    """A file, the line of each value, and its packages by address."""

    path: Path
    lines: Mapping[str, int]
    packages: Mapping[str, dict[str, Any]]

    def environment(self, value: dict[str, Any]) -> Listing:
        platforms = table(value.get("packages"))
        chosen, notes = for_platform(self.path, platforms)
        return listing((self._entry(_address(named)) for named in tables(platforms.get(chosen))), notes)

    def _entry(self, address: str) -> Entry:
        """Return a package: its listed name and version, or those in the file name of a conda package."""
        package = self.packages.get(address, {})
        archive = ARCHIVE.fullmatch(address)
        name, version = archive.groups() if archive else ("", "")
        return Entry(
            canonicalize_name(string(package.get("name")) or name),
            string(package.get("version")) or version or None,
            location(self.path, self.lines.get(address)),
            origin="" if archive or address.startswith("http") else without_secrets(address),
        )


def _address(package: dict[str, Any]) -> str:
    """Return the URL or the path of a package."""
    return next((string(package[key]) for key in ("conda", "pypi", "url", "path") if key in package), "")
