"""What a cell is told of, whether as a page or as JSON: its results, what stands beside it, what differs in the lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import before, last_opposite, nearest_turn, opposite
from dask_matrix.domain.upgrades.lock_diff import packages_changed

if TYPE_CHECKING:
    from datetime import datetime

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.transitions.transitions import Turn
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.verdicts.verdict import Judgement
    from dask_matrix.web.reader import Reader


@dataclass(frozen=True)
class Neighbour:
    """Another cell of the row with the result that decides it; ``opposite``: it says the opposite, and is the nearest to."""

    environment: Environment
    judgement: Judgement
    result: Result | None
    opposite: bool


@dataclass(frozen=True)
class Locks:
    """The last environment before where the verdict was the opposite, or the first one after; and what differs in the locks."""

    environment: Environment
    held: bool
    packages: tuple[PackageChange, ...]


@dataclass(frozen=True)
class Cell:
    """One cell and what stands around it; ``results`` are newest first, ``matrix`` has at least the cells of its row."""

    matrix: Matrix
    scenario: Scenario
    environment: Environment
    judgement: Judgement
    results: tuple[Result, ...]
    neighbour: Neighbour | None
    locks: Locks | None
    turn: Turn | None

    @property
    def deciding(self) -> Result | None:
        """The result that decides."""
        return next((each for each in self.results if each.id == self.judgement.result), None)


def cell(books: Reader, scenario: Scenario, key: str, at: datetime | None) -> Cell:
    """Return a cell as it is, or as it was at a moment; raise UnknownName for an environment that there is not."""
    environment, matrix = books.store.environment(key), books.matrix(at)
    return Cell(
        matrix=matrix,
        scenario=scenario,
        environment=environment,
        judgement=matrix.cell(scenario, environment),
        results=tuple(books.store.results(scenario.id, key, at)),
        neighbour=_neighbour(books, matrix, scenario, environment),
        locks=_locks(matrix, scenario, environment),
        turn=nearest_turn(matrix, scenario, environment),
    )


def _neighbour(books: Reader, matrix: Matrix, scenario: Scenario, environment: Environment) -> Neighbour | None:
    nearest = opposite(matrix, scenario, environment)
    other = nearest or before(matrix.environments, environment)
    if other is None:
        return None
    judgement = matrix.cell(scenario, other)
    result = books.store.result(judgement.result) if judgement.result else None
    return Neighbour(other, judgement, result, opposite=nearest is not None)


def _locks(matrix: Matrix, scenario: Scenario, environment: Environment) -> Locks | None:
    other = last_opposite(matrix, scenario, environment)
    if other is None:
        return None
    earlier = other.release < environment.release
    changed = packages_changed(other, environment) if earlier else packages_changed(environment, other)
    return Locks(other, bool(matrix.cell(scenario, other).verdict.holds), changed)
