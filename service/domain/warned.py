"""Warnings that one environment gives and another does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.domain.records import Warned

_CHANGING = re.compile(r"0x[0-9a-f]+|\btmp\w+|\b[0-9a-f]{8,}\b|\d+")
"""What differs from one execution to the next in the text of a warning: addresses, tokens, temporary names, ports and counts."""


def only_in(given: Iterable[Warned], others: Iterable[Warned]) -> Iterator[Warned]:
    """Yield the warnings that are not among others, each gist once."""
    had = {_gist(each) for each in others}
    yield from {_gist(each): each for each in given if _gist(each) not in had}.values()


def _gist(given: Warned) -> tuple[str, str]:
    return given.category, _CHANGING.sub("#", given.message)
