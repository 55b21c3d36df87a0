"""What the command line prints: the matrix as a grid, and a run while it goes on."""

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
from dask_matrix.domain.matrix.cell_states import LOOKS
from dask_matrix.domain.matrix.encoded_rows import looks
from dask_matrix.domain.matrix.matrix import LEGEND, OVERLAY_LEGEND
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.collect.planning.dry_run import Foreseen
    from dask_matrix.collect.planning.request import Verification
    from dask_matrix.domain.matrix.encoded_rows import Strips
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
"""A gap would be hard to see."""
KNOWN_MEANINGS = ("'f' 't' 'c' known failures", "'!' surprise: listed as failing, and it passes")
MARKS = {told: OVERLAY_LEGEND[told] for told in (Overlay.SURPRISE, Overlay.NEW_WARNINGS)}
WARNING_MEANING = "'w' new warnings: passes, with a deprecation warning that it did not give before"
NAMED = 3
"""Scenarios named that another may depend on."""
STAGE_STYLE = {Stage.DONE: "green", Stage.UNINSTALLABLE: "yellow", Stage.FAILED: "bold red", Stage.RUNNING: "cyan"}


def print_matrix(part: Strips, console: Console) -> None:
    """Print the grid: a line for each scenario, a character for each environment, releases written downwards."""
    matrix = part.matrix
    heads = [_head(environment) for environment in matrix.environments]
    depth = max(map(len, heads), default=0)
    for level in range(depth):
        console.print(Text("".join(head.rjust(depth)[level] for head in heads), style="bold"), no_wrap=True, crop=False)
    for area, scenarios in matrix.areas().items():
        tally = part.matrix.tally(scenarios)
        console.print(Text(f"\n{area or '(top)'}: {tally.holds} of {tally.of} cells hold", style="bold"))
        for scenario in scenarios:
            line = Text()
            for look in map(LOOKS.__getitem__, part.strips[scenario.id]):
                line.append(_character(look.verdict, look.overlay), STYLE[look.verdict])
            console.print(line.append("  ").append(scenario.id), no_wrap=True, crop=False, soft_wrap=True)
    for told in dict.fromkeys(each.told_commits for each in matrix.environments if each.pair):
        console.print(Text(f"\n{told}"))
    meanings = [f"{character!r} {verdict}" for verdict, character in CHARACTER.items()]
    if matrix.known:
        meanings += KNOWN_MEANINGS
    if any(look.overlay is Overlay.NEW_WARNINGS for look in looks("".join(part.strips.values()))):
        meanings.append(WARNING_MEANING)
    console.print(Text("\n" + ", ".join(meanings), style="dim"))
    for environment in matrix.environments:
        if environment.refusal:
            console.print(f"\n{environment.label} is uninstallable ({environment.refusal.phase}):", style="yellow")
            console.print(Text(environment.refusal.message))


def _character(verdict: Verdict, told: Overlay | None) -> str:
    """Return the character of a cell: small where the failure is known, a mark of its own where it surprises or warns."""
    if told in MARKS:
        return MARKS[told]
    return CHARACTER[verdict].lower() if told else CHARACTER[verdict]


def _head(environment: Environment) -> str:
    lane = "" if environment.lane == "as-released" else f" {environment.lane}"
    named = environment.release.called
    return f"{named}{lane}"


def plan_lines(foreseen: Sequence[Foreseen]) -> Iterator[str]:
    """Yield a plan: a line for each environment, and one for the whole."""
    for each in foreseen:
        takes = f" (about {spoken(each.seconds)})" if each.seconds else ""
        yield f"{each.label}: {each.said}{takes}"
    at_work = [each for each in foreseen if each.executions]
    where = f"{len(at_work)} environment{'s' * (len(at_work) != 1)}"
    executions, seconds = sum(each.executions for each in at_work), sum(each.seconds for each in at_work)
    doubts = [spoken(seconds)] if seconds else []
    if untimed := sum(each.untimed for each in at_work):
        doubts.append(f"{untimed:,} of them never timed")
    if missing := sum(not each.installed for each in at_work):
        doubts.append(f"{missing} to be installed first")
    yield ", ".join([f"about {executions:,} executions in {where}", *doubts])


def spoken(seconds: float) -> str:
    """Return a stretch of time as one says it: ``40 s``, ``3 min``, ``2.5 h``."""
    minute, hour = 60, 3600
    if seconds < minute:
        return f"{seconds:.0f} s" if seconds >= 1 else "1 s"
    return f"{seconds / minute:.0f} min" if seconds < 2 * hour else f"{seconds / hour:.1f} h"


def unstable_lines(listed: Sequence[Unstable], verification: Verification, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield what was not constant over the rounds of a verification; ``labels`` are of the environments, by key."""
    for each in listed:
        counted = ", ".join(f"{count} {outcome}" for outcome, count in each.counts.items())
        yield f"{labels.get(each.environment, each.environment)}: {each.scenario}: {counted} ({each.rate:.0%} passed)"
        if each.only_after:
            named, more = ", ".join(each.only_after[:NAMED]), len(each.only_after) - NAMED
            others = f" or {more} more" if more > 0 else ""
            yield f"    only after {named}{others} (an indication from {each.executions} orders)"
    many = f"{len(listed)} not constant" if listed else "Every outcome was constant"
    yield f"{many} in {verification.rounds} rounds (--seed {verification.seed})."


@contextmanager
def reporting(labels: list[str], console: Console) -> Iterator[Report]:
    """Yield what shows the steps of a run: a line each with bars on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield _PlainLines().report
        return
    board = _Board(labels, console)
    with board.live:
        yield board.report


def plain_lines() -> Report:
    """Return what prints a line whenever an environment gets to another stage, also on a terminal."""
    return _PlainLines().report


class _PlainLines:
    """One line whenever an environment gets to another stage."""

    def __init__(self) -> None:
        self.stages: dict[str, Stage] = {}

    def report(self, step: Step) -> None:
        """Print a step if it says something new."""
        if self.stages.get(step.label) is not step.stage:
            self.stages[step.label] = step.stage
            print(f"{step.label}: {_said(step)}", file=sys.stderr, flush=True)


class _Board:
    """A line for each environment at work, those that ended above, and the whole below."""

    def __init__(self, labels: list[str], console: Console) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
        )
        self.each = Progress(*columns, console=console)
        self.whole = Progress(
            *columns[:3], TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn(), console=console
        )
        self.total = self.whole.add_task("environments", total=len(labels), said="")
        grid = Table.grid()
        grid.add_row(self.each)
        grid.add_row(self.whole)
        self.live = Live(grid, console=console, refresh_per_second=8)
        self.console = console
        self.tasks: dict[str, TaskID] = {}
        self.ended: set[str] = set()

    def report(self, step: Step) -> None:
        """Show a step."""
        if step.label not in self.tasks:
            self.tasks[step.label] = self.each.add_task(step.label, total=None, said="")
        task = self.tasks[step.label]
        self.each.update(task, completed=step.done, total=step.total or None, said=step.stage.value)
        self.each.update(task, visible=not step.stage.is_end)
        if step.stage.is_end:
            if step.label not in self.ended:  # one that is confirmed ends twice
                self.ended.add(step.label)
                self.whole.advance(self.total)
            self.console.print(Text(f"{step.label}: {_said(step)}", style=STAGE_STYLE.get(step.stage, "")))


def _said(step: Step) -> str:
    counted = f" {step.done}/{step.total}" if step.total else ""
    note = step.note.splitlines() if step.stage in {Stage.UNINSTALLABLE, Stage.FAILED} else []
    return "\n    ".join([f"{step.stage}{counted}", *note])
