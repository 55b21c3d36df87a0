"""Two columns side by side: the rows that broke, were mended, or say nothing; and what that makes of a move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.patterns import KNOWN, matches
from dask_matrix.domain.upgrades.answer import Safety

if TYPE_CHECKING:
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import Sides


@dataclass(frozen=True)
class Accepted:
    """The failures that a question lets pass: those listed as known, and the rows of a set."""

    known: bool = False
    rows: int = 0

    @classmethod
    def of(cls, sides: Sides, accept: tuple[str, ...]) -> Accepted:
        """Return what ``accept`` of a question means."""
        patterns = [each for each in accept if each != KNOWN]
        rows = sides.bits(lambda row: any(matches(row.id, pattern) for pattern in patterns)) if patterns else 0
        return cls(KNOWN in accept, rows)


@dataclass(frozen=True)
class Comparison:
    """Sets of rows in scope; each row is in exactly one of them, but ``accepted``, which are of those that regressed.

    A row that does not apply on one side is in ``not_applicable`` only if the other side says something too.
    """

    regressed: int
    fixed: int
    still_failing: int
    not_applicable: int
    holding: int
    unknown: int
    accepted: int = 0
    start_refused: bool = False
    target_refused: bool = False

    @property
    def safety(self) -> Safety:
        """What is said of the move. A target that does not install is no safe move; nor is one of which nothing is claimed."""
        if self.target_refused or self.regressed & ~self.accepted:
            return Safety.UNSAFE
        claimed = self.fixed | self.still_failing | self.holding | self.regressed
        return Safety.UNKNOWN if self.unknown or self.start_refused or not claimed else Safety.SAFE


def compare(
    sides: Sides, start: Environment | None, target: Environment | None, scope: int, accepts: Accepted
) -> Comparison:
    """Compare two columns over the rows of a scope; a missing column claims nothing."""
    refused = bool(target and target.refusal and target is not start)
    if start is None or target is None:
        return Comparison(0, 0, 0, 0, 0, unknown=scope, target_refused=refused)
    a, b = sides.of(start), sides.of(target)
    neither = (a.inapplicable & b.claims | b.inapplicable & a.claims) & scope
    held, broke = a.holds & scope & ~neither, a.broken & scope & ~neither
    regressed, fixed = held & b.broken, broke & b.holds
    still, holding = broke & b.broken, held & b.holds
    listed = sides.listed(target) if accepts.known else 0
    return Comparison(
        regressed,
        fixed,
        still,
        neither,
        holding,
        scope & ~(regressed | fixed | still | neither | holding),
        (listed | accepts.rows) & regressed,
        start_refused=bool(start.refusal),
        target_refused=refused,
    )


def standing_for(
    sides: Sides, release: Release, lane: Lane, python: Python | None = None, like: Environment | None = None
) -> Environment | None:
    """Return the column that stands for a release: on the platform, then on the Python of ``like``, else on the newest.

    It never depends on how much evidence a column has, so that more evidence cannot move the question elsewhere.
    """
    found = sides.columns(release, lane, python)
    if like is None:
        return found[0] if found else None
    return max(found, key=lambda each: (each.platform == like.platform, each.python == like.python), default=None)
