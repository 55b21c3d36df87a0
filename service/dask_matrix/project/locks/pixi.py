"""Reads pixi.lock, versions 4 to 6: environments by platform, which name packages that are described below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.project.locks.conda import ARCHIVE, for_platform, lines_of, listing
from dask_matrix.project.locks.entries import Entry, Listing, place, without_secrets
from dask_matrix.project.locks.parsing import table, tables, word, yaml_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT = "default"
"""The environment that pixi takes where none is named."""


def pixi(path: Path, text: str) -> Listing:
    """Return what a pixi.lock lists for this machine: of the default environment, or of the first that has dask."""
    lock = yaml_mapping(path, text)
    reader = _Reader(path, lines_of(text), {_address(package): package for package in tables(lock.get("packages"))})
    environments = table(lock.get("environments"))
    for name in sorted(environments, key=lambda name: name != DEFAULT):
        found = reader.environment(table(environments[name]))
        if any(entry.name == "dask" for entry in found.entries):
            note = f"{path.name}: the environment {name} was read, the first that has dask."
            return found if name == DEFAULT else replace(found, notes=(note, *found.notes))
    return Listing(())


@dataclass(frozen=True)
class _Reader:
    """A file, where its values stand, and its packages by what tells each from all others."""

    path: Path
    lines: Mapping[str, int]
    described: Mapping[str, dict[str, Any]]

    def environment(self, value: dict[str, Any]) -> Listing:
        platforms = table(value.get("packages"))
        chosen, notes = for_platform(self.path, platforms)
        return listing((self._entry(_address(named)) for named in tables(platforms.get(chosen))), notes)

    def _entry(self, address: str) -> Entry:
        """Return a package: as it is described, and one of conda as its file is called."""
        package = self.described.get(address, {})
        called = ARCHIVE.fullmatch(address)
        name, version = called.groups() if called else ("", "")
        return Entry(
            canonicalize_name(word(package.get("name")) or name),
            word(package.get("version")) or version or None,
            place(self.path, self.lines.get(address)),
            origin="" if called or address.startswith("http") else without_secrets(address),
        )


def _address(package: dict[str, Any]) -> str:
    """Return where a package is loaded from."""
    return next((word(package[key]) for key in ("conda", "pypi", "url", "path") if key in package), "")
