"""Which column each column of a matrix is compared with: that of the release it follows, in its lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.lineage import Lineage
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment

Place = tuple["Release", "Lane", str]
"""A release, a lane and a platform."""


class ComparedColumns:
    """The columns of a matrix by release, lane and platform; the releases that each of them follows are in ``lineage``."""

    def __init__(self, environments: Iterable[Environment], lineage: Lineage) -> None:
        self.lineage = lineage
        self._places: dict[Place, list[Environment]] = {}
        for each in environments:
            self._places.setdefault((each.release, each.lane, each.platform), []).append(each)

    def of(self, release: Release, like: Environment) -> Environment | None:
        """Return the column of a release in the lane of another column: on its Python, else on the newest."""

        def preference(each: Environment) -> tuple[bool, Python]:
            return each.python == like.python, each.python

        return max(self._places.get((release, like.lane, like.platform), ()), key=preference, default=None)

    def before(self, environment: Environment) -> Iterator[Environment]:
        """Yield the columns of the releases that an environment's follows, nearest first."""
        found = (self.of(each, environment) for each in self.lineage.ancestors(environment.release))
        return (each for each in found if each)

    def predecessors(self, environments: Iterable[Environment]) -> tuple[int | None, ...]:
        """Return for each column the number of the one it is compared with; None for the first of its line."""
        ordered = list(environments)
        numbers = {each.key: number for number, each in enumerate(ordered)}
        nearest = (next(self.before(each), None) for each in ordered)
        return tuple(numbers[each.key] if each else None for each in nearest)
