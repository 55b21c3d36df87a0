"""The visible states of a cell, one character for each, so that a whole row is a string."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay

FIRST = 0x100
"""The code point of the first state: beyond ASCII, to avoid characters with a meaning of their own."""


@dataclass(frozen=True, slots=True)
class CellState:
    """The visible state of a cell; ``was`` is the old verdict of a stale one, ``is_transition`` marks a transition.

    ``after_gap``: of a transition, whether releases before it are untested, in which the change may lie.
    """

    verdict: Verdict
    was: Verdict | None = None
    overlay: Overlay | None = None
    is_transition: bool = False
    after_gap: bool = False

    @property
    def passes(self) -> bool | None:
        """Whether the scenario passes; None if there is no such verdict."""
        return self.verdict.passes


_CHANGES = ((False, False), (True, False), (True, True))
CELL_STATES = {
    chr(FIRST + n): CellState(verdict, was, overlay, *change)
    for n, (verdict, was, overlay, change) in enumerate(product(Verdict, (None, *Verdict), (None, *Overlay), _CHANGES))
}
"""Character -> state."""
CHARACTERS = {
    (state.verdict, state.was, state.overlay, state.is_transition, state.after_gap): character
    for character, state in CELL_STATES.items()
}
"""The fields of a state -> its character."""
