"""Compare the locks of two environments, and a release in two lanes to tell Dask from its dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane, packages
from dask_matrix.domain.upgrades.answer import LaneComparison, LaneDifference, PackageChange
from dask_matrix.domain.upgrades.comparison import representative_column
from dask_matrix.domain.upgrades.labels import column, listed
from dask_matrix.domain.upgrades.reasons import scenarios_that, verb

if TYPE_CHECKING:
    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import ColumnSets

UPGRADED = frozenset({"dask", "distributed"})
"""Left out of package changes: these change by definition."""
FIRST_LISTED = ("pandas", "numpy", "pyarrow", "scipy")
"""Listed first: the packages most likely to change behaviour."""


def packages_changed(before: Environment | None, after: Environment | None) -> tuple[PackageChange, ...]:
    """Return the packages other than Dask that differ between two locks, FIRST_LISTED first."""
    if before is None or after is None or not before.lock or not after.lock:
        return ()
    old, new = packages(before.lock), packages(after.lock)
    differing = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name) and name not in UPGRADED]
    ordered = sorted(differing, key=lambda name: (name not in FIRST_LISTED, name))
    return tuple(PackageChange(name=name, before=old.get(name), after=new.get(name)) for name in ordered)


def lane_comparison(
    column_sets: ColumnSets, release: Release, target: Environment | None, python: Python | None, scope: int
) -> LaneComparison | None:
    """Return how a release differs as released and with the latest dependencies; None without a difference or results.

    ``target`` is the environment that represents the release in the answer.
    """
    own = representative_column(column_sets, release, Lane.AS_RELEASED, python, like=target)
    other = representative_column(column_sets, release, Lane.LATEST, python, like=own)
    if own is None or other is None or own.refusal or other.refusal:
        return None
    a, b = column_sets.of(own), column_sets.of(other)
    breaks, fixes = a.passes & b.broken & scope, a.broken & b.passes & scope
    if not breaks | fixes:
        return None
    changed = packages_changed(own, other)
    return LaneComparison(
        other=column(other),
        breaks=_differences(column_sets, other, breaks),
        mends=_differences(column_sets, own, fixes),
        packages=changed,
        sentence=_sentence(release, breaks.bit_count(), fixes.bit_count(), changed),
    )


def _differences(column_sets: ColumnSets, environment: Environment, rows: int) -> tuple[LaneDifference, ...]:
    return tuple(
        LaneDifference(
            scenario=row.id,
            title=row.title,
            exception=column_sets.matrix.cell(row, environment).exception,
            known=listed(column_sets.matrix.known.get((row.id, environment.key))),
        )
        for row in column_sets.rows(rows)
    )


def _sentence(release: Release, breaks: int, fixes: int, changed: tuple[PackageChange, ...]) -> str:
    parts = []
    if breaks:
        passing, fail = scenarios_that(breaks, "pass"), verb(breaks, "fail")
        parts.append(f"{passing} on {release} as released {fail} with the latest dependencies")
    if fixes:
        failing, do_pass = scenarios_that(fixes, "fail"), verb(fixes, "pass")
        parts.append(f"{failing} as released {do_pass} with the latest dependencies")
    named = ", ".join(
        f"{each.name} {each.before or 'none'} → {each.after or 'none'}" for each in changed if each.name in FIRST_LISTED
    )
    cause = f" ({named})" if named else ""
    return f"{' and '.join(parts)}: the same Dask, so the dependencies are the likely cause{cause}."
