"""The matrix: scenarios by environments, and the verdict where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.cells import Cells
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay, overlay
from dask_matrix.domain.verdicts.verdict import UNINSTALLABLE, UNTESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from dask_matrix.domain.environments.environment import Lane
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.verdicts.known_failures import Known
    from dask_matrix.domain.verdicts.verdict import Judgement

LEGEND = {
    Verdict.PASS: ".",
    Verdict.FAIL: "F",
    Verdict.TIMEOUT: "T",
    Verdict.CRASH: "C",
    Verdict.FLAKY: "~",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.UNINSTALLABLE: "U",
    Verdict.UNTESTED: " ",
    Verdict.STALE: "s",
}
"""One character for each verdict, as the columnar form writes cells."""
OVERLAY_LEGEND = {None: " ", Overlay.KNOWN: "k", Overlay.SURPRISE: "!", Overlay.NEW_WARNINGS: "w"}
"""One character for each overlay, likewise."""


@dataclass(frozen=True)
class Tally:
    """How many of the cells that claim something hold; ``of`` counts those that claim something."""

    holds: int
    of: int


@dataclass(frozen=True)
class Matrix:
    """The grid of verdicts: rows in order of area and id, columns in order of release, Python and lane.

    ``known`` has the entry of each cell, by scenario and key, that is listed as failing.
    """

    scenarios: tuple[Scenario, ...]
    environments: tuple[Environment, ...]
    cells: Mapping[tuple[str, str], Judgement] = field(default_factory=dict)
    known: Mapping[tuple[str, str], Known] = field(default_factory=dict)

    def cell(self, scenario: Scenario, environment: Environment) -> Judgement:
        """Return what is said of one cell; one without evidence is untested, never inferred from its neighbours."""
        if environment.refusal:
            return UNINSTALLABLE
        return self.cells.get((scenario.id, environment.key), UNTESTED)

    def row(self, scenario: Scenario) -> list[Judgement]:
        """Return the cells of one scenario, in the order of the columns."""
        if not isinstance(self.cells, Cells):
            return [self.cell(scenario, environment) for environment in self.environments]
        said = self.cells.row(scenario.id)
        return [UNINSTALLABLE if each.refusal else said.get(each.key, UNTESTED) for each in self.environments]

    def listing(self, entries: Iterable[Known], day: date) -> Matrix:
        """Return the same matrix with the cells noted that entries list as failing on a day; the first entry counts."""
        listed: dict[tuple[str, str], Known] = {}
        for entry in (each for each in entries if day < each.expires):
            keys = [each.key for each in self.environments if entry.speaks_of_column(each)]
            for scenario in filter(entry.speaks_of_row, (each.id for each in self.scenarios)):
                listed |= {(scenario, key): entry for key in keys if (scenario, key) not in listed}
        return replace(self, known=listed)

    def overlay(self, scenario: Scenario, environment: Environment) -> Overlay | None:
        """Return what is said of a cell beside its verdict."""
        if entry := self.known.get((scenario.id, environment.key)):
            return overlay(self.cell(scenario, environment).verdict, entry)
        return Overlay.NEW_WARNINGS if environment.key in self.warning(scenario) else None

    def overlays(self, scenario: Scenario) -> list[Overlay | None]:
        """Return what is said of the cells of one scenario beside their verdicts, in the order of the columns."""
        warning = self.warning(scenario)
        told: list[Overlay | None] = [None] * len(self.environments)
        if warning:
            told = [Overlay.NEW_WARNINGS if each.key in warning else None for each in self.environments]
        if scenario.id in self._rows_listed:
            for place, environment in enumerate(self.environments):
                if (scenario.id, environment.key) in self.known:
                    told[place] = self.overlay(scenario, environment)
        return told

    @cached_property
    def _rows_listed(self) -> frozenset[str]:
        return frozenset(scenario for scenario, _ in self.known)

    def warning(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row passes with a deprecation warning that is new there.

        New is what was not told of in the one before, where the row passed too; which that is, `turning` says.
        """
        row = self.row(scenario)
        if not any(judgement.warned for judgement in row):
            return frozenset()
        return frozenset(after.key for was, now, after in self._steps(row) if now.warns_anew(was))

    def turns(self, scenario: Scenario) -> bool:
        """Whether the behaviour holds in one environment shown and not in another."""
        claims = {judgement.verdict.holds for judgement in self.row(scenario)} - {None}
        return len(claims) > 1

    def turning(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row turns: it holds there and not in the one before, or the reverse.

        The one before is the nearest earlier column of the same lane that claims anything.
        """
        return frozenset(
            after.key
            for was, now, after in self._steps(self.row(scenario))
            if was.verdict.holds is not now.verdict.holds
        )

    def _steps(self, row: list[Judgement]) -> Iterator[tuple[Judgement, Judgement, Environment]]:
        """Yield what is said before and in each column that claims anything and has one before it, and that column."""
        before: dict[Lane, Judgement] = {}
        for environment, judgement in zip(self.environments, row, strict=True):
            if judgement.verdict.holds is None:
                continue
            if was := before.get(environment.lane):
                yield was, judgement, environment
            before[environment.lane] = judgement

    def areas(self) -> dict[str, list[Scenario]]:
        """Return the rows grouped by area, in order."""
        grouped: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios:
            grouped.setdefault(scenario.area, []).append(scenario)
        return grouped

    def tally(self, scenarios: Iterable[Scenario]) -> Tally:
        """Count the cells of these rows that hold."""
        claims = [judgement.verdict.holds for scenario in scenarios for judgement in self.row(scenario)]
        return Tally(claims.count(True), len(claims) - claims.count(None))


def by_release(matrix: Matrix) -> list[Matrix]:
    """Return the matrix of each release, newest first."""
    parts: dict[Release, list[Environment]] = {}
    for environment in reversed(matrix.environments):
        parts.setdefault(environment.release, []).append(environment)
    return [replace(matrix, environments=tuple(part)) for part in parts.values()]
