"""The columns of a matrix as sets of rows, so that a whole road of releases is compared in no time.

A set of rows is an ``int`` whose bit n says whether row n is in it: intersection is ``&``, without is ``& ~``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.release import Release, UnknownRelease, backports
from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.cells import Cell
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH})
"""What counts as broken in an answer; flaky claims nothing there."""


@dataclass(frozen=True)
class Side:
    """One column: the rows that hold, that are broken, and that do not apply. All others claim nothing."""

    environment: Environment
    holds: int = 0
    broken: int = 0
    inapplicable: int = 0

    @property
    def claims(self) -> int:
        """The rows of which it says something: that they hold, are broken, or do not apply."""
        return self.holds | self.broken | self.inapplicable

    def telling(self, bit: int, verdict: Verdict) -> Side:
        """Return the column with another verdict in the row of a bit."""
        return replace(
            self,
            holds=self.holds & ~bit | bit * (verdict is Verdict.PASS),
            broken=self.broken & ~bit | bit * (verdict in BROKEN),
            inapplicable=self.inapplicable & ~bit | bit * (verdict is Verdict.NOT_APPLICABLE),
        )


class Sides:
    """A matrix by column. Made once for a matrix, asked many times; ``made`` are columns that are known already."""

    def __init__(self, matrix: Matrix, made: Mapping[str, Side] | None = None) -> None:
        self.matrix = matrix
        self._made = dict(made or {})

    def after(self, matrix: Matrix, changed: Iterable[Cell]) -> Sides:
        """Return the same for a matrix of these rows and columns in which some cells have been judged anew."""
        following, numbers = Sides(matrix, self._made), self._numbers
        for scenario, key in changed:
            side, number = following._made.get(key), numbers.get(scenario)
            if side is not None and number is not None:
                verdict = matrix.cell(matrix.scenarios[number], side.environment).verdict
                following._made[key] = side.telling(1 << number, verdict)
        return following

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The releases of the index that have a column, in order. Two commits are none: nobody can require them."""
        return tuple(sorted({each.release for each in self.matrix.environments if each.pair is None}))

    def named(self, text: str) -> Release:
        """Return the release that a text names: a version, tested or not, or the newest ``main`` that has a column.

        Raises InvalidRelease, and UnknownRelease where ``main`` was never run.
        """
        if text != MAIN:
            return Release.parse(text)
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
        """The keys of the columns whose release was uploaded after a higher one: backports."""
        known = [each for each in self.matrix.environments if each.pair is None and each.released_at]
        late = backports({each.release: each.released_at for each in known if each.released_at})
        return frozenset(each.key for each in known if each.release in late)

    def columns(self, release: Release, lane: Lane, python: Python | None = None) -> list[Environment]:
        """Return the columns of a release in a lane, those of the newest Python first."""
        found = [each for each in self._by_place.get((release, lane), ()) if python is None or each.python == python]
        return sorted(found, key=lambda each: (each.python, each.platform), reverse=True)

    def of(self, environment: Environment) -> Side:
        """Return a column as sets of rows."""
        if (side := self._made.get(environment.key)) is None:
            side = self._made[environment.key] = self._side(environment)
        return side

    def rows(self, bits: int) -> Iterator[Scenario]:
        """Yield the rows of a set, in order."""
        while bits:
            lowest = bits & -bits
            yield self.matrix.scenarios[lowest.bit_length() - 1]
            bits ^= lowest

    def bit(self, row: Scenario) -> int:
        """Return the set of one row alone."""
        return 1 << self._numbers[row.id]

    def bits(self, takes: Callable[[Scenario], bool]) -> int:
        """Return the set of the rows that a question takes."""
        return sum(1 << number for number, row in enumerate(self.matrix.scenarios) if takes(row))

    def listed(self, environment: Environment) -> int:
        """Return the set of the rows that are listed as failing in a column."""
        key = environment.key
        entries = (self.matrix.known.get((row.id, key)) for row in self.matrix.scenarios)
        return sum(1 << number for number, entry in enumerate(entries) if entry)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {row.id: number for number, row in enumerate(self.matrix.scenarios)}

    @cached_property
    def _by_place(self) -> dict[tuple[Release, Lane], list[Environment]]:
        found: dict[tuple[Release, Lane], list[Environment]] = {}
        for each in self.matrix.environments:
            found.setdefault((each.release, each.lane), []).append(each)
        return found

    def _side(self, environment: Environment) -> Side:
        holds = broken = inapplicable = 0
        for number, row in enumerate(self.matrix.scenarios):
            verdict = self.matrix.cell(row, environment).verdict
            bit = 1 << number
            if verdict is Verdict.PASS:
                holds |= bit
            elif verdict in BROKEN:
                broken |= bit
            elif verdict is Verdict.NOT_APPLICABLE:
                inapplicable |= bit
        return Side(environment, holds, broken, inapplicable)
