"""The matrix: scenarios by environments, and the verdict where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.lineage import Lineage
from dask_matrix.domain.matrix.cells import Cells
from dask_matrix.domain.matrix.compared_columns import ComparedColumns
from dask_matrix.domain.matrix.gap import Gap
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay, overlay
from dask_matrix.domain.verdicts.verdict import UNINSTALLABLE, UNTESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

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

_WITHOUT_EVIDENCE = frozenset({Verdict.UNTESTED, Verdict.STALE})


@dataclass(frozen=True)
class Tally:
    """How many cells pass, of those that pass, fail or are flaky."""

    holds: int
    of: int


@dataclass(frozen=True)
class Matrix:
    """The grid of verdicts: rows in order of area and id, columns in order of release, Python and lane.

    ``known`` maps (scenario id, environment key) to the known failure of that cell. ``published`` has the releases that
    are known, those without a column too, with their upload; a part of a matrix keeps it.
    """

    scenarios: tuple[Scenario, ...]
    environments: tuple[Environment, ...]
    cells: Mapping[tuple[str, str], Judgement] = field(default_factory=dict)
    known: Mapping[tuple[str, str], KnownFailure] = field(default_factory=dict)
    published: Mapping[Release, datetime | None] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Add the releases of the columns to those published."""
        own = {each.release: each.released_at for each in self.environments if each.pair is None}
        if missing := {each: at for each, at in own.items() if self.published.get(each) is None}:
            object.__setattr__(self, "published", {**self.published, **missing})

    def with_published(self, uploaded: Mapping[Release, datetime | None]) -> Matrix:
        """Return the matrix that knows more published releases, such as those of the package index."""
        known = {release: at for release, at in uploaded.items() if at or release not in self.published}
        return replace(self, published={**self.published, **known}) if uploaded else self

    @cached_property
    def lineage(self) -> Lineage:
        """Which release each release follows."""
        return Lineage(self.published)

    @cached_property
    def compared_columns(self) -> ComparedColumns:
        """Which column each column is compared with."""
        return ComparedColumns(self.environments, self.lineage)

    @property
    def follows(self) -> dict[str, str]:
        """Key of a column -> key of the column it is compared with."""
        numbers = zip(self.environments, self._predecessors, strict=True)
        return {each.key: self.environments[number].key for each, number in numbers if number is not None}

    @cached_property
    def _predecessors(self) -> tuple[int | None, ...]:
        return self.compared_columns.predecessors(self.environments)

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
        steps = self._steps(row)
        return frozenset(self.environments[now].key for was, now in steps if row[now].has_new_warnings(row[was]))

    def changes(self, scenario: Scenario) -> bool:
        """Whether a row passes in one of the columns and fails in another."""
        passes = {judgement.verdict.passes for judgement in self.row(scenario)} - {None}
        return len(passes) > 1

    def transition_keys(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row changes: it passes there and failed in the one before, or the reverse.

        The one before is the nearest column that passes, fails or is flaky, of the releases that its own follows, in its
        lane.
        """
        return frozenset(self.environments[now].key for _, now in self.transition_columns(scenario))

    def transition_columns(self, scenario: Scenario) -> list[tuple[int, int]]:
        """Return (number of the column before, number of the column where a row changes) for each change of a row."""
        row = self.row(scenario)
        return [(was, now) for was, now in self._steps(row) if row[was].verdict.passes is not row[now].verdict.passes]

    def gap(self, before: Environment, after: Environment, scenario: Scenario | None = None) -> Gap:
        """Return the releases between two columns of a lane that have no verdict of a row there, or no column at all."""
        untested, uninstallable = [], []
        for release in self.lineage.between(before.release, after.release):
            column = self.compared_columns.of(release, after)
            if column and column.refusal:
                uninstallable.append(release)
            elif column is None or (scenario and self.cell(scenario, column).verdict in _WITHOUT_EVIDENCE):
                untested.append(release)
        return Gap(tuple(untested), tuple(uninstallable))

    def _steps(self, row: Sequence[Judgement]) -> Iterator[tuple[int, int]]:
        """Yield (number of the column before, number of the column) for each that passes or fails and has one before it."""
        nearest: list[int | None] = []
        for number, (judgement, predecessor) in enumerate(zip(row, self._predecessors, strict=True)):
            before = None if predecessor is None else nearest[predecessor]
            nearest.append(before if judgement.verdict.passes is None else number)
            if before is not None and nearest[-1] == number:
                yield before, number

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
