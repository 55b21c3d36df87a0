"""Compare two columns: which scenarios break, are fixed or are unknown, and whether the upgrade is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.patterns import KNOWN, matches
from dask_matrix.domain.upgrades.answer import Safety

if TYPE_CHECKING:
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import ColumnSets


@dataclass(frozen=True)
class Accepted:
    """Failures that a question accepts: ``known`` for all listed ones, and a set of rows."""

    known: bool = False
    rows: int = 0

    @classmethod
    def of(cls, column_sets: ColumnSets, accept: tuple[str, ...]) -> Accepted:
        """Read ``accept`` of a question."""
        patterns = [each for each in accept if each != KNOWN]
        rows = column_sets.bits(lambda row: any(matches(row.id, pattern) for pattern in patterns)) if patterns else 0
        return cls(KNOWN in accept, rows)


@dataclass(frozen=True)
class Comparison:
    """Sets of rows in scope. Each row is in exactly one set; ``accepted`` is a subset of ``regressed``.

    A row that does not apply on one side is in ``not_applicable`` only if the other side has a verdict too.
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
        """Whether the upgrade is safe. An uninstallable target is unsafe; no evidence at all is unknown."""
        if self.target_refused or self.regressed & ~self.accepted:
            return Safety.UNSAFE
        known = self.fixed | self.still_failing | self.holding | self.regressed
        return Safety.UNKNOWN if self.unknown or self.start_refused or not known else Safety.SAFE


def compare(
    column_sets: ColumnSets, start: Environment | None, target: Environment | None, scope: int, accepts: Accepted
) -> Comparison:
    """Compare two columns over the rows of a scope; if a column is missing, all rows are unknown."""
    refused = bool(target and target.refusal and target is not start)
    if start is None or target is None:
        return Comparison(0, 0, 0, 0, 0, unknown=scope, target_refused=refused)
    a, b = column_sets.of(start), column_sets.of(target)
    neither = (a.inapplicable & b.decided | b.inapplicable & a.decided) & scope
    passed, failed = a.passes & scope & ~neither, a.broken & scope & ~neither
    regressed, fixed = passed & b.broken, failed & b.passes
    still, holding = failed & b.broken, passed & b.passes
    listed = column_sets.known_failures(target) if accepts.known else 0
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


def representative_column(
    column_sets: ColumnSets, release: Release, lane: Lane, python: Python | None = None, like: Environment | None = None
) -> Environment | None:
    """Return the environment that represents a release: with the platform, then the Python of ``like``, else the newest Python.

    The choice never depends on the amount of evidence, so new results cannot change which environment answers.
    """
    found = column_sets.columns(release, lane, python)
    if like is None:
        return found[0] if found else None
    return max(found, key=lambda each: (each.platform == like.platform, each.python == like.python), default=None)
