"""The sentences of an answer: why it is what it is, and what to keep in mind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.answer import Finding, Question, Seen, Step
    from dask_matrix.domain.upgrades.comparison import Comparison


NOTHING = "No scenario is in scope, so nothing is known."


def reasons(
    question: Question,
    compared: Comparison,
    start: Environment | None,
    target: Environment | None,
    unknown: Sequence[Finding],
) -> Iterator[str]:
    """Yield why a move is safe, unsafe or unknown, the weightiest first."""
    for release, column in {question.start: start, question.target: target}.items():
        if column is None:
            yield f"Nothing was ever tested on {release} in lane {question.lane}{_on(question)}."
        elif column.refusal:
            yield f"dask {release} does not install: {_first_line(column.refusal.message)}"
    yield from _regressions(question, compared)
    installed = start and target and not start.refusal and not target.refusal
    if installed and unknown:
        yield _unclear(unknown)
    if compared.safety is Safety.SAFE:
        yield _all_well(question, compared)
    elif installed and not _size(compared):
        inapplicable = compared.not_applicable.bit_count()
        yield "No scenario in scope applies to both sides, so nothing is known." if inapplicable else NOTHING


def unclear(seen: Seen, release: str) -> str:
    """Return why a side claims nothing, or nothing if it does."""
    told = {
        Verdict.UNTESTED: f"never tested on {release}" if not seen.result else f"only accidents of ours on {release}",
        Verdict.STALE: f"the evidence on {release} is of an older text of the scenario",
        Verdict.FLAKY: f"flaky on {release}: {seen.passed} of {seen.executions} executions held",
        Verdict.UNINSTALLABLE: f"{release} does not install",
    }
    return told.get(seen.verdict, "")


def caveats(start: Environment | None, target: Environment | None, steps: Iterable[Step]) -> Iterator[str]:
    """Yield what a reader should keep in mind."""
    if start and target and start.python != target.python:
        yield f"The two sides ran on different Pythons: {start.python} and {target.python}."
    if start and target and start.platform != target.platform:
        yield f"The two sides ran on different platforms: {start.platform} and {target.platform}."
    for step in steps:
        if step.late and step.released_at:
            yield f"{step.release} is a backport: it was uploaded on {step.released_at:%Y-%m-%d}, after higher releases."


def counted(number: int, what: str = "scenario") -> str:
    """Return a number with its noun: ``1 scenario``, ``3 scenarios``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def that(number: int, do: str) -> str:
    """Return how many scenarios do something: ``1 scenario that holds``, ``3 scenarios that hold``."""
    return f"{counted(number)} that {verb(number, do)}"


def verb(number: int, do: str) -> str:
    """Return a verb in the form that goes with a number: ``holds`` with 1, ``hold`` with others."""
    return f"{do}s" if number == 1 else do


def _regressions(question: Question, compared: Comparison) -> Iterator[str]:
    broken, accepted = compared.regressed.bit_count(), compared.accepted.bit_count()
    if not broken:
        return
    told = f"{that(broken, 'hold')} on {question.start} {verb(broken, 'break')} on {question.target}"
    yield f"{told}; {accepted} of them accepted." if accepted else f"{told}."


def _unclear(unknown: Sequence[Finding]) -> str:
    parts = Counter(part for each in unknown for part in [_kind(each)])
    told = ", ".join(f"{number} {kind}" for kind, number in parts.most_common())
    return f"{counted(len(unknown))} in scope without a verdict on both sides: {told}."


def _kind(finding: Finding) -> str:
    verdicts = {finding.before.verdict, finding.after.verdict}
    order = (Verdict.UNINSTALLABLE, Verdict.UNTESTED, Verdict.STALE, Verdict.FLAKY)
    return next(verdict.value for verdict in order if verdict in verdicts)


def _all_well(question: Question, compared: Comparison) -> str:
    size = _size(compared)
    subject = (
        "The 1 scenario in scope that applies has" if size == 1 else f"All {size} scenarios in scope that apply have"
    )
    ending = (
        "what broke is accepted"
        if compared.accepted
        else f"nothing that holds on {question.start} breaks on {question.target}"
    )
    return f"{subject} fresh evidence on both sides; {ending}."


def _size(compared: Comparison) -> int:
    sets = (compared.regressed, compared.fixed, compared.still_failing, compared.holding, compared.unknown)
    return sum(each.bit_count() for each in sets)


def _on(question: Question) -> str:
    return f" on Python {question.python}" if question.python else ""


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0] if lines else "no reason was given."
