"""Terminal output: the matrix as a grid, plans, and the progress of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.domain.matrix.cell_states import CELL_STATES
from dask_matrix.domain.matrix.encoded_rows import cell_states
from dask_matrix.domain.matrix.matrix import LEGEND, OVERLAY_LEGEND
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay
from dask_matrix.domain.wording import counted
from dask_matrix.tell.sanitize import printable, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.collect.planning.dry_run import PlannedEnvironment
    from dask_matrix.collect.planning.request import Verification
    from dask_matrix.domain.matrix.encoded_rows import EncodedRows
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.verdicts.stability import Unstable

STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.TIMEOUT: "bold magenta",
    Verdict.CRASH: "bold magenta",
    Verdict.FLAKY: "bold yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.UNINSTALLABLE: "red",
    Verdict.UNTESTED: "dim",
    Verdict.STALE: "yellow",
}
CHARACTER = LEGEND | {Verdict.UNTESTED: "·"}
"""Untested cells get a dot: a space would be hard to see."""
KNOWN_MEANINGS = ("'f' 't' 'c' known failures", "'!' surprise: listed as a known failure, but passes")
MARKS = {overlay: OVERLAY_LEGEND[overlay] for overlay in (Overlay.SURPRISE, Overlay.NEW_WARNINGS)}
WARNING_MEANING = "'w' new warnings: passes, with a deprecation warning that the previous release did not emit"
NAMED = 3
"""Maximum number of scenarios listed that another scenario may depend on."""
STAGE_STYLE = {Stage.DONE: "green", Stage.UNINSTALLABLE: "yellow", Stage.FAILED: "bold red", Stage.RUNNING: "cyan"}


def print_matrix(part: EncodedRows, console: Console) -> None:
    """Print the grid: a line per scenario, a character per environment, release names written downwards."""
    matrix = part.matrix
    heads = [_head(environment) for environment in matrix.environments]
    depth = max(map(len, heads), default=0)
    for level in range(depth):
        console.print(Text("".join(head.rjust(depth)[level] for head in heads), style="bold"), no_wrap=True, crop=False)
    for area, scenarios in matrix.areas().items():
        tally = part.matrix.tally(scenarios)
        console.print(Text(f"\n{sanitize(area) or '(top)'}: {tally.holds} of {tally.of} cells pass", style="bold"))
        for scenario in scenarios:
            line = Text()
            for state in map(CELL_STATES.__getitem__, part.rows[scenario.id]):
                line.append(_character(state.verdict, state.overlay), STYLE[state.verdict])
            console.print(line.append("  ").append(sanitize(scenario.id)), no_wrap=True, crop=False, soft_wrap=True)
    for release in dict.fromkeys(each.release for each in matrix.environments if each.pair):
        standing = matrix.lineage.standing(release)
        dated = next(each.dated_commits for each in matrix.environments if each.release == release)
        console.print(Text(f"\n{sanitize(dated)}{standing and f': a {standing}'}"))
    meanings = [f"{character!r} {verdict}" for verdict, character in CHARACTER.items()]
    if matrix.known:
        meanings += KNOWN_MEANINGS
    if any(state.overlay is Overlay.NEW_WARNINGS for state in cell_states("".join(part.rows.values()))):
        meanings.append(WARNING_MEANING)
    console.print(Text("\n" + ", ".join(meanings), style="dim"))
    for environment in matrix.environments:
        if environment.refusal:
            console.print(
                Text(f"\n{environment.label} is uninstallable ({environment.refusal.phase}):", style="yellow")
            )
            console.print(Text(printable(environment.refusal.message)))


def _character(verdict: Verdict, overlay: Overlay | None) -> str:
    """Return the character of a cell: lower case for a known failure, a mark for a surprise or new warnings."""
    if overlay in MARKS:
        return MARKS[overlay]
    return CHARACTER[verdict].lower() if overlay else CHARACTER[verdict]


def _head(environment: Environment) -> str:
    lane = "" if environment.lane == "as-released" else f" {environment.lane}"
    return f"{environment.release.url_name}{lane}"


def plan_lines(planned: Sequence[PlannedEnvironment]) -> Iterator[str]:
    """Yield the lines of a plan: one per environment, and a total."""
    for each in planned:
        takes = f" (about {duration_text(each.seconds)})" if each.seconds else ""
        yield f"{each.label}: {each.summary}{takes}"
    active = [each for each in planned if each.executions]
    where = counted(len(active), "environment")
    executions, seconds = sum(each.executions for each in active), sum(each.seconds for each in active)
    details = [duration_text(seconds)] if seconds else []
    if untimed := sum(each.untimed for each in active):
        details.append(f"{untimed:,} of them with unknown duration")
    if missing := sum(not each.installed for each in active):
        details.append(f"{missing} to install first")
    yield ", ".join([f"about {executions:,} executions in {where}", *details])


def duration_text(seconds: float) -> str:
    """Return a duration for people: ``40 s``, ``3 min``, ``2.5 h``."""
    minute, hour = 60, 3600
    if seconds < minute:
        return f"{seconds:.0f} s" if seconds >= 1 else "1 s"
    return f"{seconds / minute:.0f} min" if seconds < 2 * hour else f"{seconds / hour:.1f} h"


def unstable_lines(listed: Sequence[Unstable], verification: Verification, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield lines about scenarios whose outcome varied in a verification; ``labels`` are by environment key."""
    for each in listed:
        counted = ", ".join(f"{count} {outcome}" for outcome, count in each.counts.items())
        yield f"{labels.get(each.environment, each.environment)}: {sanitize(each.scenario)}: {counted} ({each.rate:.0%} passed)"
        if each.only_after:
            named, more = ", ".join(each.only_after[:NAMED]), len(each.only_after) - NAMED
            others = f" or {more} more" if more > 0 else ""
            yield f"    fails only after {named}{others} (a hint, from {each.executions} orders)"
    many = f"{len(listed)} flaky" if listed else "No flaky scenarios"
    yield f"{many} in {verification.rounds} rounds (--seed {verification.seed})."


@contextmanager
def progress_display(labels: list[str], console: Console) -> Iterator[Report]:
    """Yield a function that shows the progress of a run: bars on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield _PlainLines().report
        return
    board = _Board(labels, console)
    with board.live:
        yield board.report


def plain_lines() -> Report:
    """Return a function that prints a line whenever an environment enters another stage, also on a terminal."""
    return _PlainLines().report


class _PlainLines:
    """Prints one line whenever an environment enters another stage."""

    def __init__(self) -> None:
        self.stages: dict[str, Stage] = {}

    def report(self, step: Step) -> None:
        """Print a step if the environment entered another stage."""
        if self.stages.get(step.label) is not step.stage:
            self.stages[step.label] = step.stage
            print(f"{step.label}: {_step_text(step)}", file=sys.stderr, flush=True)


class _Board:
    """Live display: finished environments above, one bar per running environment, the total below."""

    def __init__(self, labels: list[str], console: Console) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[status]}"),
        )
        self.running = Progress(*columns, console=console)
        self.overall = Progress(
            *columns[:3], TimeElapsedColumn(), TextColumn("remaining:"), TimeRemainingColumn(), console=console
        )
        self.total = self.overall.add_task("environments", total=len(labels), status="")
        grid = Table.grid()
        grid.add_row(self.running)
        grid.add_row(self.overall)
        self.live = Live(grid, console=console, refresh_per_second=8)
        self.console = console
        self.tasks: dict[str, TaskID] = {}
        self.finished: set[str] = set()

    def report(self, step: Step) -> None:
        """Show a step."""
        if step.label not in self.tasks:
            self.tasks[step.label] = self.running.add_task(step.label, total=None, status="")
        task = self.tasks[step.label]
        self.running.update(task, completed=step.done, total=step.total or None, status=step.stage.value)
        self.running.update(task, visible=not step.stage.is_final)
        if step.stage.is_final:
            if step.label not in self.finished:  # a confirmed environment finishes twice
                self.finished.add(step.label)
                self.overall.advance(self.total)
            self.console.print(Text(f"{step.label}: {_step_text(step)}", style=STAGE_STYLE.get(step.stage, "")))


def _step_text(step: Step) -> str:
    counted = f" {step.done}/{step.total}" if step.total else ""
    note = step.note.splitlines() if step.stage in {Stage.UNINSTALLABLE, Stage.FAILED} else []
    return "\n    ".join([f"{step.stage}{counted}", *note])
