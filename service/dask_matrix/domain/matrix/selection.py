"""Which rows and columns of the matrix to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.outcome import Verdict


class EmptyRange(DaskMatrixError):
    """The start of a range of releases is later than its end."""


@dataclass(frozen=True)
class Selection:
    """The rows and columns to show; an empty selection is the whole matrix. ``start`` and ``end`` are inclusive.

    ``q`` is a filter as `dask_matrix.domain.matrix.filter_language` reads it, ``changes`` selects
    rows that change in the selected columns, ``last`` the last releases among them; 0 is all.
    """

    area: str = ""
    q: str = ""
    verdict: Verdict | None = None
    start: Release | None = None
    end: Release | None = None
    python: Python | None = None
    lane: Lane | None = None
    changes: bool = False
    last: int = 0

    def __post_init__(self) -> None:
        """Reject a range that is always empty."""
        if self.start is not None and self.end is not None and self.start > self.end:
            raise EmptyRange(f"Empty range: from {self.start} is later than to {self.end}.")

    def column_numbers(self, environments: Sequence[Environment]) -> list[int]:
        """Return the numbers of the selected columns of a matrix; a commit pair belongs to the release before it there."""
        selected, place = [], None
        for number, each in enumerate(environments):
            place = each.release if each.pair is None else place
            if self._includes(each, place or each.release):
                selected.append(number)
        released = (environments[number] for number in selected)
        releases = sorted({each.release for each in released if each.pair is None})
        if not self.last or len(releases) <= self.last:
            return selected
        first = next(number for number in selected if environments[number].release == releases[-self.last])
        return [number for number in selected if number >= first]

    def _includes(self, environment: Environment, place: Release) -> bool:
        """Whether a column is selected. A commit pair comes after its place, so a range that ends there excludes it."""
        return (
            (self.start is None or place >= self.start)
            and (self.end is None or (place < self.end if environment.pair else place <= self.end))
            and (self.python is None or environment.python == self.python)
            and (self.lane is None or environment.lane == self.lane)
        )
