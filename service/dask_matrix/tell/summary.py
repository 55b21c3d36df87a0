"""One-sentence summaries of an answer: the verdict, the counts and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.wording import counted
from dask_matrix.tell.sanitize import sanitize

if TYPE_CHECKING:
    from dask_matrix.domain.upgrades.answer import Answer, SurfaceUse
    from dask_matrix.tell.code_usage import CodeCoverage

DIFFERING_PACKAGES = "Packages that differ between the two tested environments"
"""Heading of the other packages: those of the evidence's locks, not of the user's."""
CAPITALIZED = ("All ", "No ", "The ", "Accepted:")
"""How sentences begin whose first word is not a name."""
WORD = {Safety.SAFE: "SAFE", Safety.UNSAFE: "UNSAFE", Safety.UNKNOWN: "UNKNOWN"}


def upgrade_title(answer: Answer) -> str:
    """Return the upgrade asked about: ``dask 2025.2.0 → 2025.4.1``."""
    return sanitize(f"dask {answer.question.start} → {answer.question.target}")


def sentence(answer: Answer) -> str:
    """Return the first reason, the answer in one sentence, so that it can follow a colon."""
    text = sanitize(answer.reasons[0]) if answer.reasons else ""
    return text[:1].lower() + text[1:] if text.startswith(CAPITALIZED) else text


def further_reasons(answer: Answer) -> tuple[str, ...]:
    """Return the reasons that `sentence` leaves out."""
    return tuple(map(sanitize, answer.reasons[1:]))


def surface_sentence(use: SurfaceUse) -> str:
    """Return what happens to a name that the user's code has, and in which release."""
    where = f"{use.name}: {use.turn} in {use.between[1]}"
    return where + (f", now {use.after}" if use.after else "") + (f" ({use.detail})" if use.detail else "")


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


def start_problem(answer: Answer) -> str:
    """Return why no upgrade can start from this release, or an empty text if it was tested and can be installed."""
    release = sanitize(answer.question.start)
    if answer.start is None:
        return f"{release} has not been tested{_where(answer)}."
    return "" if answer.start.installs else f"{release} cannot be installed."


def _where(answer: Answer) -> str:
    """Return the lane and the Python that were asked about: other lanes and Pythons may have evidence."""
    python = f" on Python {sanitize(answer.question.python)}" if answer.question.python else ""
    return f" in lane {answer.question.lane}{python}"
