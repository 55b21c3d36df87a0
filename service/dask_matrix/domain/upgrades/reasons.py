"""Sentences that explain the answer to an upgrade question: reasons and caveats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.answer import Finding, FindingSide, Question, Step
    from dask_matrix.domain.upgrades.comparison import Comparison


EMPTY_SCOPE = "No scenario is in scope, so the answer is unknown."


def reasons(
    question: Question,
    compared: Comparison,
    start: Environment | None,
    target: Environment | None,
    unknown: Sequence[Finding],
) -> Iterator[str]:
    """Yield why an upgrade is safe, unsafe or unknown, most important reason first."""
    for release, column in {question.start: start, question.target: target}.items():
        if column is None:
            yield f"{release} has not been tested in lane {question.lane}{_on_python(question)}."
        elif column.refusal:
            yield f"dask {release} cannot be installed: {_first_line(column.refusal.message)}"
    yield from _regressions(question, compared)
    installed = start and target and not start.refusal and not target.refusal
    if installed and unknown:
        yield _missing_verdicts(unknown)
    if compared.safety is Safety.SAFE:
        yield _safe(question, compared)
    elif installed and not _size(compared):
        inapplicable = compared.not_applicable.bit_count()
        not_applicable = "No scenario in scope applies to both releases, so the answer is unknown."
        yield not_applicable if inapplicable else EMPTY_SCOPE


def missing_verdict(side: FindingSide, release: str) -> str:
    """Return why a scenario has no pass or fail verdict on a release; empty if it has one."""
    reason = {
        Verdict.UNTESTED: f"only internal errors on {release}" if side.result else f"not tested on {release}",
        Verdict.STALE: f"the result on {release} is from an older version of the scenario",
        Verdict.FLAKY: f"flaky on {release}: {side.passed} of {side.executions} executions passed",
        Verdict.UNINSTALLABLE: f"{release} cannot be installed",
    }
    return reason.get(side.verdict, "")


def caveats(start: Environment | None, target: Environment | None, steps: Iterable[Step]) -> Iterator[str]:
    """Yield how the two environments differ besides Dask, and which releases are backports."""
    if start and target and start.python != target.python:
        yield f"The two releases were tested on different Pythons: {start.python} and {target.python}."
    if start and target and start.platform != target.platform:
        yield f"The two releases were tested on different platforms: {start.platform} and {target.platform}."
    for step in steps:
        if step.late and step.released_at:
            yield f"{step.release} is a backport: it was uploaded on {step.released_at:%Y-%m-%d}, after higher releases."


def counted(number: int, what: str = "scenario") -> str:
    """Return a number with its noun: ``1 scenario``, ``3 scenarios``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def scenarios_that(number: int, do: str) -> str:
    """Return ``1 scenario that passes``, ``3 scenarios that pass``."""
    return f"{counted(number)} that {verb(number, do)}"


def verb(number: int, do: str) -> str:
    """Return a verb that agrees with a number: ``passes`` with 1, ``pass`` otherwise."""
    return do if number != 1 else f"{do}es" if do.endswith("s") else f"{do}s"


def _regressions(question: Question, compared: Comparison) -> Iterator[str]:
    broken, accepted = compared.regressed.bit_count(), compared.accepted.bit_count()
    if not broken:
        return
    sentence = f"{scenarios_that(broken, 'pass')} on {question.start} {verb(broken, 'fail')} on {question.target}"
    yield f"{sentence}; {accepted} of them accepted." if accepted else f"{sentence}."


def _missing_verdicts(unknown: Sequence[Finding]) -> str:
    kinds = Counter(map(_kind, unknown))
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    number = len(unknown)
    return f"{counted(number)} in scope {verb(number, 'lack')} a verdict on one or both releases: {counts}."


def _kind(finding: Finding) -> str:
    verdicts = {finding.before.verdict, finding.after.verdict}
    order = (Verdict.UNINSTALLABLE, Verdict.UNTESTED, Verdict.STALE, Verdict.FLAKY)
    return next(verdict.value for verdict in order if verdict in verdicts)


def _safe(question: Question, compared: Comparison) -> str:
    size = _size(compared)
    subject = (
        "The only applicable scenario in scope has" if size == 1 else f"All {size} applicable scenarios in scope have"
    )
    nothing_breaks = f"nothing that passes on {question.start} fails on {question.target}"
    ending = "every new failure is accepted" if compared.accepted else nothing_breaks
    return f"{subject} a current verdict on both releases; {ending}."


def _size(compared: Comparison) -> int:
    sets = (compared.regressed, compared.fixed, compared.still_failing, compared.holding, compared.unknown)
    return sum(each.bit_count() for each in sets)


def _on_python(question: Question) -> str:
    return f" on Python {question.python}" if question.python else ""


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0] if lines else "no reason was given."
