"""One cell for its page and JSON: verdict, results, the neighbour to compare with, and the differences in the locks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import before, last_opposite, nearest_transition, opposite
from dask_matrix.domain.upgrades.lock_diff import packages_changed

if TYPE_CHECKING:
    from datetime import datetime

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.verdicts.verdict import Judgement
    from dask_matrix.web.reader import Reader


@dataclass(frozen=True)
class Neighbour:
    """The cell to compare with, and its deciding result; ``opposite``: the nearest with the opposite verdict."""

    environment: Environment
    judgement: Judgement
    result: Result | None
    opposite: bool


@dataclass(frozen=True)
class Locks:
    """The last earlier environment with the opposite verdict, or else the first later one; and the package differences."""

    environment: Environment
    passes: bool
    packages: tuple[PackageChange, ...]


@dataclass(frozen=True)
class Cell:
    """One cell with its context; ``results`` are newest first, ``matrix`` has at least the cells of its row.

    ``deciding`` is the result that decides the verdict: one of ``results``, or that of the test file, which could not be
    imported.
    """

    matrix: Matrix
    scenario: Scenario
    environment: Environment
    judgement: Judgement
    results: tuple[Result, ...]
    neighbour: Neighbour | None
    locks: Locks | None
    turn: Transition | None
    deciding: Result | None
    scenario_set: str = ""


def cell(reader: Reader, scenario: Scenario, key: str, at: datetime | None) -> Cell:
    """Return a cell as it is, or as it was at a moment; raise UnknownName for an unknown environment."""
    environment, matrix = reader.store.environment(key), reader.matrix(at)
    judgement = matrix.cell(scenario, environment)
    return Cell(
        matrix=matrix,
        scenario=scenario,
        environment=environment,
        judgement=judgement,
        results=tuple(reader.store.results(scenario.id, key, at)),
        neighbour=_neighbour(reader, matrix, scenario, environment),
        locks=_locks(matrix, scenario, environment),
        turn=nearest_transition(matrix, scenario, environment),
        scenario_set=reader.store.scenario_set(scenario.id),
        deciding=reader.store.result(judgement.result) if judgement.result else None,
    )


def _neighbour(reader: Reader, matrix: Matrix, scenario: Scenario, environment: Environment) -> Neighbour | None:
    nearest = opposite(matrix, scenario, environment)
    other = nearest or before(matrix, environment)
    if other is None:
        return None
    judgement = matrix.cell(scenario, other)
    result = reader.store.result(judgement.result) if judgement.result else None
    return Neighbour(other, judgement, result, opposite=nearest is not None)


def _locks(matrix: Matrix, scenario: Scenario, environment: Environment) -> Locks | None:
    other = last_opposite(matrix, scenario, environment)
    if other is None:
        return None
    earlier = other.release < environment.release
    changed = packages_changed(other, environment) if earlier else packages_changed(environment, other)
    return Locks(other, bool(matrix.cell(scenario, other).verdict.passes), changed)
