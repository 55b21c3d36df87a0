"""The rows of a matrix as strings with one character per column, so that a part of the matrix is a slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.matrix.cell_states import CELL_STATES, CHARACTERS
from dask_matrix.domain.matrix.filter_language import Terms
from dask_matrix.domain.matrix.matrix import LEGEND, OVERLAY_LEGEND, Matrix
from dask_matrix.domain.matrix.rows_and_columns import column_head, row_head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_matrix.domain.matrix.cell_states import CellState
    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.matrix.selection import Selection

PASSING = frozenset(each for each, state in CELL_STATES.items() if state.passes is True)
FAILING = frozenset(each for each, state in CELL_STATES.items() if state.passes is False)
_VERDICTS = str.maketrans({each: LEGEND[state.verdict] for each, state in CELL_STATES.items()})
_OVERLAYS = str.maketrans({each: OVERLAY_LEGEND[state.overlay] for each, state in CELL_STATES.items()})


@dataclass(frozen=True)
class EncodedRows:
    """A matrix, or a part of it, and its encoded rows: scenario id -> one character of CELL_STATES per column.

    Transitions are those of the whole matrix: a part of it shows the same marks. ``follows`` maps the key of a column to
    that of the column it is compared with. ``uniform`` counts the rows that a selection left out because they do not
    change in its columns.
    """

    matrix: Matrix
    rows: Mapping[str, str]
    follows: Mapping[str, str]
    uniform: int = 0

    @classmethod
    def of(cls, matrix: Matrix, unchanged: Mapping[str, str] | None = None) -> EncodedRows:
        """Encode a matrix; ``unchanged`` are rows that are already encoded."""
        known = unchanged or {}
        rows = {each.id: known.get(each.id) or encoded_row(matrix, each) for each in matrix.scenarios}
        return cls(matrix, rows, matrix.follows)

    def select(self, selection: Selection) -> EncodedRows:
        """Return the part that a selection selects; raise InvalidFilter."""
        numbers = selection.column_numbers(self.matrix.environments)
        extract, terms = _extractor(numbers), Terms.parse(selection.q)
        shown = {each.id: extract(self.rows[each.id]) for each in self.matrix.scenarios}
        rows = [each for each in self.matrix.scenarios if _includes(selection, terms, each, shown[each.id])]
        changing = [each for each in rows if changes_verdict(shown[each.id])] if selection.changes else rows
        columns = tuple(self.matrix.environments[number] for number in numbers)
        return EncodedRows(
            replace(self.matrix, scenarios=tuple(changing), environments=columns),
            {each.id: shown[each.id] for each in changing},
            self.follows,
            len(rows) - len(changing),
        )

    def columnar(self) -> dict[str, Any]:
        """Return the JSON form: lists of scenarios and environments, and a string per scenario with a character per cell."""
        encoded_rows = [self.rows[each.id] for each in self.matrix.scenarios]
        return {
            "legend": {character: verdict.value for verdict, character in LEGEND.items()},
            "scenarios": [row_head(scenario) for scenario in self.matrix.scenarios],
            "environments": [
                column_head(each) | {"follows": self.follows.get(each.key)} for each in self.matrix.environments
            ],
            "cells": [each.translate(_VERDICTS) for each in encoded_rows],
            "overlay_legend": {
                character: overlay.value if overlay else None for overlay, character in OVERLAY_LEGEND.items()
            },
            "overlays": [each.translate(_OVERLAYS) for each in encoded_rows],
        }


def encoded_row(matrix: Matrix, scenario: Scenario) -> str:
    """Return one row as a string."""
    columns, changes = matrix.environments, {now: was for was, now in matrix.transition_columns(scenario)}
    after_gap = {now for now, was in changes.items() if matrix.gap(columns[was], columns[now], scenario)}
    cells = enumerate(zip(matrix.row(scenario), matrix.overlays(scenario), strict=True))
    return "".join(
        CHARACTERS[cell.verdict, cell.was, overlay, number in changes, number in after_gap]
        for number, (cell, overlay) in cells
    )


def changes_verdict(row: str) -> bool:
    """Whether an encoded row passes in one of its columns and fails in another."""
    characters = set(row)
    return not (characters.isdisjoint(PASSING) or characters.isdisjoint(FAILING))


def cell_states(row: str) -> set[CellState]:
    """Return the states of the cells in an encoded row."""
    return {CELL_STATES[each] for each in set(row)}


def _includes(selection: Selection, terms: Terms, scenario: Scenario, row: str) -> bool:
    if selection.area and scenario.area != selection.area:
        return False
    if not (selection.verdict or terms.terms):
        return True
    states = cell_states(row)
    return (selection.verdict is None or any(each.verdict is selection.verdict for each in states)) and terms.include(
        scenario, states
    )


def _extractor(numbers: Sequence[int]) -> Callable[[str], str]:
    """Return a function that extracts these columns from an encoded row."""
    if not numbers:
        return lambda _row: ""
    first, last = numbers[0], numbers[-1]
    if len(numbers) == last - first + 1:
        return itemgetter(slice(first, last + 1))
    pick = itemgetter(*numbers)
    return lambda row: "".join(pick(row))
