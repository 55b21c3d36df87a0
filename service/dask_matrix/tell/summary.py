"""One-sentence summaries of an answer: the verdict, the counts and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.reasons import counted
from dask_matrix.tell.finding_groups import not_accepted
from dask_matrix.tell.sanitize import sanitize

if TYPE_CHECKING:
    from dask_matrix.domain.upgrades.answer import Answer
    from dask_matrix.tell.code_usage import CodeCoverage

WORD = {Safety.SAFE: "SAFE", Safety.UNSAFE: "UNSAFE", Safety.UNKNOWN: "UNKNOWN"}


def upgrade_title(answer: Answer) -> str:
    """Return the upgrade asked about: ``dask 2025.2.0 → 2025.4.1``."""
    return sanitize(f"dask {answer.question.start} → {answer.question.target}")


def sentence(answer: Answer) -> str:
    """Return the verdict as one sentence, in lower case so that it can follow a colon."""
    match answer.verdict:
        case Safety.UNSAFE:
            return (
                _breaks(answer) if not_accepted(answer) else f"{sanitize(answer.question.target)} cannot be installed."
            )
        case Safety.UNKNOWN:
            return _unclear(answer)
        case Safety.SAFE:
            return _breaks(answer) if answer.regressed else _still_passes(answer)


def counts(answer: Answer) -> str:
    """Return how many scenarios break, are fixed, …; the numbers add up to the scenarios in scope."""
    groups = (
        (len(answer.regressed), "break", "breaks"),
        (len(answer.unknown), "unknown", "unknown"),
        (len(answer.fixed), "fixed", "fixed"),
        (len(answer.still_failing), "still fail", "still fails"),
        (answer.holding, "still pass", "still passes"),
        (len(answer.not_applicable), "not applicable", "not applicable"),
    )
    return ", ".join(f"{number} {one if number == 1 else many}" for number, many, one in groups if number)


def evidence(answer: Answer) -> str:
    """Return what evidence the answer is based on, and where it came from."""
    found = answer.evidence
    parts = [counted(found.results, "result")]
    if found.oldest and found.newest:
        parts.append(f"from {found.oldest:%Y-%m-%d} to {found.newest:%Y-%m-%d}")
    if found.pythons:
        parts.append(f"Python {', '.join(found.pythons)}")
    if found.lanes:
        parts.append(f"{'lane' if len(found.lanes) == 1 else 'lanes'} {', '.join(found.lanes)}")
    if found.flaky:
        parts.append(f"{counted(found.flaky, 'cell')} flaky")
    source = f"; source: {found.source}" if found.source else ""
    return sanitize(f"Evidence: {', '.join(parts)}{source}.")


def usage_sentence(code: CodeCoverage) -> str:
    """Return how much of the Dask API that the user's code uses is covered by scenarios."""
    used, uncovered = len(code.used), len(code.uncovered)
    if not used:
        return "It uses no Dask API."
    uses = f"It uses {counted(used, 'name')} from the Dask API;"
    if not uncovered:
        return f"{uses} scenarios cover {'it' if used == 1 else 'all of them'}."
    if uncovered == used:
        return f"{uses} no scenario covers {'it' if used == 1 else 'any of them'}:"
    return f"{uses} no scenario covers {uncovered} of them:"


def _breaks(answer: Answer) -> str:
    broken, passing = len(answer.regressed), _passing_on_start(answer)
    accepted = broken - len(not_accepted(answer))
    start, target = _releases(answer)
    passes, fails = ("passes" if passing == 1 else "pass"), ("fails" if broken == 1 else "fail")
    failures = f"{_of(broken, passing)} that {passes} on {start} {fails} on {target}"
    if not accepted:
        return f"{failures}."
    if accepted < broken:
        return f"{failures}; {accepted} accepted."
    return f"{failures}; {'it is' if broken == 1 else 'all'} accepted."


def _of(part: int, whole: int) -> str:
    """Return ``1 of the 3 scenarios``, or ``the only scenario`` if there is only one."""
    return "the only scenario" if part == whole == 1 else f"{part} of the {counted(whole)}"


def _passing_on_start(answer: Answer) -> int:
    """Return how many scenarios pass on the start, whatever their verdict on the target."""
    unclear = sum(each.before.verdict is Verdict.PASS for each in answer.unknown)
    return answer.holding + len(answer.regressed) + unclear


def _still_passes(answer: Answer) -> str:
    start, target = _releases(answer)
    match answer.holding:
        case 0:
            return f"no scenario that passes on {start} fails on {target}."
        case 1:
            return f"the only scenario that passes on {start} still passes on {target}."
        case passing:
            return f"all {passing} scenarios that pass on {start} still pass on {target}."


def start_problem(answer: Answer) -> str:
    """Return why no upgrade can start from this release, or an empty text if it was tested and can be installed."""
    release = sanitize(answer.question.start)
    if answer.start is None:
        return f"{release} has not been tested{_where(answer)}."
    return "" if answer.start.installs else f"{release} cannot be installed."


def _unclear(answer: Answer) -> str:
    question = answer.question
    if answer.doubts:
        return "the start itself is in doubt."
    for release, column in ((question.start, answer.start), (question.target, answer.target)):
        if column is None:
            return f"{sanitize(release)} has not been tested{_where(answer)}."
        if not column.installs:
            return f"{sanitize(release)} cannot be installed, so there is nothing to compare."
    if not answer.evidence.scenarios:
        return "no scenario is in scope."
    unknown = len(answer.unknown)
    lacks = "lacks" if unknown == 1 else "lack"
    return f"{_of(unknown, answer.evidence.scenarios)} in scope {lacks} a verdict on one or both releases."


def _where(answer: Answer) -> str:
    """Return the lane and the Python that were asked about: other lanes and Pythons may have evidence."""
    python = f" on Python {sanitize(answer.question.python)}" if answer.question.python else ""
    return f" in lane {answer.question.lane}{python}"


def _releases(answer: Answer) -> tuple[str, str]:
    return sanitize(answer.question.start), sanitize(answer.question.target)
