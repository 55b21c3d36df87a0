"""Warnings compared: which are the same one again, and which say that something will go."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.records.records import Warned

_CHANGING = re.compile(r"0x[0-9a-f]+|\btmp\w+|\b[0-9a-f]{8,}\b|\d+")
"""What differs from one execution to the next in the text of a warning: addresses, tokens, temporary names, ports and counts."""
_DEPRECATION = re.compile(r"(?:Deprecation|Future)Warning$|^pandas\.errors\.Pandas\d+Warning$")
"""Categories that announce an end: the three of Python by their last words, as libraries name theirs, and those of pandas 3."""
DIGITS = 12


def gist(category: str, message: str) -> str:
    """Return what makes a warning the same in two executions: ``Category: message`` without what changes each time."""
    return f"{category}: {_CHANGING.sub('#', message)}"


def fresh(before: Iterable[Warned], after: Iterable[Warned]) -> list[Warned]:
    """Return the warnings that only the later of two executions gave, each once."""
    had = {gist(each.category, each.message) for each in before}
    given = {gist(each.category, each.message): each for each in after}
    return [each for told, each in given.items() if told not in had]


def deprecations(given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the deprecations among warnings (category, message), each once: sorted digests of their gist.

    What one execution has and another has not is new there, as `fresh` says.
    """
    return tuple(
        sorted({_digest(gist(category, message)) for category, message in given if _DEPRECATION.search(category)})
    )


@lru_cache(maxsize=4096)
def _digest(told: str) -> str:
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
