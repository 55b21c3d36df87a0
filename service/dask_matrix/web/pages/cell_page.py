"""Context of the cell page, shown as a page of its own and as a panel next to the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import line_through
from dask_matrix.domain.upgrades.answer import PackageChange
from dask_matrix.domain.verdicts.deprecations import added_warnings
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.drawing.labels import OUTCOMES, OVERLAYS, Label, verdict_label
from dask_matrix.web.drawing.row_timeline import RowTimeline, timeline_around
from dask_matrix.web.pages.contexts import EnvironmentLink, Execution, execution, place

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.domain.verdicts.verdict import Judgement
    from dask_matrix.web.as_of import AsOf
    from dask_matrix.web.cells import Cell, Locks, Neighbour

PACKAGES_SHOWN = 8
"""Differing packages shown before the rest is folded."""
MAX_HISTORY = 100
"""Most executions listed in the history of a cell."""
_OTHER_RELEASE = {
    (True, True): "the last earlier release where it passes",
    (True, False): "the first later release where it passes",
    (False, True): "the last earlier release where it does not pass",
    (False, False): "the first later release where it does not pass",
}
"""(passes in the other release, the other release is earlier) -> description of that release."""


@dataclass(frozen=True)
class NeighbourCell:
    """The previous or next cell on the same line."""

    label: str
    href: str
    word: Label


@dataclass(frozen=True)
class KnownFailureNote:
    """The known failure that applies to a cell; ``word`` is the resulting overlay, if any."""

    word: Label | None
    issue: links.Link
    reason: str
    expires: str


@dataclass(frozen=True)
class ComparedCell:
    """One of two compared cells; ``href`` is empty for the page's own. ``warnings`` are those only this one gives."""

    release: str
    python: str
    href: str
    word: Label
    count: str
    raised: str
    message: str
    took: str
    warnings: tuple[Warned, ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Comparison:
    """The cell and its neighbour, the earlier release first. ``title`` says why this neighbour was chosen."""

    title: str
    sides: tuple[ComparedCell, ComparedCell]

    @property
    def warns(self) -> bool:
        """Whether either cell gives warnings that the other does not."""
        return any(each.warnings for each in self.sides)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the streams in which the two differ."""
        return tuple(dict.fromkeys(name for each in self.sides for name, _ in each.outputs))


@dataclass(frozen=True)
class Differences:
    """Package differences from another environment, Dask first. ``alone``: only Dask differs; ``locked``: both have a lock."""

    title: str
    other: links.Link
    changes: tuple[PackageChange, ...]
    alone: bool
    locked: bool


@dataclass(frozen=True)
class Bisect:
    """The transition nearest to a cell, and the command that bisects it."""

    sentence: str
    command: str


@dataclass(frozen=True)
class HistoryRow:
    """One execution in the history of a cell; ``stale``: of another version of the scenario than the current one."""

    href: str
    started: str
    word: Label
    raised: str
    took: str
    attempt: int
    run: str
    run_href: str
    fingerprint: str
    stale: bool
    deciding: bool


@dataclass(frozen=True)
class CellPage:
    """Context of the cell page."""

    title: str
    scenario: str
    scenario_href: str
    place: EnvironmentLink
    refusal_message: str
    word: Label
    known_failure: KnownFailureNote | None
    count: str
    execution: Execution | None
    compared: Comparison | None
    differences: Differences | None
    bisect: Bisect | None
    history: tuple[HistoryRow, ...]
    executions: int
    commands: repeat_commands.Reproduce
    lock_href: str
    issues: tuple[links.Link, ...]
    before: NeighbourCell | None
    after: NeighbourCell | None
    timeline: RowTimeline
    as_of: AsOf
    packages_shown: int = PACKAGES_SHOWN


def cell_page(cell: Cell, as_of: AsOf) -> CellPage:
    """Return the context for a cell; its evidence is the deciding result, or else the newest."""
    matrix, scenario, environment = cell.matrix, cell.scenario, cell.environment
    shown = cell.deciding or next(iter(cell.results), None)
    before, after = _neighbour_cells(matrix, scenario, environment, as_of)
    return CellPage(
        title=scenario.title,
        scenario=scenario.id,
        scenario_href=as_of.to(links.scenario(scenario.id)),
        place=place(environment, as_of),
        refusal_message=environment.refusal.message if environment.refusal else "",
        word=verdict_label(cell.judgement),
        known_failure=_known_failure(matrix, scenario, environment),
        count=_count(cell.judgement),
        execution=execution(shown) if shown else None,
        compared=_comparison(cell, cell.neighbour, as_of) if cell.neighbour else None,
        differences=_differences(cell, cell.locks, as_of) if cell.locks else None,
        bisect=bisect(cell.turn, cell.scenario_set) if cell.turn else None,
        history=tuple(_history_row(cell, each) for each in cell.results[:MAX_HISTORY]),
        executions=len(cell.results),
        commands=repeat_commands.reproduce(scenario, environment, cell.scenario_set),
        lock_href=links.lock(environment.key) if environment.lock else "",
        issues=tuple(map(links.issue, scenario.issues)),
        before=before,
        after=after,
        timeline=timeline_around(matrix, scenario, environment, as_of),
        as_of=as_of,
    )


def bisect(transition: Transition, scenario_set: str = "") -> Bisect:
    """Describe a transition, with the command that bisects it."""
    it = "It" if transition.breaks else "It is"
    start = "" if transition.gap else f", compared with {transition.before.name}"
    return Bisect(f"{it} {transition.sentence}{start}.", repeat_commands.bisect(transition, scenario_set))


def _neighbour_cells(
    matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf
) -> tuple[NeighbourCell | None, NeighbourCell | None]:
    """Return the previous and the next cell on the same line, or None."""
    line = (None, *line_through(matrix, environment), None)
    if environment not in line:
        return None, None
    here = line.index(environment)
    before, after = (
        _neighbour_cell(matrix, scenario, each, as_of) if each else None for each in (line[here - 1], line[here + 1])
    )
    return before, after


def _neighbour_cell(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf) -> NeighbourCell:
    word = verdict_label(matrix.cell(scenario, environment))
    return NeighbourCell(environment.name, as_of.to(links.cell(scenario.id, environment.key)), word)


def _known_failure(matrix: Matrix, scenario: Scenario, environment: Environment) -> KnownFailureNote | None:
    """Return the known failure that applies to a cell, or None."""
    if (entry := matrix.known.get((scenario.id, environment.key))) is None:
        return None
    sentence = matrix.overlay(scenario, environment)
    return KnownFailureNote(
        OVERLAYS[sentence] if sentence else None, links.issue(entry.issue), entry.reason, str(entry.expires)
    )


def _count(judgement: Judgement) -> str:
    """Say how many executions a verdict is based on."""
    if not judgement.executions:
        return "no execution counted"
    return f"{judgement.passed} of {judgement.executions} {'execution' if judgement.executions == 1 else 'executions'} passed"


def _comparison(cell: Cell, other: Neighbour, as_of: AsOf) -> Comparison:
    mine, theirs = cell.deciding, other.result
    here = _compared_cell(cell.environment, cell.judgement, mine, theirs, "")
    there = _compared_cell(
        other.environment, other.judgement, theirs, mine, as_of.to(links.cell(cell.scenario.id, other.environment.key))
    )
    earlier = other.environment.release < cell.environment.release
    title = (
        _comparison_title(other.judgement, earlier=earlier) if other.opposite else "Compared with the previous release"
    )
    return Comparison(title, (there, here) if earlier else (here, there))


def _comparison_title(judgement: Judgement, *, earlier: bool) -> str:
    does = "passes" if judgement.verdict.passes else "does not pass"
    return f"Compared with the nearest {'' if earlier else 'later '}release where it {does}"


def _compared_cell(
    environment: Environment, judgement: Judgement, mine: Result | None, theirs: Result | None, href: str
) -> ComparedCell:
    return ComparedCell(
        release=environment.name,
        python=str(environment.python),
        href=href,
        word=verdict_label(judgement),
        count=_count(judgement),
        raised=mine.exception_type if mine else "",
        message=(mine.exception_message or mine.reason) if mine else "",
        took=times.duration(mine.seconds) if mine else "",
        warnings=tuple(added_warnings(theirs.warnings, mine.warnings)) if mine and theirs else (),
        outputs=tuple(_outputs(mine, theirs)) if mine and theirs else (),
    )


def _outputs(mine: Result, theirs: Result) -> list[tuple[str, str]]:
    """Return this cell's text of each stream that differs between the two."""
    pairs = {
        "standard output": (mine.stdout, theirs.stdout),
        "standard error": (mine.stderr, theirs.stderr),
        "log": (mine.log, theirs.log),
    }
    return [(name, own) for name, (own, other) in pairs.items() if own != other]


def _differences(cell: Cell, locks: Locks, as_of: AsOf) -> Differences:
    environment, other = cell.environment, locks.environment
    earlier, later = sorted((environment, other), key=lambda each: cell.matrix.lineage.sort_key(each.release))
    own = [PackageChange(name="dask", before=str(earlier.release), after=str(later.release))]
    if earlier.python != later.python:
        own.append(PackageChange(name="Python", before=str(earlier.python), after=str(later.python)))
    return Differences(
        title=_OTHER_RELEASE[locks.passes, other is earlier],
        other=links.Link(other.name, as_of.to(links.environment(other.key))),
        changes=(*own, *locks.packages),
        alone=len(own) == 1 and not locks.packages,
        locked=bool(environment.lock and other.lock),
    )


def _history_row(cell: Cell, result: Result) -> HistoryRow:
    return HistoryRow(
        href=links.result(result.id),
        started=times.moment(result.started),
        word=OUTCOMES[result.outcome],
        raised=result.exception_type or result.reason,
        took=times.duration(result.seconds),
        attempt=result.attempt,
        run=result.run,
        run_href=links.run(result.run),
        fingerprint=result.fingerprint[:12],
        stale=result.fingerprint != cell.scenario.fingerprint,
        deciding=result.id == cell.judgement.result,
    )
