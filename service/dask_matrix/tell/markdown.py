"""Write an answer as Markdown, for a comment on a pull request or the summary of a CI step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.tell.finding_groups import (
    Group,
    exception_names,
    failure_notes,
    groups,
    issues,
    package_change,
    verdict_change,
)
from dask_matrix.tell.markdown_escaping import code as coded
from dask_matrix.tell.markdown_escaping import link, text
from dask_matrix.tell.next_steps import next_steps, requirement
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    from dask_matrix.domain.upgrades.answer import Answer, Finding, PackageChange, Step, SurfaceUse
    from dask_matrix.domain.upgrades.environment_diff import WarningGroup
    from dask_matrix.tell.code_usage import CodeCoverage
    from dask_matrix.tell.next_steps import NextStep

    T = TypeVar("T")

LIMIT = 60_000
"""Maximum characters of a whole answer; GitHub rejects comments over 65,536. The shares below add up to less."""
SHARE = {"Breaks": 18_000, "Unknown": 7_000, "Fixed": 7_000, "Still fails": 5_000}
SMALL_SHARE = 2_500
SYMBOL = {Safety.SAFE: "✓", Safety.UNSAFE: "✕", Safety.UNKNOWN: "?"}
MARKER = "<!-- dask-matrix check -->"
"""The first line; the action finds its comment of an earlier push by it."""
TRUNCATED = "truncated; `dask-matrix check --json` prints everything"
_ISSUES = 5
PLACES = 3
_MAX_LENGTH = 2_000


def markdown(
    answer: Answer, code: CodeCoverage | None = None, *, arguments: str = "", installer: Installer = Installer.PIP
) -> str:
    """Return an answer, and which Dask API the user's code uses, in at most 60,000 characters.

    ``arguments`` is what was typed after ``dask-matrix check``, ``installer`` the project's tool;
    `dask_matrix.tell.next_steps.next_steps` builds commands from both.
    """
    (breaks, *others), new_warnings = groups(answer), warning_groups(answer.new_warnings)
    blocks = [
        *_verdict(answer),
        *_truncated_list(_surface_use, answer.surface),
        *_table(breaks),
        *_next(next_steps(answer, code, arguments=arguments, installer=installer)),
        *(each for group in others for each in _folded(_group_title(group), _table(group))),
        *_folded(f"New warnings: {len(new_warnings)}", _truncated_list(_warning, new_warnings)),
        *_folded(f"{DIFFERING_PACKAGES}: {len(answer.packages_changed)}", _packages(answer)),
        *_folded("Releases in between", _releases_in_between(answer)),
        *_code(code),
        *_truncated_list(_item, answer.caveats),
        f"<sub>{text(evidence(answer))}</sub>",
    ]
    kept = _fitting(blocks, LIMIT - len(TRUNCATED) - 4)
    return "\n\n".join(kept if len(kept) == len(blocks) else [*kept, f"… {TRUNCATED}"]) + "\n"


def _surface_use(use: SurfaceUse) -> str:
    return f"- {text(surface_sentence(use))}: {text(', '.join(use.places))}"


def _verdict(answer: Answer) -> Iterator[str]:
    yield MARKER
    yield f"### {SYMBOL[answer.verdict]} {WORD[answer.verdict]}: {text(upgrade_title(answer))}"
    yield f"**{text(_capitalized(sentence(answer)))}**"
    yield from _truncated_list(_item, further_reasons(answer))
    if answer.evidence.scenarios:
        yield f"{answer.evidence.scenarios} in scope: {counts(answer)}."
    if answer.lanes:
        yield text(answer.lanes.sentence)


def _capitalized(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _table(group: Group) -> Iterator[str]:
    if not group.findings:
        return
    head = f"| {group.heading} ({len(group.findings)}) | before → after | issues |\n|---|---|---|"
    yield from _truncated_list(_row, group.findings, SHARE[group.heading], head)


def _row(finding: Finding) -> str:
    raised = exception_names(finding)
    outcomes = verdict_change(finding) + (f"<br>{coded(raised)}" if raised else "")
    scenario = f"{text(finding.title)}<br>{coded(finding.scenario)}"
    notes = [link(issue) for issue in issues(finding)[:_ISSUES]]
    notes += [text(failure_notes(finding))] if failure_notes(finding) else []
    notes += [text(finding.known.reason)] if finding.known else []
    return f"| {'<br>'.join([scenario, *([text(finding.why)] if finding.why else [])])} | {outcomes} | {'<br>'.join(notes)} |"


def _group_title(group: Group) -> str:
    return f"{group.heading}: {len(group.findings)}"


def _folded(summary: str, blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks inside a ``<details>`` with this summary; nothing if there are no blocks."""
    if inner := [block for block in blocks if block]:
        yield "\n\n".join([f"<details><summary>{summary}</summary>", *inner, "</details>"])


def _next(steps: Iterable[NextStep]) -> Iterator[str]:
    yield "**What to do next**"
    yield "\n".join(f"{number}. {_step(step)}" for number, step in enumerate(steps, 1))


def _step(step: NextStep) -> str:
    parts = [text(step.text), *([", ".join(map(link, step.issues))] if step.issues else [])]
    return " ".join([*parts, *(coded(each, _MAX_LENGTH) for each in (step.command, step.requirement) if each)])


def _warning(group: WarningGroup) -> str:
    scenarios = f"{coded(group.given[0].scenario)}{group.more}"
    return f"- {coded(group.category.rpartition('.')[2])}: {text(group.message)} ({scenarios})"


def _package(changed: PackageChange) -> str:
    return _item(package_change(changed))


def _item(line: str) -> str:
    return f"- {text(line)}"


def _uncovered_name(used: tuple[str, tuple[str, ...]]) -> str:
    name, places = used
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    return f"- {coded(name)}: {text(', '.join(places[:PLACES]))}{more}"


def _packages(answer: Answer) -> Iterator[str]:
    yield from _truncated_list(_package, answer.packages_changed)


def _releases_in_between(answer: Answer) -> Iterator[str]:
    if not answer.road:
        return
    yield f"Requirement: {coded(requirement(answer), _MAX_LENGTH) or 'none'}"
    head = "| release | uploaded | verdict | breaks | fixed | unknown |\n|---|---|---|---|---|---|"
    yield from _truncated_list(_release_row, answer.road, SMALL_SHARE, head)
    if answer.next_safe:
        yield f"Next safe release: {text(answer.next_safe)}"


def _release_row(step: Step) -> str:
    uploaded = f"{step.released_at:%Y-%m-%d}" if step.released_at else ""
    verdict = f"{SYMBOL[step.verdict]} {step.verdict}" + ("" if step.installs else ", cannot be installed")
    cells = (text(step.release), uploaded, verdict, step.regressed, step.fixed, step.unknown)
    return f"| {' | '.join(map(str, cells))} |"


def _code(code: CodeCoverage | None) -> Iterator[str]:
    if code is None:
        return
    yield f"**Your code.** {text(usage_sentence(code))}"
    yield from _truncated_list(_uncovered_name, list(code.uncovered.items()))
    yield from _folded(f"Files that could not be read: {len(code.unread)}", _truncated_list(_item, code.unread))


def _truncated_list(
    write: Callable[[T], str], things: Sequence[T], share: int = SMALL_SHARE, head: str = ""
) -> Iterator[str]:
    """Yield one block with a line for each thing, at most ``share`` characters, and then how many were left out."""
    kept = _fitting(map(write, things), share - len(head))
    if kept:
        yield "\n".join([*([head] if head else []), *kept])
    if more := len(things) - len(kept):
        yield f"… and {more} more: {TRUNCATED}."


def _fitting(parts: Iterable[str], share: int) -> list[str]:
    """Return the leading parts that fit into ``share`` characters; no part is split."""
    kept = []
    for part in parts:
        share -= len(part) + 2
        if share < 0:
            break
        kept.append(part)
    return kept
