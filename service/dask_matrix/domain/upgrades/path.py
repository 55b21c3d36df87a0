"""Compare every release between start and target with the start; write a requirement that allows only safe ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.upgrades.answer import Safety, Step
from dask_matrix.domain.upgrades.comparison import Accepted, Comparison, compare, representative_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import ColumnSets


@dataclass(frozen=True)
class UpgradePath:
    """The start of an upgrade, and how each release in between is compared with it."""

    column_sets: ColumnSets
    start: Environment
    lane: Lane
    python: Python | None
    scope: int
    accepts: Accepted

    def comparison(self, release: Release) -> tuple[Environment | None, Comparison]:
        """Return the environment that represents a release, and how it compares with the start."""
        column = representative_column(self.column_sets, release, self.lane, self.python, like=self.start)
        return column, compare(self.column_sets, self.start, column, self.scope, self.accepts)

    def is_safe(self, release: Release) -> bool:
        """Whether it is safe to upgrade to a release."""
        return self.comparison(release)[1].safety is Safety.SAFE

    def step(self, release: Release) -> Step:
        """Return how one release compares with the start."""
        column, compared = self.comparison(release)
        return Step(
            release=str(release),
            released_at=column.released_at if column else None,
            late=bool(column and column.key in self.column_sets.late),
            verdict=compared.safety,
            regressed=compared.regressed.bit_count(),
            fixed=compared.fixed.bit_count(),
            unknown=compared.unknown.bit_count(),
            installs=not (column and column.refusal),
        )


def between(releases: Iterable[Release], start: Release, target: Release) -> list[Release]:
    """Return the releases after start up to and including target; descending if target is lower."""
    if target < start:
        return sorted((each for each in releases if target <= each < start), reverse=True)
    return sorted(each for each in releases if start < each <= target)


def specifier(start: Release, steps: list[Step]) -> str:
    """Return a requirement such as ``dask>=2025.2.0,!=2025.4.0,<=2025.5.1`` that allows the start and safe releases only.

    Unknown releases are excluded too.
    """
    verdicts = {Release.parse(step.release): step.verdict for step in steps}
    safe = [release for release, verdict in verdicts.items() if verdict is Safety.SAFE]
    lowest, highest = min([start, *safe]), max([start, *safe])
    if lowest == highest:
        return f"dask=={start}"
    others = sorted(each for each in verdicts if each not in safe and lowest < each < highest)
    return ",".join([f"dask>={lowest}", *(f"!={release}" for release in others), f"<={highest}"])
