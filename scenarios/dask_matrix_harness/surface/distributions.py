"""What the metadata of the installed distributions promises and asks for."""

from __future__ import annotations

from importlib import metadata
from typing import Any

#: Distributions, by name.
DISTRIBUTIONS = ("dask", "distributed", "dask-expr")


def distributions() -> dict[str, Any]:
    """Distribution -> `requires`, `extras`, `requires_python`, `entry_points` (group -> name -> object)."""
    return {name: _distribution(found) for name in DISTRIBUTIONS for found in installed(name)}


def installed(name: str) -> list[metadata.Distribution]:
    """The distribution of a name, if it is installed."""
    try:
        return [metadata.distribution(name)]
    except metadata.PackageNotFoundError:
        return []


def _distribution(found: metadata.Distribution) -> dict[str, Any]:
    groups: dict[str, dict[str, str]] = {}
    for each in found.entry_points:
        groups.setdefault(each.group, {})[each.name] = each.value
    return {
        "requires": sorted(found.requires or []),
        "extras": sorted(found.metadata.get_all("Provides-Extra") or []),
        "requires_python": (found.metadata.get_all("Requires-Python") or [None])[0],
        "entry_points": {group: dict(sorted(names.items())) for group, names in sorted(groups.items())},
    }
