"""Which part of the matrix is asked for."""

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
    """The first release asked for is later than the last."""


@dataclass(frozen=True)
class Selection:
    """What of the matrix is asked for; an empty selection is all of it. ``start`` and ``end`` are inclusive.

    ``q`` is a filter as `dask_matrix.domain.matrix.filter_language` reads it, ``changes`` asks for the rows that turn in the columns taken,
    ``last`` for the last so many releases of them; 0 is all.
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
        """Refuse a range that is empty whatever there is."""
        if self.start is not None and self.end is not None and self.start > self.end:
            raise EmptyRange(f"from {self.start} is later than to {self.end}: no release is in between.")

    def takes(self, environment: Environment) -> bool:
        """Whether a column is in it. What is no release, main, stands after all of them: an end leaves it out."""
        after_all = environment.pair is not None and environment.pair.is_main
        return (
            (self.start is None or after_all or environment.release >= self.start)
            and (self.end is None or (environment.release <= self.end and not after_all))
            and (self.python is None or environment.python == self.python)
            and (self.lane is None or environment.lane == self.lane)
        )

    def places(self, environments: Sequence[Environment]) -> list[int]:
        """Return which of these columns are in it, by their numbers."""
        taken = [number for number, each in enumerate(environments) if self.takes(each)]
        released = (environments[number] for number in taken)
        releases = sorted({each.release for each in released if each.pair is None})
        if not self.last or len(releases) <= self.last:
            return taken
        first = next(number for number in taken if environments[number].release == releases[-self.last])
        return [number for number in taken if number >= first]
