"""The few sentences that stand first and last: what is said of a move, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.reasons import counted
from dask_matrix.tell.finding_groups import still_open
from dask_matrix.tell.sanitize import inert

if TYPE_CHECKING:
    from dask_matrix.domain.upgrades.answer import Answer
    from dask_matrix.tell.code_usage import Code

WORD = {Safety.SAFE: "SAFE", Safety.UNSAFE: "UNSAFE", Safety.UNKNOWN: "UNKNOWN"}


def move(answer: Answer) -> str:
    """Return what is asked about: ``dask 2025.2.0 → 2025.4.1``."""
    return inert(f"dask {answer.question.start} → {answer.question.target}")


def sentence(answer: Answer) -> str:
    """Return the one sentence that decides."""
    match answer.verdict:
        case Safety.UNSAFE:
            return _breaks(answer) if still_open(answer) else f"{inert(answer.question.target)} does not install."
        case Safety.UNKNOWN:
            return _unclear(answer)
        case Safety.SAFE:
            return _breaks(answer) if answer.regressed else _holds(answer)


def counts(answer: Answer) -> str:
    """Return how many scenarios fared how; together they are all that is in scope."""
    told = (
        (len(answer.regressed), "break", "breaks"),
        (len(answer.unknown), "unknown", "unknown"),
        (len(answer.fixed), "fixed", "fixed"),
        (len(answer.still_failing), "still fail", "still fails"),
        (answer.holding, "hold", "holds"),
        (len(answer.not_applicable), "not applicable", "not applicable"),
    )
    return ", ".join(f"{number} {one if number == 1 else many}" for number, many, one in told if number)


def evidence(answer: Answer) -> str:
    """Return what the answer rests on, and where that was asked."""
    told = answer.evidence
    parts = [counted(told.results, "result")]
    if told.oldest and told.newest:
        parts.append(f"from {told.oldest:%Y-%m-%d} to {told.newest:%Y-%m-%d}")
    if told.pythons:
        parts.append(f"Python {', '.join(told.pythons)}")
    if told.lanes:
        parts.append(f"{'lane' if len(told.lanes) == 1 else 'lanes'} {', '.join(told.lanes)}")
    if told.flaky:
        parts.append(f"{counted(told.flaky, 'cell')} flaky")
    source = f"; source: {told.source}" if told.source else ""
    return inert(f"Evidence: {', '.join(parts)}{source}.")


def in_words(code: Code) -> str:
    """Return how much of the asker's code the scenarios cover."""
    used, uncovered = len(code.used), len(code.uncovered)
    if not used:
        return "It uses nothing of Dask."
    told = f"It uses {counted(used, 'name')} of Dask;"
    if not uncovered:
        return f"{told} scenarios cover {'it' if used == 1 else f'all of the {used}'}."
    if uncovered == used:
        return f"{told} {'no scenario covers it' if used == 1 else f'scenarios cover none of the {used}'}:"
    return f"{told} no scenario covers {uncovered} of the {used}:"


def _breaks(answer: Answer) -> str:
    broken, held = len(answer.regressed), _held(answer)
    accepted = broken - len(still_open(answer))
    told = f"{_of(broken, held)} that held {'breaks' if broken == 1 else 'break'}"
    if not accepted:
        return f"{told}."
    if accepted < broken:
        return f"{told}; {accepted} accepted."
    return f"{told}; {'it is' if broken == 1 else 'all'} accepted."


def _of(part: int, whole: int) -> str:
    """Return ``1 of 3 scenarios``, or ``the only scenario`` where there is but one."""
    return "the only scenario" if part == whole == 1 else f"{part} of {counted(whole)}"


def _held(answer: Answer) -> int:
    """How many hold on the start, whatever is known of them on the target."""
    unclear = sum(each.before.verdict is Verdict.PASS for each in answer.unknown)
    return answer.holding + len(answer.regressed) + unclear


def _holds(answer: Answer) -> str:
    if not answer.holding:
        return "nothing that held breaks."
    held = answer.holding
    return "the only scenario that held still holds." if held == 1 else f"all {held} scenarios that held still hold."


def ungrounded(answer: Answer) -> str:
    """Return why the start is nothing to stand on; nothing if it was tested and installs."""
    release = inert(answer.question.start)
    if answer.start is None:
        return f"{release} was never tested{_where(answer)}."
    return "" if answer.start.installs else f"{release} itself does not install."


def _unclear(answer: Answer) -> str:
    question = answer.question
    for release, column in ((question.start, answer.start), (question.target, answer.target)):
        if column is None:
            return f"nothing was ever tested on {inert(release)}{_where(answer)}."
        if not column.installs:
            return f"{inert(release)} does not install, so nothing can be compared."
    if not answer.evidence.scenarios:
        return "no scenario is in scope."
    unknown = len(answer.unknown)
    verb = "has" if unknown == 1 else "have"
    return f"{_of(unknown, answer.evidence.scenarios)} in scope {verb} no verdict on both sides."


def _where(answer: Answer) -> str:
    """Return the lane and the Python that were asked about: elsewhere there may be evidence."""
    python = f" on Python {inert(answer.question.python)}" if answer.question.python else ""
    return f" in lane {answer.question.lane}{python}"
