"""Find the neighbours of a cell in its row: its line of releases, the opposite verdict, the nearest transition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.transitions import row_transitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Transition


@dataclass(frozen=True)
class Line:
    """The environments of one lane, one for each release, in order. ``python`` is None if the lane has only one for each."""

    lane: Lane
    python: Python | None
    platform: str
    environments: tuple[Environment, ...]

    def transitions(self, matrix: Matrix, scenario: Scenario) -> list[Transition]:
        """Return the transitions of a row into one of these environments."""
        keys = {each.key for each in self.environments}
        return [each for each in row_transitions(matrix, scenario) if each.after.key in keys]


def lines(environments: Sequence[Environment]) -> list[Line]:
    """Return the lines of a matrix: one for each lane and platform, and one for each Python if a release has several."""
    found = []
    for lane, platform in dict.fromkeys((each.lane, each.platform) for each in environments):
        alike = [each for each in environments if (each.lane, each.platform) == (lane, platform)]
        if len({each.release for each in alike}) == len(alike):
            found.append(Line(lane, None, platform, tuple(alike)))
            continue
        found += [
            Line(lane, python, platform, tuple(each for each in alike if each.python == python))
            for python in sorted({each.python for each in alike})
        ]
    return found


def line_through(matrix: Matrix, environment: Environment) -> tuple[Environment, ...]:
    """Return one environment for each release of its lane and platform: itself, one with its Python, or the newest Python."""
    releases = dict.fromkeys(each.release for each in matrix.environments)
    own = environment if environment in matrix.environments else None
    chosen = (
        own if own and each == own.release else matrix.compared_columns.of(each, environment) for each in releases
    )
    return tuple(each for each in chosen if each)


def before(matrix: Matrix, environment: Environment) -> Environment | None:
    """Return the installable environment of the nearest release that this one follows, in the same lane; None if none."""
    return next((each for each in matrix.compared_columns.before(environment) if not each.refusal), None)


def opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the nearest related environment with the opposite verdict; of two equally near, the earlier one."""
    found = _opposites(matrix, scenario, environment)
    return min(found, key=lambda each: (abs(each[0]), each[0]))[1] if found else None


def last_opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the last earlier environment with the opposite verdict; if there is none, the first later one."""
    found = _opposites(matrix, scenario, environment)
    earlier = [each for distance, each in found if distance < 0]
    return earlier[-1] if earlier else next((each for _, each in found), None)


def nearest_transition(matrix: Matrix, scenario: Scenario, environment: Environment) -> Transition | None:
    """Return the transition of a row nearest to an environment on its line: into it, out of it, or the next one."""
    related = _related(matrix, environment)
    if environment not in related:
        return None
    places = {each.release: place for place, each in enumerate(related)}
    here, keys = places[environment.release], {each.key for each in related}

    def distance(transition: Transition) -> tuple[int, int]:
        first, last = places[transition.before.release], places[transition.after.release]
        return min(abs(here - first), abs(here - last)), -last

    found = row_transitions(matrix, scenario)
    on_line = (each for each in found if each.after.key in keys and each.before.release in places)
    return min(on_line, key=distance, default=None)


def _related(matrix: Matrix, environment: Environment) -> list[Environment]:
    """Return the environments of its line whose releases its own follows, itself, and those whose releases follow it."""
    line = line_through(matrix, environment)
    if environment not in line:
        return []
    lineage, own = matrix.lineage, environment.release
    later = lineage.descendants(own)
    related = {own, *later, *lineage.ancestors(own)}
    return [
        each for each in line if each.release in related or (each.pair and lineage.predecessor(each.release) in later)
    ]


def _opposites(matrix: Matrix, scenario: Scenario, environment: Environment) -> list[tuple[int, Environment]]:
    """Return (distance, environment) for each related environment with the opposite verdict; negative is earlier."""
    passes = matrix.cell(scenario, environment).verdict.passes
    related = _related(matrix, environment)
    if passes is None or not related:
        return []
    here = related.index(environment)
    return [
        (place - here, each)
        for place, each in enumerate(related)
        if matrix.cell(scenario, each).verdict.passes is (not passes)
    ]
