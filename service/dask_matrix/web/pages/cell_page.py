"""What the page of a cell may see. It is shown as a page of its own and, by the matrix, as a panel beside the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import line_through
from dask_matrix.domain.upgrades.answer import PackageChange
from dask_matrix.domain.verdicts.deprecations import fresh
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.drawing.labels import OUTCOMES, OVERLAYS, Word, said
from dask_matrix.web.drawing.row_timeline import Strip, around
from dask_matrix.web.pages.contexts import Execution, Place, backport, execution, place

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.transitions.transitions import Turn
    from dask_matrix.domain.verdicts.verdict import Judgement
    from dask_matrix.web.as_of import AsOf
    from dask_matrix.web.cells import Cell, Locks, Neighbour

FEW = 8
"""Packages that are in sight at once of those that differ."""
MOST_PAST = 100
"""Executions that are listed in the history of a cell."""
_WHICH = {
    (True, True): "the last release before where it held",
    (True, False): "the first release after where it holds",
    (False, True): "the last release before where it did not hold",
    (False, False): "the first release after where it does not hold",
}
"""Whether it held in another release, and whether that is the earlier one -> how that release is called."""


@dataclass(frozen=True)
class Step:
    """The cell beside one in its row."""

    label: str
    href: str
    word: Word


@dataclass(frozen=True)
class Listed:
    """The entry that lists a cell as failing; ``word`` says what it makes of the verdict, if anything."""

    word: Word | None
    issue: links.Link
    reason: str
    expires: str


@dataclass(frozen=True)
class Side:
    """One of two cells side by side; ``href`` is empty for the one whose page it is. ``warnings`` are those it alone gives."""

    release: str
    python: str
    href: str
    word: Word
    count: str
    raised: str
    message: str
    took: str
    warnings: tuple[Warned, ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Compared:
    """The cell and its neighbour, the earlier release first. ``title`` says why that neighbour."""

    title: str
    sides: tuple[Side, Side]

    @property
    def warns(self) -> bool:
        """Whether a side gives warnings that the other does not."""
        return any(each.warnings for each in self.sides)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The streams in which the two differ."""
        return tuple(dict.fromkeys(name for each in self.sides for name, _ in each.outputs))


@dataclass(frozen=True)
class Differences:
    """What differs from an environment: Dask first. ``alone``: nothing else does; ``locked``: both sides have a lock.

    ``backport`` is the day the earlier release was uploaded, if that was after the later one.
    """

    title: str
    other: links.Link
    changes: tuple[PackageChange, ...]
    alone: bool
    locked: bool
    backport: str


@dataclass(frozen=True)
class Bisect:
    """The turning nearest to a cell, and the command that finds what made it."""

    told: str
    command: str


@dataclass(frozen=True)
class Past:
    """One execution in the history of a cell; ``stale``: of another text of the scenario than the present one."""

    href: str
    started: str
    word: Word
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
    """One scenario in one environment."""

    title: str
    scenario: str
    scenario_href: str
    place: Place
    refusal_message: str
    word: Word
    listed: Listed | None
    count: str
    execution: Execution | None
    compared: Compared | None
    differences: Differences | None
    bisect: Bisect | None
    history: tuple[Past, ...]
    executions: int
    commands: repeat_commands.Reproduce
    lock_href: str
    issues: tuple[links.Link, ...]
    before: Step | None
    after: Step | None
    strip: Strip
    as_of: AsOf
    few: int = FEW


def cell_page(cell: Cell, as_of: AsOf) -> CellPage:
    """Return the page of one cell; the result that decides is its evidence, else the newest."""
    matrix, scenario, environment = cell.matrix, cell.scenario, cell.environment
    shown = cell.deciding or next(iter(cell.results), None)
    before, after = _steps(matrix, scenario, environment, as_of)
    return CellPage(
        title=scenario.title,
        scenario=scenario.id,
        scenario_href=as_of.to(links.scenario(scenario.id)),
        place=place(environment, as_of),
        refusal_message=environment.refusal.message if environment.refusal else "",
        word=said(cell.judgement),
        listed=_listed(matrix, scenario, environment),
        count=_count(cell.judgement),
        execution=execution(shown) if shown else None,
        compared=_compared(cell, cell.neighbour, as_of) if cell.neighbour else None,
        differences=_differences(cell, cell.locks, as_of) if cell.locks else None,
        bisect=bisect(cell.turn) if cell.turn else None,
        history=tuple(_past(cell, each) for each in cell.results[:MOST_PAST]),
        executions=len(cell.results),
        commands=repeat_commands.reproduce(scenario, environment),
        lock_href=links.lock(environment.key) if environment.lock else "",
        issues=tuple(map(links.issue, scenario.issues)),
        before=before,
        after=after,
        strip=around(matrix, scenario, environment, as_of),
        as_of=as_of,
    )


def bisect(turn: Turn) -> Bisect:
    """Return a turning in words, with the command that finds what made it."""
    done = "breaks" if turn.breaks else "is fixed"
    return Bisect(f"It {done} between {turn.before.name} and {turn.after.name}.", repeat_commands.bisect(turn))


def _steps(
    matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf
) -> tuple[Step | None, Step | None]:
    """Return the cells before and after one on its line, where there are any."""
    line = (None, *line_through(matrix.environments, environment), None)
    if environment not in line:
        return None, None
    here = line.index(environment)
    before, after = (
        _step(matrix, scenario, each, as_of) if each else None for each in (line[here - 1], line[here + 1])
    )
    return before, after


def _step(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf) -> Step:
    word = said(matrix.cell(scenario, environment))
    return Step(environment.name, as_of.to(links.cell(scenario.id, environment.key)), word)


def _listed(matrix: Matrix, scenario: Scenario, environment: Environment) -> Listed | None:
    """Return the entry that lists a cell as failing, if there is one."""
    if (entry := matrix.known.get((scenario.id, environment.key))) is None:
        return None
    told = matrix.overlay(scenario, environment)
    return Listed(OVERLAYS[told] if told else None, links.issue(entry.issue), entry.reason, str(entry.expires))


def _count(judgement: Judgement) -> str:
    """Say what a verdict rests on."""
    if not judgement.executions:
        return "no execution counts"
    return f"{judgement.passed} of {judgement.executions} {'execution' if judgement.executions == 1 else 'executions'} passed"


def _compared(cell: Cell, other: Neighbour, as_of: AsOf) -> Compared:
    mine, theirs = cell.deciding, other.result
    here = _side(cell.environment, cell.judgement, mine, theirs, "")
    there = _side(
        other.environment, other.judgement, theirs, mine, as_of.to(links.cell(cell.scenario.id, other.environment.key))
    )
    earlier = other.environment.release < cell.environment.release
    title = _why(other.judgement, earlier=earlier) if other.opposite else "Beside the release before"
    return Compared(title, (there, here) if earlier else (here, there))


def _why(judgement: Judgement, *, earlier: bool) -> str:
    does = "holds" if judgement.verdict.holds else "does not hold"
    return f"Beside the nearest release where it {does}{'' if earlier else ', a later one'}"


def _side(
    environment: Environment, judgement: Judgement, mine: Result | None, theirs: Result | None, href: str
) -> Side:
    return Side(
        release=environment.name,
        python=str(environment.python),
        href=href,
        word=said(judgement),
        count=_count(judgement),
        raised=mine.exception_type if mine else "",
        message=(mine.exception_message or mine.reason) if mine else "",
        took=times.duration(mine.seconds) if mine else "",
        warnings=tuple(fresh(theirs.warnings, mine.warnings)) if mine and theirs else (),
        outputs=tuple(_outputs(mine, theirs)) if mine and theirs else (),
    )


def _outputs(mine: Result, theirs: Result) -> list[tuple[str, str]]:
    """Return the streams that both sides have a text of, or one, and whose texts differ."""
    pairs = {
        "standard output": (mine.stdout, theirs.stdout),
        "standard error": (mine.stderr, theirs.stderr),
        "log": (mine.log, theirs.log),
    }
    return [(name, own) for name, (own, other) in pairs.items() if own != other]


def _differences(cell: Cell, locks: Locks, as_of: AsOf) -> Differences:
    environment, other = cell.environment, locks.environment
    earlier, later = sorted((environment, other), key=lambda each: each.order)
    own = [PackageChange(name="dask", before=str(earlier.release), after=str(later.release))]
    if earlier.python != later.python:
        own.append(PackageChange(name="Python", before=str(earlier.python), after=str(later.python)))
    return Differences(
        title=_WHICH[locks.held, other is earlier],
        other=links.Link(other.name, as_of.to(links.environment(other.key))),
        changes=(*own, *locks.packages),
        alone=len(own) == 1 and not locks.packages,
        locked=bool(environment.lock and other.lock),
        backport=backport(earlier, later),
    )


def _past(cell: Cell, result: Result) -> Past:
    return Past(
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
