"""What one environment turned relative to another: the rows that broke, were fixed, warn anew; and the packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.answer import NewWarning
from dask_matrix.domain.upgrades.comparison import Accepted, compare
from dask_matrix.domain.upgrades.lock_diff import packages_changed
from dask_matrix.domain.verdicts.deprecations import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.upgrades.columns import Sides

    Warnings = Callable[[str], Mapping[str, tuple[Warned, ...]]]


@dataclass(frozen=True)
class Change:
    """One environment against an earlier one. ``unknown`` counts the rows without a verdict on both sides."""

    before: Environment
    after: Environment
    regressed: tuple[Scenario, ...]
    fixed: tuple[Scenario, ...]
    new_warnings: tuple[NewWarning, ...]
    packages: tuple[PackageChange, ...]
    holding: int
    unknown: int


def change(
    sides: Sides,
    before: Environment,
    after: Environment,
    warnings: Warnings,
) -> Change:
    """Compare two environments over all rows; ``warnings`` gives by scenario what an environment warned of."""
    compared = compare(sides, before, after, sides.all, Accepted())
    return Change(
        before=before,
        after=after,
        regressed=tuple(sides.rows(compared.regressed)),
        fixed=tuple(sides.rows(compared.fixed)),
        new_warnings=tuple(new_warnings(sides, before, after, compared.holding, warnings)),
        packages=packages_changed(before, after),
        holding=compared.holding.bit_count(),
        unknown=compared.unknown.bit_count(),
    )


def new_warnings(
    sides: Sides,
    before: Environment,
    after: Environment,
    rows: int,
    warnings: Warnings,
) -> Iterator[NewWarning]:
    """Yield what is warned of in the later of two environments alone, by a set of rows."""
    if before.key == after.key:
        return
    had, given = warnings(before.key), warnings(after.key)
    for row in (each for each in sides.matrix.scenarios if each.id in given and sides.bit(each) & rows):
        for one in fresh(had.get(row.id, ()), given[row.id]):
            yield NewWarning(scenario=row.id, title=row.title, category=one.category, message=one.message)
