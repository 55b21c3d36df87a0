"""The scenarios of an answer in the groups in which they are told, and the words for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.issue import Issue
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.tell.sanitize import inert

if TYPE_CHECKING:
    from dask_matrix.domain.upgrades.answer import Answer, Finding, PackageChange, Seen


@dataclass(frozen=True)
class Group:
    """Scenarios that fared alike. ``most`` is how many of them are worth a reader's screen."""

    heading: str
    findings: tuple[Finding, ...]
    most: int


def groups(answer: Answer) -> tuple[Group, ...]:
    """Return what changed or is unknown, in the order of what it means for the reader."""
    return (
        Group("Breaks", tuple(sorted(answer.regressed, key=_is_old_news)), 20),
        Group("Unknown", answer.unknown, 5),
        Group("Fixed", answer.fixed, 5),
        Group("Still fails", answer.still_failing, 5),
    )


def still_open(answer: Answer) -> tuple[Finding, ...]:
    """Return what breaks and is not accepted."""
    return tuple(each for each in answer.regressed if not each.accepted)


def change(finding: Finding) -> str:
    """Return both verdicts: ``pass → fail``."""
    return f"{_verdict(finding.before)} → {_verdict(finding.after)}"


def exceptions(finding: Finding) -> str:
    """Return what was raised, without its module: ``KeyError``, or ``KeyError → TypeError`` where it differs."""
    names = [inert(each.exception).rpartition(".")[2] for each in (finding.before, finding.after)]
    return " → ".join(dict.fromkeys(name for name in names if name))


def mark(finding: Finding) -> str:
    """Return what is known of a failure beside its verdict, or nothing."""
    told = []
    if finding.known:
        told.append(f"known until {inert(finding.known.expires)}")
    if finding.accepted:
        told.append("accepted")
    return ", ".join(told)


def issues(*findings: Finding) -> tuple[Issue, ...]:
    """Return the issues of scenarios, and of what lists them as known, each once."""
    named = [name for each in findings for name in (*each.issues, *([each.known.issue] if each.known else []))]
    found = (Issue.of(inert(name)) for name in named if name.strip())
    return tuple({issue.name: issue for issue in found}.values())


def package(changed: PackageChange) -> str:
    """Return ``pandas 2.2.3 → 3.0.0``; a package that one side does not have is ``none`` there."""
    return inert(f"{changed.name} {changed.before or 'none'} → {changed.after or 'none'}")


def _is_old_news(finding: Finding) -> tuple[bool, bool]:
    return finding.accepted, finding.known is not None


def _verdict(seen: Seen) -> str:
    was = f" ({seen.was})" if seen.verdict is Verdict.STALE and seen.was else ""
    return f"{seen.verdict}{was}"
