"""The rows of a matrix as strings, a character for each column, so that any part of it is a slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.matrix.cell_states import CHARACTERS, LOOKS
from dask_matrix.domain.matrix.filter_language import Terms
from dask_matrix.domain.matrix.matrix import LEGEND, OVERLAY_LEGEND, Matrix
from dask_matrix.domain.matrix.rows_and_columns import column_head, row_head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_matrix.domain.matrix.cell_states import Look
    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.matrix.selection import Selection

HOLDING = frozenset(each for each, look in LOOKS.items() if look.holds is True)
BREAKING = frozenset(each for each, look in LOOKS.items() if look.holds is False)
_VERDICTS = str.maketrans({each: LEGEND[look.verdict] for each, look in LOOKS.items()})
_OVERLAYS = str.maketrans({each: OVERLAY_LEGEND[look.overlay] for each, look in LOOKS.items()})


@dataclass(frozen=True)
class Strips:
    """A matrix, or a part of it, with the strip of each row: scenario id -> a character of LOOKS for each column.

    Where a row turns is told of the whole matrix: a part of it says the same of its cells. ``uniform`` counts the
    rows that a selection left out because they do not turn in its columns.
    """

    matrix: Matrix
    strips: Mapping[str, str]
    uniform: int = 0

    @classmethod
    def of(cls, matrix: Matrix, kept: Mapping[str, str] | None = None) -> Strips:
        """Draw a matrix; ``kept`` are strips that are known to be the same as before."""
        old = kept or {}
        return cls(matrix, {each.id: old.get(each.id) or strip(matrix, each) for each in matrix.scenarios})

    def select(self, wanted: Selection) -> Strips:
        """Return the part that a selection asks for; raise InvalidFilter."""
        places = wanted.places(self.matrix.environments)
        cut, terms = _cutter(places), Terms.parse(wanted.q)
        shown = {each.id: cut(self.strips[each.id]) for each in self.matrix.scenarios}
        rows = [each for each in self.matrix.scenarios if _takes(wanted, terms, each, shown[each.id])]
        turning = [each for each in rows if turns(shown[each.id])] if wanted.changes else rows
        columns = tuple(self.matrix.environments[place] for place in places)
        return Strips(
            replace(self.matrix, scenarios=tuple(turning), environments=columns),
            {each.id: shown[each.id] for each in turning},
            len(rows) - len(turning),
        )

    def columnar(self) -> dict[str, Any]:
        """Return the JSON form: lists of scenarios and environments, and a string per scenario with a character per cell."""
        strips = [self.strips[each.id] for each in self.matrix.scenarios]
        return {
            "legend": {character: verdict.value for verdict, character in LEGEND.items()},
            "scenarios": [row_head(scenario) for scenario in self.matrix.scenarios],
            "environments": [column_head(environment) for environment in self.matrix.environments],
            "cells": [each.translate(_VERDICTS) for each in strips],
            "overlay_legend": {character: told.value if told else None for told, character in OVERLAY_LEGEND.items()},
            "overlays": [each.translate(_OVERLAYS) for each in strips],
        }


def strip(matrix: Matrix, scenario: Scenario) -> str:
    """Return the strip of one row."""
    turning = matrix.turning(scenario)
    cells = zip(matrix.environments, matrix.row(scenario), matrix.overlays(scenario), strict=True)
    return "".join(CHARACTERS[cell.verdict, cell.was, told, each.key in turning] for each, cell, told in cells)


def turns(row: str) -> bool:
    """Whether the behaviour of a strip holds in one of its columns and not in another."""
    seen = set(row)
    return not (seen.isdisjoint(HOLDING) or seen.isdisjoint(BREAKING))


def looks(row: str) -> set[Look]:
    """Return all there is to be seen in a strip."""
    return {LOOKS[each] for each in set(row)}


def _takes(wanted: Selection, terms: Terms, scenario: Scenario, row: str) -> bool:
    if wanted.area and scenario.area != wanted.area:
        return False
    if not (wanted.verdict or terms.terms):
        return True
    seen = looks(row)
    return (wanted.verdict is None or any(each.verdict is wanted.verdict for each in seen)) and terms.take(
        scenario, seen
    )


def _cutter(places: Sequence[int]) -> Callable[[str], str]:
    """Return what cuts these places out of a strip."""
    if not places:
        return lambda _row: ""
    first, last = places[0], places[-1]
    if len(places) == last - first + 1:
        return itemgetter(slice(first, last + 1))
    pick = itemgetter(*places)
    return lambda row: "".join(pick(row))
