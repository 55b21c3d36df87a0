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
    from dask_matrix.domain.verdicts.known_failures import KnownFailure
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
"""One character for each verdict, used in the columnar form."""
OVERLAY_LEGEND = {None: " ", Overlay.KNOWN: "k", Overlay.SURPRISE: "!", Overlay.NEW_WARNINGS: "w"}
"""One character for each overlay, used in the columnar form."""


@dataclass(frozen=True)
class Tally:
    """How many cells pass, of those that pass, fail or are flaky."""

    holds: int
    of: int


@dataclass(frozen=True)
class Matrix:
    """The grid of verdicts: rows in order of area and id, columns in order of release, Python and lane.

    ``known`` maps (scenario id, environment key) to the known failure of that cell.
    """

    scenarios: tuple[Scenario, ...]
    environments: tuple[Environment, ...]
    cells: Mapping[tuple[str, str], Judgement] = field(default_factory=dict)
    known: Mapping[tuple[str, str], KnownFailure] = field(default_factory=dict)

    def cell(self, scenario: Scenario, environment: Environment) -> Judgement:
        """Return the judgement of one cell; without results it is untested, never inferred from its neighbours."""
        if environment.refusal:
            return UNINSTALLABLE
        return self.cells.get((scenario.id, environment.key), UNTESTED)

    def row(self, scenario: Scenario) -> list[Judgement]:
        """Return the cells of one scenario, in the order of the columns."""
        if not isinstance(self.cells, Cells):
            return [self.cell(scenario, environment) for environment in self.environments]
        judgements = self.cells.row(scenario.id)
        return [UNINSTALLABLE if each.refusal else judgements.get(each.key, UNTESTED) for each in self.environments]

    def with_known_failures(self, entries: Iterable[KnownFailure], day: date) -> Matrix:
        """Return the matrix with the known failures that entries list on a day; the first matching entry counts."""
        found: dict[tuple[str, str], KnownFailure] = {}
        for entry in (each for each in entries if day < each.expires):
            keys = [each.key for each in self.environments if entry.covers_environment(each)]
            for scenario in filter(entry.covers_scenario, (each.id for each in self.scenarios)):
                found |= {(scenario, key): entry for key in keys if (scenario, key) not in found}
        return replace(self, known=found)

    def overlay(self, scenario: Scenario, environment: Environment) -> Overlay | None:
        """Return the overlay of a cell."""
        if entry := self.known.get((scenario.id, environment.key)):
            return overlay(self.cell(scenario, environment).verdict, entry)
        return Overlay.NEW_WARNINGS if environment.key in self.new_warning_keys(scenario) else None

    def overlays(self, scenario: Scenario) -> list[Overlay | None]:
        """Return the overlays of one scenario, in the order of the columns."""
        warning = self.new_warning_keys(scenario)
        overlays: list[Overlay | None] = [None] * len(self.environments)
        if warning:
            overlays = [Overlay.NEW_WARNINGS if each.key in warning else None for each in self.environments]
        if scenario.id in self._rows_listed:
            for place, environment in enumerate(self.environments):
                if (scenario.id, environment.key) in self.known:
                    overlays[place] = self.overlay(scenario, environment)
        return overlays

    @cached_property
    def _rows_listed(self) -> frozenset[str]:
        return frozenset(scenario for scenario, _ in self.known)

    def new_warning_keys(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row passes with a deprecation warning that is new there.

        New means that the column before, as in `transition_keys`, passed without that warning.
        """
        row = self.row(scenario)
        if not any(judgement.warned for judgement in row):
            return frozenset()
        return frozenset(after.key for was, now, after in self._steps(row) if now.has_new_warnings(was))

    def changes(self, scenario: Scenario) -> bool:
        """Whether a row passes in one of the columns and fails in another."""
        passes = {judgement.verdict.passes for judgement in self.row(scenario)} - {None}
        return len(passes) > 1

    def transition_keys(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row changes: it passes there and failed in the one before, or the reverse.

        The one before is the nearest earlier column of the same lane that passes, fails or is flaky.
        """
        return frozenset(
            after.key
            for was, now, after in self._steps(self.row(scenario))
            if was.verdict.passes is not now.verdict.passes
        )

    def _steps(self, row: list[Judgement]) -> Iterator[tuple[Judgement, Judgement, Environment]]:
        """Yield (judgement before, judgement, column) for each column that passes or fails and has one before it."""
        before: dict[Lane, Judgement] = {}
        for environment, judgement in zip(self.environments, row, strict=True):
            if judgement.verdict.passes is None:
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
        """Count the cells of these rows that pass."""
        passes = [judgement.verdict.passes for scenario in scenarios for judgement in self.row(scenario)]
        return Tally(passes.count(True), len(passes) - passes.count(None))


def by_release(matrix: Matrix) -> list[Matrix]:
    """Return the matrix of each release, newest first."""
    parts: dict[Release, list[Environment]] = {}
    for environment in reversed(matrix.environments):
        parts.setdefault(environment.release, []).append(environment)
    return [replace(matrix, environments=tuple(part)) for part in parts.values()]
