"""What is to be seen of a cell, and a character for each such look, so that a whole row is a string."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay

FIRST = 0x100
"""The code point of the first look: beyond all characters that mean something to somebody."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen of a cell; ``was`` is the old verdict of a stale one, ``turns`` that its row turns there."""

    verdict: Verdict
    was: Verdict | None = None
    overlay: Overlay | None = None
    turns: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the behaviour holds; None where nothing is claimed."""
        return self.verdict.holds


LOOKS = {
    chr(FIRST + n): Look(*each)
    for n, each in enumerate(product(Verdict, (None, *Verdict), (None, *Overlay), (False, True)))
}
"""Character -> look."""
CHARACTERS = {(look.verdict, look.was, look.overlay, look.turns): character for character, look in LOOKS.items()}
"""The parts of a look -> its character."""
