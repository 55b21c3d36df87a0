"""Transitions: where a scenario's verdict changes from one release to the one that follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.matrix.gap import NO_GAP
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.comparison import representative_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.matrix.gap import Gap
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.verdicts.verdict import Judgement


@dataclass(frozen=True)
class Transition:
    """A scenario that passes in one of two environments and fails in the other.

    It changes in ``after``, or in a release of ``gap``: those between the two that have no verdict.
    """

    scenario: Scenario
    before: Environment
    after: Environment
    was: Judgement
    now: Judgement
    gap: Gap = NO_GAP

    @property
    def breaks(self) -> bool:
        """Whether it passed before; otherwise it is fixed."""
        return bool(self.was.verdict.passes)

    @property
    def where(self) -> str:
        """Where it changes: ``in 2025.4.0``, or ``between 2025.2.0 and 2025.4.0 (1 release untested)``."""
        return self.gap.where(self.before.name, self.after.name)

    @property
    def sentence(self) -> str:
        """``breaks in 2025.4.0``, ``fixed between 2025.2.0 and 2025.4.0 (1 release untested)``."""
        return f"{'breaks' if self.breaks else 'fixed'} {self.where}"


def line(matrix: Matrix, lane: Lane = Lane.AS_RELEASED) -> Matrix:
    """Return the matrix with one environment for each release of a lane: that with the newest Python."""
    column_sets = ColumnSets(matrix)
    chosen = (representative_column(column_sets, release, lane) for release in column_sets.releases)
    return replace(matrix, environments=tuple(each for each in chosen if each))


def transitions(matrix: Matrix) -> Iterator[Transition]:
    """Yield the transitions of all rows of a matrix, the same as `Matrix.transition_columns`."""
    for scenario in matrix.scenarios:
        yield from row_transitions(matrix, scenario)


def row_transitions(matrix: Matrix, scenario: Scenario) -> list[Transition]:
    """Return the transitions of one row, in the order of the columns."""
    if not (changes := matrix.transition_columns(scenario)):
        return []
    row, columns = matrix.row(scenario), matrix.environments
    return [
        Transition(
            scenario, columns[was], columns[now], row[was], row[now], matrix.gap(columns[was], columns[now], scenario)
        )
        for was, now in changes
    ]
