"""The language of the filter box: words, and terms such as ``area:io``, ``is:turning`` or ``-verdict:pass``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.patterns import lies_below
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from dask_matrix.domain.matrix.cell_states import CellState
    from dask_matrix.domain.matrix.rows_and_columns import Scenario

TURNING = "turning"
STATES = (TURNING, Verdict.FLAKY.value, *(each.value for each in Overlay))
"""The values of ``is:``."""
_TERM = re.compile(r'(-?)(?:(area|verdict|covers|issue|is):)?("[^"]*"?|\S+)', re.IGNORECASE)


class InvalidFilter(DaskMatrixError):
    """A term of the filter has an invalid value."""


@dataclass(frozen=True)
class Term:
    """One term. ``kind`` is ``word`` or the part before the colon; ``value`` is in lower case; ``no`` negates it."""

    kind: str
    value: str
    no: bool = False

    def __post_init__(self) -> None:
        """Reject an unknown verdict or state."""
        known = {"verdict": tuple(Verdict), "is": STATES}.get(self.kind)
        if known and self.value not in known:
            like = get_close_matches(self.value, known) or known
            raise InvalidFilter(f"Invalid filter {self.kind}:{self.value}. Write {self.kind}: and {', '.join(like)}.")

    def includes(self, scenario: Scenario, cell_states: AbstractSet[CellState]) -> bool:
        """Whether the term includes a row whose shown cells have these states."""
        return _INCLUDES[self.kind](self.value, scenario, cell_states) is not self.no


@dataclass(frozen=True)
class Terms:
    """All terms of a filter; a row must match each."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Terms:
        """Read a filter; raise InvalidFilter. Quotes group words, empty ones are ignored; an unknown name before a colon is a word."""
        terms = (_term(*found) for found in _TERM.findall(text) if found[2].strip('"'))
        return cls(tuple(terms))

    def include(self, scenario: Scenario, cell_states: AbstractSet[CellState]) -> bool:
        """Whether all terms include a row whose shown cells have these states."""
        return all(each.includes(scenario, cell_states) for each in self.terms)


def filter_for(name: str) -> str:
    """Return the filter for scenarios that mention a name; quoted unless it is a dotted name, which needs no quotes."""
    return name if re.fullmatch(r"[\w.]*", name) else '"{}"'.format(name.replace('"', ""))


def _term(minus: str, kind: str, value: str) -> Term:
    return Term(kind.lower() or "word", value.strip('"').lower(), no=bool(minus))


def _covers(value: str, scenario: Scenario, _looks: AbstractSet[CellState]) -> bool:
    return any(lies_below(name.lower(), value) for name in scenario.covers)


def _is(value: str, _scenario: Scenario, cell_states: AbstractSet[CellState]) -> bool:
    if value == TURNING:
        return {True, False} <= {state.passes for state in cell_states}
    return any(value in (state.verdict, state.overlay) for state in cell_states)


_INCLUDES: dict[str, Callable[[str, Scenario, AbstractSet[CellState]], bool]] = {
    "word": lambda value, scenario, _looks: scenario.mentions(value),
    "area": lambda value, scenario, _looks: scenario.area.lower() == value,
    "issue": lambda value, scenario, _looks: any(value in issue.lower() for issue in scenario.issues),
    "verdict": lambda value, _scenario, cell_states: any(state.verdict == value for state in cell_states),
    "covers": _covers,
    "is": _is,
}
