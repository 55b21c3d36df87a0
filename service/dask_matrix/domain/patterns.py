"""Match names: scenario ids with a wildcard, dotted names with everything below them."""

from __future__ import annotations

from fnmatch import fnmatchcase

KNOWN = "known"
"""The value of ``accept`` that accepts every known failure; any other value is a scenario id."""


def matches(name: str, pattern: str) -> bool:
    """Whether an id matches a pattern. ``*`` is the only wildcard: brackets of a parametrized scenario are literal."""
    return name == pattern or ("*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]")))


def lies_below(name: str, parent: str) -> bool:
    """Whether a dotted name equals another or is below it: ``dask.array.Array.sum`` is below ``dask.array``."""
    return name == parent or name.startswith(f"{parent}.")
