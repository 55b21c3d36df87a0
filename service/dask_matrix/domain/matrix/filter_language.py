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

    from dask_matrix.domain.matrix.cell_states import Look
    from dask_matrix.domain.matrix.rows_and_columns import Scenario

TURNING = "turning"
STATES = (TURNING, Verdict.FLAKY.value, *(each.value for each in Overlay))
"""What may stand after ``is:``."""
_TERM = re.compile(r'(-?)(?:(area|verdict|covers|issue|is):)?("[^"]*"?|\S+)', re.IGNORECASE)


class InvalidFilter(DaskMatrixError):
    """A term has a value that it can't have."""


@dataclass(frozen=True)
class Term:
    """One term. ``kind`` is ``word`` or what stands before its colon; ``value`` is in lower case; ``no`` reverses it."""

    kind: str
    value: str
    no: bool = False

    def __post_init__(self) -> None:
        """Refuse a verdict or state that there is not."""
        known = {"verdict": tuple(Verdict), "is": STATES}.get(self.kind)
        if known and self.value not in known:
            like = get_close_matches(self.value, known) or known
            raise InvalidFilter(f"{self.kind}:{self.value} is none there is. Write {self.kind}: and {', '.join(like)}.")

    def takes(self, scenario: Scenario, looks: AbstractSet[Look]) -> bool:
        """Whether it takes a row whose cells in sight have these looks."""
        return _TAKES[self.kind](self.value, scenario, looks) is not self.no


@dataclass(frozen=True)
class Terms:
    """All terms of a filter; a row must be taken by each."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Terms:
        """Read a filter; raise InvalidFilter. Quotes hold a value together, nothing between them says nothing; an unknown name before a colon is a word."""
        terms = (_term(*found) for found in _TERM.findall(text) if found[2].strip('"'))
        return cls(tuple(terms))

    def take(self, scenario: Scenario, looks: AbstractSet[Look]) -> bool:
        """Whether all of them take a row whose cells in sight have these looks."""
        return all(each.takes(scenario, looks) for each in self.terms)


def _term(minus: str, kind: str, value: str) -> Term:
    return Term(kind.lower() or "word", value.strip('"').lower(), no=bool(minus))


def _covers(value: str, scenario: Scenario, _looks: AbstractSet[Look]) -> bool:
    return any(lies_below(name.lower(), value) for name in scenario.covers)


def _is(value: str, _scenario: Scenario, looks: AbstractSet[Look]) -> bool:
    if value == TURNING:
        return {True, False} <= {look.holds for look in looks}
    return any(value in (look.verdict, look.overlay) for look in looks)


_TAKES: dict[str, Callable[[str, Scenario, AbstractSet[Look]], bool]] = {
    "word": lambda value, scenario, _looks: scenario.mentions(value),
    "area": lambda value, scenario, _looks: scenario.area.lower() == value,
    "issue": lambda value, scenario, _looks: any(value in issue.lower() for issue in scenario.issues),
    "verdict": lambda value, _scenario, looks: any(look.verdict == value for look in looks),
    "covers": _covers,
    "is": _is,
}
