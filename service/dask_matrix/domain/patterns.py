"""How names are asked for: ids with a wildcard, dotted names with what is below them."""

from __future__ import annotations

from fnmatch import fnmatchcase

KNOWN = "known"
"""What ``accept`` says to accept every failure that is listed as known; anything else is the id of a scenario."""


def matches(name: str, pattern: str) -> bool:
    """Whether an id fits a pattern. ``*`` is the only wildcard: the brackets of a parametrized scenario are themselves."""
    return name == pattern or ("*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]")))


def lies_below(name: str, wanted: str) -> bool:
    """Whether a dotted name is another or lies below it: ``dask.array.Array.sum`` lies below ``dask.array``."""
    return name == wanted or name.startswith(f"{wanted}.")
