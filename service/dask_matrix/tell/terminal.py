"""Print an answer on a terminal or into a pipe: the verdict, then the scenarios in groups, then what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.domain.wording import counted
from dask_matrix.tell.finding_groups import (
    Group,
    exception_names,
    failure_notes,
    groups,
    issues,
    package_change,
    verdict_change,
)
from dask_matrix.tell.next_steps import next_steps, requirement
from dask_matrix.tell.sanitize import sanitize
from dask_matrix.tell.summary import (
    DIFFERING_PACKAGES,
    WORD,
    counts,
    evidence,
    further_reasons,
    sentence,
    surface_sentence,
    upgrade_title,
    usage_sentence,
)
from dask_matrix.tell.text_layout import GAP, print_columns, print_heading, print_text, print_unwrapped, split_name

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized

    from rich.console import Console

    from dask_matrix.domain.upgrades.answer import Answer, Finding
    from dask_matrix.tell.code_usage import CodeCoverage
    from dask_matrix.tell.next_steps import NextStep

STYLE = {Safety.SAFE: "bold green", Safety.UNSAFE: "bold red", Safety.UNKNOWN: "bold yellow"}
GROUP_STYLE = {"Breaks": "red", "Unknown": "yellow", "Fixed": "green", "Still fails": "dim"}
SEE_ALL = "use --json for all"
MAX_LEFT_WIDTH = 24
"""Maximum width of the left column, which shows both verdicts and the exceptions."""
WARNINGS, PACKAGES, NAMES, PLACES, FILES = 5, 12, 10, 3, 5
"""How many of each are printed."""
LABEL_WIDTH = 17
_MAX_LENGTH = 10_000


def print_answer(
    answer: Answer,
    code: CodeCoverage | None,
    console: Console,
    *,
    arguments: str = "",
    installer: Installer = Installer.PIP,
) -> None:
    """Print an answer, and which Dask API the user's code uses.

    ``arguments`` is what was typed after ``dask-matrix check``, ``installer`` the project's tool;
    `dask_matrix.tell.next_steps.next_steps` builds commands from both.
    """
    _verdict(answer, console)
    _surface(answer, console)
    for group in groups(answer):
        _group(group, console)
    _warnings(answer, console)
    _packages(answer, console)
    _caveats(answer, console)
    _releases_in_between(answer, console)
    if code:
        _code_usage(code, console)
    console.print()
    print_text(console, evidence(answer))
    print_heading(console, "What to do next")
    for number, step in enumerate(next_steps(answer, code, arguments=arguments, installer=installer), 1):
        _step(number, step, console)


def _verdict(answer: Answer, console: Console) -> None:
    word = (WORD[answer.verdict], STYLE[answer.verdict])
    print_text(console, Text.assemble(word, "  ", (f"{upgrade_title(answer)}: {sentence(answer)}", "bold")))
    for reason in further_reasons(answer):
        console.print()
        print_text(console, reason)
    if answer.evidence.scenarios:
        console.print()
        print_text(console, f"{counted(answer.evidence.scenarios)}: {counts(answer)}.")


def _surface(answer: Answer, console: Console) -> None:
    """Print the names in the user's code that the target lacks or deprecates, each with where they are used."""
    if not answer.surface:
        return
    print_heading(console, f"Names that your code uses ({len(answer.surface)})", "red")
    for use in answer.surface:
        print_text(console, sanitize(surface_sentence(use)), indent=GAP, hanging=GAP)
        print_text(console, sanitize(_listed(use.places, PLACES)), indent=2 * GAP, hanging=GAP, style="dim")


def _listed(texts: Sequence[str], most: int) -> str:
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def _group(group: Group, console: Console) -> None:
    if not group.findings:
        return
    print_heading(console, f"{group.heading} ({len(group.findings)})", GROUP_STYLE[group.heading])
    shown = group.findings[: group.limit]
    left = max(
        min(MAX_LEFT_WIDTH, cell_len(line)) for each in shown for line in (verdict_change(each), exception_names(each))
    )
    for finding in shown:
        print_columns(
            console, _outcomes(finding, left, group), _description(finding, console.width - left - 2 * GAP), left
        )
    _omitted(console, group.findings, shown)


def _outcomes(finding: Finding, width: int, group: Group) -> Text:
    text = Text(verdict_change(finding), style=GROUP_STYLE[group.heading])
    if raised := exception_names(finding):
        text.append(f"\n{split_name(raised, width)}")
    return text


def _description(finding: Finding, width: int) -> Text:
    """Return the right column: title, id, why the verdict is unknown, issues, and the reason of a known failure."""
    text = Text(sanitize(finding.title))
    text.append(f"\n{split_name(sanitize(finding.scenario), width)}", style="dim")
    if finding.why:
        text.append(f"\n{sanitize(finding.why)}")
    parts = [*(split_name(issue.name, width) for issue in issues(finding)), failure_notes(finding)]
    if line := "  ".join(each for each in parts if each):
        text.append(f"\n{line}", style="cyan")
    if finding.known:
        text.append(f"\n{sanitize(finding.known.reason)}")
    return text


def _warnings(answer: Answer, console: Console) -> None:
    if not answer.new_warnings:
        return
    found = warning_groups(answer.new_warnings)
    print_heading(console, f"New warnings ({len(found)})", "yellow")
    for each in found[:WARNINGS]:
        category = sanitize(each.category).rpartition(".")[2]
        print_text(console, f"{category}: {sanitize(each.message)}", 2)
        print_text(console, split_name(sanitize(each.given[0].scenario), console.width - 4) + each.more, 4, "dim")
    _omitted(console, found, found[:WARNINGS])


def _packages(answer: Answer, console: Console) -> None:
    changed = answer.packages_changed
    if changed:
        print_heading(console, f"{DIFFERING_PACKAGES} ({len(changed)})")
        print_text(console, ", ".join(map(package_change, changed[:PACKAGES])), 2)
        _omitted(console, changed, changed[:PACKAGES])
    if answer.lanes:
        console.print()
        print_text(console, sanitize(answer.lanes.sentence))


def _caveats(answer: Answer, console: Console) -> None:
    if answer.caveats:
        print_heading(console, "Keep in mind")
    for caveat in answer.caveats:
        print_text(console, sanitize(caveat), 2)


def _releases_in_between(answer: Answer, console: Console) -> None:
    print_heading(console, "Releases in between")
    for name, value in (
        ("requirement", split_name(requirement(answer) or "none", console.width - LABEL_WIDTH - 2 * GAP)),
        ("recommended", sanitize(answer.recommended or "none")),
        ("avoid", sanitize(", ".join(answer.avoid) or "none", _MAX_LENGTH)),
        ("next safe release", sanitize(answer.next_safe or "none")),
    ):
        print_columns(console, Text(name), Text(value), LABEL_WIDTH)


def _code_usage(code: CodeCoverage, console: Console) -> None:
    uncovered = code.uncovered
    print_heading(console, "Your code")
    print_text(console, usage_sentence(code), GAP)
    shown = list(uncovered)[:NAMES]
    for name in shown:
        print_text(console, split_name(sanitize(name), console.width - GAP), GAP)
        print_text(console, _joined(uncovered[name], PLACES, console.width - 2 * GAP), 2 * GAP, "dim")
    _omitted(console, uncovered, shown)
    if code.unread:
        print_text(console, f"Could not read: {_joined(code.unread, FILES, console.width - GAP)}", GAP, "yellow")


def _joined(texts: tuple[str, ...], limit: int, width: int) -> str:
    more = [f"and {len(texts) - limit} more"] if len(texts) > limit else []
    return ", ".join([*(split_name(sanitize(text), width) for text in texts[:limit]), *more])


def _step(number: int, step: NextStep, console: Console) -> None:
    print_text(console, f"{number}. {sanitize(step.text)}", GAP, hanging=3)
    if step.command:
        print_unwrapped(console, step.command, 5, "bold")
    if step.requirement:
        print_unwrapped(console, step.requirement, 5, "bold")
    for issue in step.issues:
        if issue.address:
            print_unwrapped(console, issue.address, 5, "cyan")
        else:
            print_text(console, issue.name, 5, "cyan")


def _omitted(console: Console, everything: Sized, shown: Sized) -> None:
    if more := len(everything) - len(shown):
        print_text(console, f"… and {more} more; {SEE_ALL}", GAP)
