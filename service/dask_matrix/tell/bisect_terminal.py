"""Print the result of a bisect on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.records.bisection import PointStatus
from dask_matrix.tell.bisect_report import MAX_LENGTH, MAX_SUSPECTS, SIGN, point_details
from dask_matrix.tell.sanitize import sanitize
from dask_matrix.tell.text_layout import GAP, print_heading, print_text, print_unwrapped

if TYPE_CHECKING:
    from rich.console import Console

    from dask_matrix.domain.records.bisection import BisectReport, Suspect

STYLE = {PointStatus.GOOD: "green", PointStatus.BAD: "red", PointStatus.UNKNOWN: "yellow"}


def print_report(result: BisectReport, console: Console) -> None:
    """Print the headline, the facts, the suspects, every point tested, and commands to paste."""
    print_text(console, sanitize(result.headline, MAX_LENGTH), style="bold")
    _facts(result, console)
    _suspects(result, console)
    if result.turnings:
        print_heading(console, "Transitions")
        for transition in result.turnings:
            print_text(console, sanitize(transition.sentence), indent=GAP, hanging=GAP)
    print_heading(console, f"Points tested ({len(result.looked)})")
    for point in result.looked:
        line = f"{SIGN[point.seen]} {sanitize(point.name)}: {sanitize(point_details(point))}"
        print_text(console, line, indent=GAP, hanging=GAP, style=STYLE[point.seen])
    print_heading(console, "To reproduce")
    for command in result.commands:
        print_unwrapped(console, sanitize(command, MAX_LENGTH), indent=GAP)
    console.print()
    for note in (*result.notes, result.spent.sentence):
        print_text(console, sanitize(note), style="dim")


def _facts(result: BisectReport, console: Console) -> None:
    facts = {
        "Scenario": f"{result.title} ({result.scenario})" if result.title else result.scenario,
        "Endpoints": result.ends,
        "Problem": result.end_told,
        "Bad means": f"failing with {result.failing_with}; any other failure counts as unknown"
        if result.failing_with
        else "",
        "Confidence": result.sureness if result.suspects else "",
        "Environments": f"lane {result.lane}, Python {' and '.join(result.pythons)}, {result.platform}",
    }
    for name, fact in facts.items():
        if fact:
            print_text(console, f"{name}: {sanitize(fact, MAX_LENGTH)}", indent=GAP, hanging=GAP)


def _suspects(result: BisectReport, console: Console) -> None:
    if result.suspects:
        print_heading(console, "Suspects" if len(result.suspects) > 1 else "Suspect")
    for suspect in result.suspects[:MAX_SUSPECTS]:
        print_text(console, sanitize(_suspect(suspect)), indent=GAP, hanging=GAP)
        if suspect.link:
            print_unwrapped(console, sanitize(suspect.link), indent=2 * GAP)
    if (more := len(result.suspects) - MAX_SUSPECTS) > 0:
        print_text(console, f"… and {more} more; use --json for all", indent=GAP)


def _suspect(suspect: Suspect) -> str:
    date = f"{suspect.authored:%Y-%m-%d}" if suspect.authored else ""
    by = " ".join(filter(None, [suspect.author, date]))
    return f"{suspect.name}{f': {suspect.subject}' if suspect.subject else ''}{f' ({by})' if by else ''}"
