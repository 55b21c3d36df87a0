"""Group the scenarios of an answer (breaks, unknown, fixed, still fails) and describe each one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.issue import Issue
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.tell.sanitize import sanitize

if TYPE_CHECKING:
    from dask_matrix.domain.upgrades.answer import Answer, Finding, FindingSide, PackageChange


@dataclass(frozen=True)
class Group:
    """Scenarios with the same kind of change. ``limit`` is how many of them a terminal shows."""

    heading: str
    findings: tuple[Finding, ...]
    limit: int


def groups(answer: Answer) -> tuple[Group, ...]:
    """Return the groups, the most important first."""
    return (
        Group("Breaks", tuple(sorted(answer.regressed, key=_is_expected)), 20),
        Group("Unknown", unknown_scenarios(answer), 5),
        Group("Fixed", answer.fixed, 5),
        Group("Still fails", answer.still_failing, 5),
    )


def not_accepted(answer: Answer) -> tuple[Finding, ...]:
    """Return the scenarios that break and are not accepted."""
    return tuple(each for each in answer.regressed if not each.accepted)


def unknown_scenarios(answer: Answer) -> tuple[Finding, ...]:
    """Return the unknown scenarios; none if start or target lacks evidence as a whole, which the headline says once."""
    return answer.unknown if answer.is_comparable else ()


def verdict_change(finding: Finding) -> str:
    """Return both verdicts: ``pass → fail``."""
    return f"{_verdict(finding.before)} → {_verdict(finding.after)}"


def exception_names(finding: Finding) -> str:
    """Return the exceptions without their modules: ``KeyError``, or ``KeyError → TypeError`` if they differ."""
    names = [sanitize(each.exception).rpartition(".")[2] for each in (finding.before, finding.after)]
    return " → ".join(dict.fromkeys(name for name in names if name))


def failure_notes(finding: Finding) -> str:
    """Return whether a failure is known and accepted: ``known until 2027-01-31, accepted``, or an empty text."""
    notes = []
    if finding.known:
        notes.append(f"known until {sanitize(finding.known.expires)}")
    if finding.accepted:
        notes.append("accepted")
    return ", ".join(notes)


def issues(*findings: Finding) -> tuple[Issue, ...]:
    """Return the issues of scenarios and of their known failures, without duplicates."""
    names = [name for each in findings for name in (*each.issues, *([each.known.issue] if each.known else []))]
    found = (Issue.of(sanitize(name)) for name in names if name.strip())
    return tuple({issue.name: issue for issue in found}.values())


def package_change(changed: PackageChange) -> str:
    """Return ``pandas 2.2.3 → 3.0.0``, with ``none`` if only one environment has the package."""
    return sanitize(f"{changed.name} {changed.before or 'none'} → {changed.after or 'none'}")


def _is_expected(finding: Finding) -> tuple[bool, bool]:
    return finding.accepted, finding.known is not None


def _verdict(side: FindingSide) -> str:
    was = f" ({side.was})" if side.verdict is Verdict.STALE and side.was else ""
    return f"{side.verdict}{was}"
