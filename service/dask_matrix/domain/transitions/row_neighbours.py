"""What stands beside a cell in its row: the line of releases it belongs to, the opposite verdict, the nearest turning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.transitions import turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Turn


@dataclass(frozen=True)
class Line:
    """The environments of one lane, one for each release, in order. ``python`` is None where the lane has but one for each."""

    lane: Lane
    python: Python | None
    platform: str
    environments: tuple[Environment, ...]


def lines(environments: Sequence[Environment]) -> list[Line]:
    """Return the lines of a matrix: one for each lane and platform, and one for each Python where a release has several."""
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
    """Return one environment for each release of the same lane and platform: itself, then its Python, else the newest."""
    chosen: dict[Release, Environment] = {}
    for each in environments:
        if (each.lane, each.platform) == (environment.lane, environment.platform):
            standing = chosen.setdefault(each.release, each)
            chosen[each.release] = max(standing, each, key=lambda one: _nearness(one, environment))
    return tuple(sorted(chosen.values(), key=lambda each: each.order))


def before(environments: Iterable[Environment], environment: Environment) -> Environment | None:
    """Return the environment of the release before in the same lane that can be had, None if it is the first."""
    line = line_through(environments, environment)
    earlier = [each for each in line if each.order < environment.order and not each.refusal]
    return earlier[-1] if earlier else None


def opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the nearest environment of the line where the verdict is the opposite, the earlier of two as near."""
    found = _opposites(matrix, scenario, environment)
    return min(found, key=lambda each: (abs(each[0]), each[0]))[1] if found else None


def last_opposite(matrix: Matrix, scenario: Scenario, environment: Environment) -> Environment | None:
    """Return the last environment before where the verdict is the opposite; where there is none, the first one after."""
    found = _opposites(matrix, scenario, environment)
    earlier = [each for distance, each in found if distance < 0]
    return earlier[-1] if earlier else next((each for _, each in found), None)


def nearest_turn(matrix: Matrix, scenario: Scenario, environment: Environment) -> Turn | None:
    """Return the turn of a row nearest to an environment, on its line: that which ends in it, begins in it, or is next."""
    line = line_through(matrix.environments, environment)
    if environment not in line:
        return None
    places = {each.key: place for place, each in enumerate(line)}
    here = places[environment.key]

    def distance(turn: Turn) -> tuple[int, int]:
        first, last = places[turn.before.key], places[turn.after.key]
        return min(abs(here - first), abs(here - last)), -last

    return min(turns_on(matrix, scenario, line), key=distance, default=None)


def turns_on(matrix: Matrix, scenario: Scenario, line: tuple[Environment, ...]) -> list[Turn]:
    """Return the turns of one row on one line."""
    return list(turns(replace(matrix, scenarios=(scenario,), environments=line)))


def _nearness(one: Environment, wanted: Environment) -> tuple[bool, bool, Python]:
    return one.key == wanted.key, one.python == wanted.python, one.python


def _opposites(matrix: Matrix, scenario: Scenario, environment: Environment) -> list[tuple[int, Environment]]:
    """Return the environments of the line that claim the opposite, each with its distance; negative before."""
    holds = matrix.cell(scenario, environment).verdict.holds
    line = line_through(matrix.environments, environment)
    if holds is None or environment not in line:
        return []
    here = line.index(environment)
    return [
        (place - here, each)
        for place, each in enumerate(line)
        if matrix.cell(scenario, each).verdict.holds is (not holds)
    ]
