"""Compare an environment with an earlier one: scenarios that break or are fixed, new warnings, changed packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.answer import NewWarning
from dask_matrix.domain.upgrades.comparison import Accepted, compare
from dask_matrix.domain.upgrades.lock_diff import packages_changed
from dask_matrix.domain.verdicts.deprecations import added_warnings, is_of_test_tools, warning_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.upgrades.columns import ColumnSets

    Warnings = Callable[[str], Mapping[str, tuple[Warned, ...]]]


@dataclass(frozen=True)
class EnvironmentDiff:
    """One environment compared with an earlier one. ``unknown`` counts scenarios that lack a verdict in either."""

    before: Environment
    after: Environment
    regressed: tuple[Scenario, ...]
    fixed: tuple[Scenario, ...]
    new_warnings: tuple[NewWarning, ...]
    packages: tuple[PackageChange, ...]
    holding: int
    unknown: int


def environment_diff(
    column_sets: ColumnSets,
    before: Environment,
    after: Environment,
    warnings: Warnings,
) -> EnvironmentDiff:
    """Compare two environments over all scenarios; ``warnings`` maps an environment's key to warnings by scenario."""
    compared = compare(column_sets, before, after, column_sets.all, Accepted())
    return EnvironmentDiff(
        before=before,
        after=after,
        regressed=tuple(column_sets.rows(compared.regressed)),
        fixed=tuple(column_sets.rows(compared.fixed)),
        new_warnings=tuple(new_warnings(column_sets, before, after, compared.holding, warnings)),
        packages=packages_changed(before, after),
        holding=compared.holding.bit_count(),
        unknown=compared.unknown.bit_count(),
    )


def new_warnings(
    column_sets: ColumnSets,
    before: Environment,
    after: Environment,
    rows: int,
    warnings: Warnings,
) -> Iterator[NewWarning]:
    """Yield the warnings that only the later of two environments gives, for a set of rows; none of the test tools."""
    if before.key == after.key:
        return
    old, new = warnings(before.key), warnings(after.key)
    for row in (each for each in column_sets.matrix.scenarios if each.id in new and column_sets.bit(each) & rows):
        for one in added_warnings(old.get(row.id, ()), new[row.id]):
            if not is_of_test_tools(one.category, one.where):
                yield NewWarning(scenario=row.id, title=row.title, category=one.category, message=one.message)


@dataclass(frozen=True)
class WarningGroup:
    """One warning, and the scenarios that give it; at least one."""

    category: str
    message: str
    given: tuple[NewWarning, ...]

    @property
    def more(self) -> str:
        """The number of scenarios besides the first: `` and 3 more scenarios``, or an empty text."""
        number = len(self.given) - 1
        return f" and {number} more scenario{'s' * (number != 1)}" if number else ""


def warning_groups(warnings: Iterable[NewWarning]) -> tuple[WarningGroup, ...]:
    """Return warnings by category and text, without the parts that vary; those of most scenarios first."""
    found: dict[str, list[NewWarning]] = {}
    for each in warnings:
        found.setdefault(warning_key(each.category, each.message), []).append(each)
    groups = (WarningGroup(given[0].category, given[0].message, tuple(given)) for given in found.values())
    return tuple(sorted(groups, key=lambda group: -len(group.given)))
