"""Where behaviours turned: the changes of verdict from one release to the next, one environment for each release."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.comparison import standing_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.verdicts.verdict import Judgement


@dataclass(frozen=True)
class Turn:
    """A scenario that holds in one of two environments and not in the other: the earlier one and the one it turns in."""

    scenario: Scenario
    before: Environment
    after: Environment
    was: Judgement
    now: Judgement

    @property
    def breaks(self) -> bool:
        """Whether it held before; otherwise it is fixed."""
        return bool(self.was.verdict.holds)


def line(matrix: Matrix, lane: Lane = Lane.AS_RELEASED) -> Matrix:
    """Return the matrix with one environment for each release: that of the newest Python in a lane."""
    sides = Sides(matrix)
    standing = (standing_for(sides, release, lane) for release in sides.releases)
    return replace(matrix, environments=tuple(each for each in standing if each))


def turns(matrix: Matrix) -> Iterator[Turn]:
    """Yield the turns of all rows of a matrix of one lane, just those that `Matrix.turning` names."""
    for scenario in matrix.scenarios:
        if keys := matrix.turning(scenario):
            yield from _turns(matrix, scenario, keys)


def _turns(matrix: Matrix, scenario: Scenario, keys: frozenset[str]) -> Iterator[Turn]:
    cells = zip(matrix.environments, matrix.row(scenario), strict=True)
    claims = [(environment, cell) for environment, cell in cells if cell.verdict.holds is not None]
    for (before, was), (after, now) in pairwise(claims):
        if after.key in keys:
            yield Turn(scenario, before, after, was, now)
