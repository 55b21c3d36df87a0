"""An answer on a terminal, or in a plain pipe: the verdict first, then what fared how, then what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.reasons import counted
from dask_matrix.tell.finding_groups import Group, change, exceptions, groups, issues, mark, package
from dask_matrix.tell.next_steps import advice, requirement
from dask_matrix.tell.sanitize import inert
from dask_matrix.tell.summary import WORD, counts, evidence, in_words, move, sentence
from dask_matrix.tell.text_layout import GAP, beside, heading, parted, say, unbroken

if TYPE_CHECKING:
    from collections.abc import Sized

    from rich.console import Console

    from dask_matrix.domain.upgrades.answer import Answer, Finding
    from dask_matrix.tell.code_usage import Code
    from dask_matrix.tell.next_steps import Step

STYLE = {Safety.SAFE: "bold green", Safety.UNSAFE: "bold red", Safety.UNKNOWN: "bold yellow"}
GROUP_STYLE = {"Breaks": "red", "Unknown": "yellow", "Fixed": "green", "Still fails": "dim"}
REST = "--json has all"
WIDEST = 24
"""Columns of what is left of a title: both verdicts, and what was raised."""
WARNINGS, PACKAGES, NAMES, PLACES, FILES = 5, 12, 10, 3, 5
"""How many of each are told."""
LABEL = 15
_LONGEST = 10_000


def tell(answer: Answer, code: Code | None, console: Console, *, asked: str = "") -> None:
    """Print an answer, and beside it what the asker's code uses.

    ``asked`` are the words of the command, of which `dask_matrix.tell.next_steps.advice` makes others.
    """
    _verdict(answer, console)
    for group in groups(answer):
        _group(group, console)
    _warnings(answer, console)
    _packages(answer, console)
    _caveats(answer, console)
    _road(answer, console)
    if code:
        _code(code, console)
    console.print()
    say(console, evidence(answer))
    heading(console, "What to do next")
    for number, step in enumerate(advice(answer, code, asked=asked), 1):
        _step(number, step, console)


def _verdict(answer: Answer, console: Console) -> None:
    word = (WORD[answer.verdict], STYLE[answer.verdict])
    say(console, Text.assemble(word, "  ", (f"{move(answer)}: {sentence(answer)}", "bold")))
    console.print()
    for reason in answer.reasons:
        say(console, inert(reason))
    if answer.evidence.scenarios:
        console.print()
        say(console, f"{counted(answer.evidence.scenarios)}: {counts(answer)}.")


def _group(group: Group, console: Console) -> None:
    if not group.findings:
        return
    heading(console, f"{group.heading} ({len(group.findings)})", GROUP_STYLE[group.heading])
    shown = group.findings[: group.most]
    left = max(min(WIDEST, cell_len(told)) for each in shown for told in (change(each), exceptions(each)))
    for finding in shown:
        beside(console, _fared(finding, left, group), _told(finding, console.width - left - 2 * GAP), left)
    _rest(console, group.findings, shown)


def _fared(finding: Finding, width: int, group: Group) -> Text:
    text = Text(change(finding), style=GROUP_STYLE[group.heading])
    if raised := exceptions(finding):
        text.append(f"\n{parted(raised, width)}")
    return text


def _told(finding: Finding, width: int) -> Text:
    """Return what stands right: the title, the id, why nothing is claimed, issues and marks, what is known."""
    text = Text(inert(finding.title))
    text.append(f"\n{parted(inert(finding.scenario), width)}", style="dim")
    if finding.why:
        text.append(f"\n{inert(finding.why)}")
    named = [*(parted(issue.name, width) for issue in issues(finding)), mark(finding)]
    if told := "  ".join(each for each in named if each):
        text.append(f"\n{told}", style="cyan")
    if finding.known:
        text.append(f"\n{inert(finding.known.reason)}")
    return text


def _warnings(answer: Answer, console: Console) -> None:
    if not answer.new_warnings:
        return
    heading(console, f"New warnings ({len(answer.new_warnings)})", "yellow")
    shown = answer.new_warnings[:WARNINGS]
    for each in shown:
        category = inert(each.category).rpartition(".")[2]
        say(console, f"{category}: {inert(each.message)}", 2)
        say(console, parted(inert(each.scenario), console.width - 4), 4, "dim")
    _rest(console, answer.new_warnings, shown)


def _packages(answer: Answer, console: Console) -> None:
    changed = answer.packages_changed
    if changed:
        heading(console, f"Packages that differ ({len(changed)})")
        say(console, ", ".join(map(package, changed[:PACKAGES])), 2)
        _rest(console, changed, changed[:PACKAGES])
    if answer.lanes:
        console.print()
        say(console, inert(answer.lanes.sentence))


def _caveats(answer: Answer, console: Console) -> None:
    if answer.caveats:
        heading(console, "Keep in mind")
    for caveat in answer.caveats:
        say(console, inert(caveat), 2)


def _road(answer: Answer, console: Console) -> None:
    heading(console, "The road")
    for name, value in (
        ("requirement", parted(requirement(answer) or "none", console.width - LABEL - 2 * GAP)),
        ("recommended", inert(answer.recommended or "none")),
        ("avoid", inert(", ".join(answer.avoid) or "none", _LONGEST)),
        ("next safe above", inert(answer.next_safe or "none")),
    ):
        beside(console, Text(name), Text(value), LABEL)


def _code(code: Code, console: Console) -> None:
    uncovered = code.uncovered
    heading(console, "Your code")
    say(console, in_words(code), GAP)
    shown = list(uncovered)[:NAMES]
    for name in shown:
        say(console, parted(inert(name), console.width - GAP), GAP)
        say(console, _some(uncovered[name], PLACES, console.width - 2 * GAP), 2 * GAP, "dim")
    _rest(console, uncovered, shown)
    if code.unread:
        say(console, f"Could not be read: {_some(code.unread, FILES, console.width - GAP)}", GAP, "yellow")


def _some(texts: tuple[str, ...], most: int, width: int) -> str:
    more = [f"and {len(texts) - most} more"] if len(texts) > most else []
    return ", ".join([*(parted(inert(text), width) for text in texts[:most]), *more])


def _step(number: int, step: Step, console: Console) -> None:
    say(console, f"{number}. {inert(step.text)}", GAP, hanging=3)
    if step.command:
        unbroken(console, step.command, 5, "bold")
    if step.requirement:
        unbroken(console, step.requirement, 5, "bold")
    for issue in step.issues:
        if issue.address:
            unbroken(console, issue.address, 5, "cyan")
        else:
            say(console, issue.name, 5, "cyan")


def _rest(console: Console, everything: Sized, shown: Sized) -> None:
    if more := len(everything) - len(shown):
        say(console, f"… and {more} more; {REST}", GAP)
