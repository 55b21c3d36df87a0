"""An answer as a comment on a pull request, or as the summary of a step in CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.tell.finding_groups import Group, change, exceptions, groups, issues, mark, package
from dask_matrix.tell.markdown_escaping import code as coded
from dask_matrix.tell.markdown_escaping import link, text
from dask_matrix.tell.next_steps import advice, requirement
from dask_matrix.tell.summary import WORD, counts, evidence, in_words, move, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    from dask_matrix.domain.upgrades.answer import Answer, Finding, NewWarning, PackageChange, Step
    from dask_matrix.tell.code_usage import Code
    from dask_matrix.tell.next_steps import Step as Advised

    T = TypeVar("T")

LIMIT = 60_000
"""Characters of a whole answer; GitHub refuses a comment of more than 65,536. The shares below add up to less."""
SHARE = {"Breaks": 18_000, "Unknown": 7_000, "Fixed": 7_000, "Still fails": 5_000}
SMALL_SHARE = 2_500
SYMBOL = {Safety.SAFE: "✓", Safety.UNSAFE: "✕", Safety.UNKNOWN: "?"}
MARKER = "<!-- dask-matrix check -->"
"""The first line, by which the comment of an earlier push is found again."""
CUT = "cut here; `dask-matrix check --json` has all"
_ISSUES = 5
PLACES = 3
_LONGEST = 2_000


def markdown(answer: Answer, code: Code | None = None, *, asked: str = "") -> str:
    """Return an answer, and beside it what the asker's code uses, in at most 60,000 characters.

    ``asked`` are the words of the command, of which `dask_matrix.tell.next_steps.advice` makes others.
    """
    breaks, *others = groups(answer)
    blocks = [
        *_verdict(answer),
        *_table(breaks),
        *_next(advice(answer, code, asked=asked)),
        *(each for group in others for each in _folded(_told(group), _table(group))),
        *_folded(f"New warnings: {len(answer.new_warnings)}", _cut(_warning, answer.new_warnings)),
        *_folded(f"Packages that differ: {len(answer.packages_changed)}", _packages(answer)),
        *_folded("The road", _road(answer)),
        *_code(code),
        *_cut(_item, answer.caveats),
        f"<sub>{text(evidence(answer))}</sub>",
    ]
    kept = _fitting(blocks, LIMIT - len(CUT) - 4)
    return "\n\n".join(kept if len(kept) == len(blocks) else [*kept, f"… {CUT}"]) + "\n"


def _verdict(answer: Answer) -> Iterator[str]:
    yield MARKER
    yield f"### {SYMBOL[answer.verdict]} {WORD[answer.verdict]}: {text(move(answer))}"
    yield f"**{text(sentence(answer))}**"
    yield from _cut(_item, answer.reasons)
    if answer.evidence.scenarios:
        yield f"{answer.evidence.scenarios} in scope: {counts(answer)}."
    if answer.lanes:
        yield text(answer.lanes.sentence)


def _table(group: Group) -> Iterator[str]:
    if not group.findings:
        return
    head = f"| {group.heading} ({len(group.findings)}) | before → after | issues |\n|---|---|---|"
    yield from _cut(_row, group.findings, SHARE[group.heading], head)


def _row(finding: Finding) -> str:
    raised = exceptions(finding)
    fared = change(finding) + (f"<br>{coded(raised)}" if raised else "")
    named = f"{text(finding.title)}<br>{coded(finding.scenario)}"
    beside = [link(issue) for issue in issues(finding)[:_ISSUES]]
    beside += [text(mark(finding))] if mark(finding) else []
    beside += [text(finding.known.reason)] if finding.known else []
    return (
        f"| {'<br>'.join([named, *([text(finding.why)] if finding.why else [])])} | {fared} | {'<br>'.join(beside)} |"
    )


def _told(group: Group) -> str:
    return f"{group.heading}: {len(group.findings)}"


def _folded(summary: str, blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks behind a summary that opens them; nothing if there are none."""
    if inner := [block for block in blocks if block]:
        yield "\n\n".join([f"<details><summary>{summary}</summary>", *inner, "</details>"])


def _next(steps: Iterable[Advised]) -> Iterator[str]:
    yield "**What to do next**"
    yield "\n".join(f"{number}. {_step(step)}" for number, step in enumerate(steps, 1))


def _step(step: Advised) -> str:
    told = [text(step.text), *([", ".join(map(link, step.issues))] if step.issues else [])]
    return " ".join([*told, *(coded(each, _LONGEST) for each in (step.command, step.requirement) if each)])


def _warning(warned: NewWarning) -> str:
    return f"- {coded(warned.category.rpartition('.')[2])}: {text(warned.message)} ({coded(warned.scenario)})"


def _package(changed: PackageChange) -> str:
    return _item(package(changed))


def _item(line: str) -> str:
    return f"- {text(line)}"


def _use(used: tuple[str, tuple[str, ...]]) -> str:
    name, places = used
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    return f"- {coded(name)}: {text(', '.join(places[:PLACES]))}{more}"


def _packages(answer: Answer) -> Iterator[str]:
    yield from _cut(_package, answer.packages_changed)


def _road(answer: Answer) -> Iterator[str]:
    if not answer.road:
        return
    yield f"Requirement: {coded(requirement(answer), _LONGEST) or 'none'}"
    head = "| release | uploaded | verdict | breaks | fixed | unknown |\n|---|---|---|---|---|---|"
    yield from _cut(_on_the_road, answer.road, SMALL_SHARE, head)
    if answer.next_safe:
        yield f"Next safe above: {text(answer.next_safe)}"


def _on_the_road(step: Step) -> str:
    uploaded = f"{step.released_at:%Y-%m-%d}" if step.released_at else ""
    verdict = f"{SYMBOL[step.verdict]} {step.verdict}" + ("" if step.installs else ", does not install")
    cells = (text(step.release), uploaded, verdict, step.regressed, step.fixed, step.unknown)
    return f"| {' | '.join(map(str, cells))} |"


def _code(code: Code | None) -> Iterator[str]:
    if code is None:
        return
    yield f"**Your code.** {text(in_words(code))}"
    yield from _cut(_use, list(code.uncovered.items()))
    yield from _folded(f"Files that could not be read: {len(code.unread)}", _cut(_item, code.unread))


def _cut(write: Callable[[T], str], things: Sequence[T], share: int = SMALL_SHARE, head: str = "") -> Iterator[str]:
    """Yield a line for each thing, as one block of at most ``share`` characters, and how many were left out of it."""
    kept = _fitting(map(write, things), share - len(head))
    if kept:
        yield "\n".join([*([head] if head else []), *kept])
    if more := len(things) - len(kept):
        yield f"… and {more} more: {CUT}."


def _fitting(parts: Iterable[str], share: int) -> list[str]:
    """Return the first parts that fit together; a part is whole or left out."""
    kept = []
    for part in parts:
        share -= len(part) + 2
        if share < 0:
            break
        kept.append(part)
    return kept
