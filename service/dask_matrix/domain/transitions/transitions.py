"""Transitions: where a scenario's verdict changes from one release to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.comparison import representative_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.verdicts.verdict import Judgement


@dataclass(frozen=True)
class Transition:
    """A scenario that passes in one of two environments and fails in the other; it changes in ``after``."""

    scenario: Scenario
    before: Environment
    after: Environment
    was: Judgement
    now: Judgement

    @property
    def breaks(self) -> bool:
        """Whether it passed before; otherwise it is fixed."""
        return bool(self.was.verdict.passes)


def line(matrix: Matrix, lane: Lane = Lane.AS_RELEASED) -> Matrix:
    """Return the matrix with one environment for each release of a lane: that with the newest Python."""
    column_sets = ColumnSets(matrix)
    chosen = (representative_column(column_sets, release, lane) for release in column_sets.releases)
    return replace(matrix, environments=tuple(each for each in chosen if each))


def transitions(matrix: Matrix) -> Iterator[Transition]:
    """Yield the transitions of all rows of a matrix of one lane, the same as `Matrix.transition_keys`."""
    for scenario in matrix.scenarios:
        if keys := matrix.transition_keys(scenario):
            yield from _row_transitions(matrix, scenario, keys)


def _row_transitions(matrix: Matrix, scenario: Scenario, keys: frozenset[str]) -> Iterator[Transition]:
    cells = zip(matrix.environments, matrix.row(scenario), strict=True)
    known = [(environment, cell) for environment, cell in cells if cell.verdict.passes is not None]
    for (before, was), (after, now) in pairwise(known):
        if after.key in keys:
            yield Transition(scenario, before, after, was, now)
