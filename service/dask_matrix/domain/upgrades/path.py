"""The releases between start and target: which of them are safe, and the requirement that admits only those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.upgrades.answer import Safety, Step
from dask_matrix.domain.upgrades.comparison import Accepted, Comparison, compare, standing_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import Sides


@dataclass(frozen=True)
class Walk:
    """What every step of a road is compared with, and how."""

    sides: Sides
    start: Environment
    lane: Lane
    python: Python | None
    scope: int
    accepts: Accepted

    def comparison(self, release: Release) -> tuple[Environment | None, Comparison]:
        """Return what stands for a release, and how it compares with the start."""
        column = standing_for(self.sides, release, self.lane, self.python, like=self.start)
        return column, compare(self.sides, self.start, column, self.scope, self.accepts)

    def is_safe(self, release: Release) -> bool:
        """Whether it is safe to move to a release."""
        return self.comparison(release)[1].safety is Safety.SAFE

    def step(self, release: Release) -> Step:
        """Return one release of the road."""
        column, compared = self.comparison(release)
        return Step(
            release=str(release),
            released_at=column.released_at if column else None,
            late=bool(column and column.key in self.sides.late),
            verdict=compared.safety,
            regressed=compared.regressed.bit_count(),
            fixed=compared.fixed.bit_count(),
            unknown=compared.unknown.bit_count(),
            installs=not (column and column.refusal),
        )


def between(releases: Iterable[Release], start: Release, target: Release) -> list[Release]:
    """Return the releases from start, without it, to target, with it, in the order of the way: down if target is lower."""
    if target < start:
        return sorted((each for each in releases if target <= each < start), reverse=True)
    return sorted(each for each in releases if start < each <= target)


def specifier(start: Release, steps: list[Step]) -> str:
    """Return a requirement such as ``dask>=2025.2.0,!=2025.4.0,<=2025.5.1`` that admits the start and what is safe.

    Unknown is never safe, so it is left out too.
    """
    verdicts = {Release.parse(step.release): step.verdict for step in steps}
    safe = [release for release, verdict in verdicts.items() if verdict is Safety.SAFE]
    lowest, highest = min([start, *safe]), max([start, *safe])
    if lowest == highest:
        return f"dask=={start}"
    others = sorted(each for each in verdicts if each not in safe and lowest < each < highest)
    return ",".join([f"dask>={lowest}", *(f"!={release}" for release in others), f"<={highest}"])
