"""Find the neighbours of a cell in its row: its line of releases, the opposite verdict, the nearest transition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.transitions import transitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
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


def line_through(environments: Iterable[Environment], environment: Environment) -> tuple[Environment, ...]:
    """Return one environment for each release of its lane and platform: itself, one with its Python, or the newest Python."""
    chosen: dict[Release, Environment] = {}
    for each in environments:
        if (each.lane, each.platform) == (environment.lane, environment.platform):
            current = chosen.setdefault(each.release, each)
            chosen[each.release] = max(current, each, key=lambda one: _preference(one, environment))
    return tuple(sorted(chosen.values(), key=lambda each: each.order))


def before(environments: Iterable[Environment], environment: Environment) -> Environment | None:
    """Return the environment of the previous installable release in the same lane, None if there is none."""
    line = line_through(environments, environment)
    earlier = [each for each in line if each.order < environment.order and not each.refusal]
    return earlier[-1] if earlier else None


def opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the nearest environment of the line with the opposite verdict; of two equally near, the earlier one."""
    found = _opposites(matrix, scenario, environment)
    return min(found, key=lambda each: (abs(each[0]), each[0]))[1] if found else None


def last_opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the last earlier environment with the opposite verdict; if there is none, the first later one."""
    found = _opposites(matrix, scenario, environment)
    earlier = [each for distance, each in found if distance < 0]
    return earlier[-1] if earlier else next((each for _, each in found), None)


def nearest_transition(matrix: Matrix, scenario: Scenario, environment: Environment) -> Transition | None:
    """Return the transition of a row nearest to an environment on its line: into it, out of it, or the next one."""
    line = line_through(matrix.environments, environment)
    if environment not in line:
        return None
    places = {each.key: place for place, each in enumerate(line)}
    here = places[environment.key]

    def distance(transition: Transition) -> tuple[int, int]:
        first, last = places[transition.before.key], places[transition.after.key]
        return min(abs(here - first), abs(here - last)), -last

    return min(row_transitions(matrix, scenario, line), key=distance, default=None)


def row_transitions(matrix: Matrix, scenario: Scenario, line: tuple[Environment, ...]) -> list[Transition]:
    """Return the transitions of one row on one line."""
    return list(transitions(replace(matrix, scenarios=(scenario,), environments=line)))


def _preference(one: Environment, like: Environment) -> tuple[bool, bool, Python]:
    return one.key == like.key, one.python == like.python, one.python


def _opposites(matrix: Matrix, scenario: Scenario, environment: Environment) -> list[tuple[int, Environment]]:
    """Return (distance, environment) for each environment of the line with the opposite verdict; negative is earlier."""
    passes = matrix.cell(scenario, environment).verdict.passes
    line = line_through(matrix.environments, environment)
    if passes is None or environment not in line:
        return []
    here = line.index(environment)
    return [
        (place - here, each)
        for place, each in enumerate(line)
        if matrix.cell(scenario, each).verdict.passes is (not passes)
    ]
