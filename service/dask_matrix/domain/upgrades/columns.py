"""The columns of a matrix as sets of rows, to compare many releases fast.

A set of rows is an ``int`` whose bit n says whether row n is in it: intersection is ``&``, difference is ``& ~``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.release import Release, UnknownRelease, named
from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.cells import Cell
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH})
"""Verdicts that count as broken in an upgrade answer; flaky counts as unknown there."""


@dataclass(frozen=True)
class ColumnSet:
    """One column: the rows that pass, that are broken, and that do not apply. All others have no verdict."""

    environment: Environment
    passes: int = 0
    broken: int = 0
    inapplicable: int = 0

    @property
    def decided(self) -> int:
        """The rows that have a verdict: they pass, are broken, or do not apply."""
        return self.passes | self.broken | self.inapplicable

    def with_verdict(self, bit: int, verdict: Verdict) -> ColumnSet:
        """Return the column with another verdict in the row of ``bit``."""
        return replace(
            self,
            passes=self.passes & ~bit | bit * (verdict is Verdict.PASS),
            broken=self.broken & ~bit | bit * (verdict in BROKEN),
            inapplicable=self.inapplicable & ~bit | bit * (verdict is Verdict.NOT_APPLICABLE),
        )


class ColumnSets:
    """A matrix by column. Each column is computed once; ``computed`` are those that are known already."""

    def __init__(self, matrix: Matrix, computed: Mapping[str, ColumnSet] | None = None) -> None:
        self.matrix = matrix
        self._computed = dict(computed or {})

    def updated(self, matrix: Matrix, changed: Iterable[Cell]) -> ColumnSets:
        """Return the columns of a matrix with the same rows and columns, where only the ``changed`` cells differ."""
        result, numbers = ColumnSets(matrix, self._computed), self._numbers
        for scenario, key in changed:
            column_set, number = result._computed.get(key), numbers.get(scenario)
            if column_set is not None and number is not None:
                verdict = matrix.cell(matrix.scenarios[number], column_set.environment).verdict
                result._computed[key] = column_set.with_verdict(1 << number, verdict)
        return result

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The published releases that have a column, in order. Commit pairs are left out: no requirement can name them."""
        return tuple(sorted({each.release for each in self.matrix.environments if each.pair is None}))

    def find_release(self, text: str) -> Release:
        """Return the release that a text names: a version, tested or not; ``latest`` and ``main`` are the newest with a column.

        Raises InvalidRelease, and UnknownRelease if ``latest`` or ``main`` has no column.
        """
        if text != MAIN:
            return named(text, self.releases)
        mains = {each.pair.at: each.release for each in self.matrix.environments if each.pair and each.pair.is_main}
        if not mains:
            raise UnknownRelease("release", MAIN, [str(each) for each in self.releases[-2:]])
        return mains[max(mains)]

    @cached_property
    def all(self) -> int:
        """All rows."""
        return (1 << len(self.matrix.scenarios)) - 1

    @cached_property
    def late(self) -> frozenset[str]:
        """The keys of the columns of backports: releases uploaded after a higher one."""
        late = self.matrix.lineage.backports
        return frozenset(each.key for each in self.matrix.environments if each.release in late)

    def columns(self, release: Release, lane: Lane, python: Python | None = None) -> list[Environment]:
        """Return the columns of a release in a lane, newest Python first."""
        found = [
            each
            for each in self._by_release_and_lane.get((release, lane), ())
            if python is None or each.python == python
        ]
        return sorted(found, key=lambda each: (each.python, each.platform), reverse=True)

    def of(self, environment: Environment) -> ColumnSet:
        """Return a column as sets of rows."""
        if (column_set := self._computed.get(environment.key)) is None:
            column_set = self._computed[environment.key] = self._column_set(environment)
        return column_set

    def rows(self, bits: int) -> Iterator[Scenario]:
        """Yield the rows of a set, in order."""
        while bits:
            lowest = bits & -bits
            yield self.matrix.scenarios[lowest.bit_length() - 1]
            bits ^= lowest

    def bit(self, row: Scenario) -> int:
        """Return the set that contains only this row."""
        return 1 << self._numbers[row.id]

    def bits(self, includes: Callable[[Scenario], bool]) -> int:
        """Return the set of the rows that a predicate includes."""
        return sum(1 << number for number, row in enumerate(self.matrix.scenarios) if includes(row))

    def known_failures(self, environment: Environment) -> int:
        """Return the set of the rows with a known failure in a column."""
        key = environment.key
        entries = (self.matrix.known.get((row.id, key)) for row in self.matrix.scenarios)
        return sum(1 << number for number, entry in enumerate(entries) if entry)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {row.id: number for number, row in enumerate(self.matrix.scenarios)}

    @cached_property
    def _by_release_and_lane(self) -> dict[tuple[Release, Lane], list[Environment]]:
        found: dict[tuple[Release, Lane], list[Environment]] = {}
        for each in self.matrix.environments:
            found.setdefault((each.release, each.lane), []).append(each)
        return found

    def _column_set(self, environment: Environment) -> ColumnSet:
        passes = broken = inapplicable = 0
        for number, row in enumerate(self.matrix.scenarios):
            verdict = self.matrix.cell(row, environment).verdict
            bit = 1 << number
            if verdict is Verdict.PASS:
                passes |= bit
            elif verdict in BROKEN:
                broken |= bit
            elif verdict is Verdict.NOT_APPLICABLE:
                inapplicable |= bit
        return ColumnSet(environment, passes, broken, inapplicable)
