"""A bisect report has all the facts, and untrusted text in it is escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dask_matrix.domain.records.bisection import (
    BisectCost,
    BisectReport,
    BisectStatus,
    ExaminedPoint,
    PointStatus,
    RecordedTransition,
    Suspect,
)
from dask_matrix.tell.bisect_report import MAX_SUSPECTS, report

COMMIT = "b2a4a2157ceb39274e0549968053406be801fe4e"
SUSPECT = Suspect(
    name="dask b2a4a2157", repository="dask", commit=COMMIT, authored=datetime(2025, 3, 24, tzinfo=UTC),
    author="Some <b>body</b>", subject="Wrap `HLGs` | in an Expr (#11736)",
    link=f"https://github.com/dask/dask/commit/{COMMIT}",
)  # fmt: skip


def bisected(**values: Any) -> BisectReport:
    """Return the result of a bisect that found a commit."""
    fixed: dict[str, Any] = {
        "scenario": "futures/x/holds", "title": "It holds", "fingerprint": "f", "over": "commits", "lane": "as-released",
        "pythons": ("3.11",), "platform": "linux-x86_64", "start": "2025.3.0", "end": "2025.4.0", "steps": 44,
        "ended": BisectStatus.FOUND, "suspects": (SUSPECT,),
        "turnings": (RecordedTransition(before="2025.3.0", after="dask b2a4a2157", breaks=True, apart=1),),
        "looked": (
            ExaminedPoint(name="2025.3.0", seen=PointStatus.GOOD, passed=4, told="passed"),
            ExaminedPoint(name="dask b2a4a2157", seen=PointStatus.BAD, broken=4, executed=4, told="failed: RuntimeError: no | more"),
            ExaminedPoint(name="dask 0123", seen=PointStatus.UNKNOWN, executed=0, told="install: error: Failed to build"),
        ),
        "spent": BisectCost(environments=2, built=3, executions=4, seconds=120),
        "commands": ("dask-matrix bisect futures/x/holds --good 2025.3.0 --bad 2025.4.0 --commits",),
        "notes": ("Backports left out: 2025.3.1.",),
    }  # fmt: skip
    return BisectReport.model_validate({**fixed, **values})


def test_report_has_everything_an_issue_needs() -> None:
    """Scenario, endpoints, suspect with date, author, subject and link, transitions, points tested, cost, commands."""
    markdown = report(bisected())
    for part in (
        "### dask b2a4a2157 broke it",
        "It holds (`futures/x/holds`)",
        "good 2025.3.0, bad 2025.4.0, 44 commits apart",
        f"[dask b2a4a2157](https://github.com/dask/dask/commit/{COMMIT})",
        "2025-03-24",
        "good → bad: 2025.3.0 → dask b2a4a2157",
        "- ✓ 2025.3.0: good; 4 of 4 passed; from earlier results",
        "- ? dask 0123: unknown; install: error: Failed to build",
        "at every point tested, all executions agreed",
        "4 executions in 2 environments; 3 environments built; 2.0 min.",
        "```console\ndask-matrix bisect futures/x/holds --good 2025.3.0 --bad 2025.4.0 --commits\n```",
        "Backports left out",
    ):
        assert part in markdown, part


def test_untrusted_text_is_escaped() -> None:
    """It creates no code, table cell, tag, mention or issue link."""
    markdown = report(bisected())
    assert "<b>" not in markdown
    assert "`HLGs`" not in markdown
    assert "(#11736)" not in markdown


def test_wrong_endpoint_is_reported_first() -> None:
    """And without suspects."""
    markdown = report(
        bisected(ended=BisectStatus.CONTRADICTED, suspects=(), end_told="2025.4.0 was given as bad but is good")
    )
    assert "### Bisect stopped: an endpoint is not good or bad as given" in markdown
    assert "**2025.4.0 was given as bad but is good**" in markdown
    assert "Suspect" not in markdown


def test_long_list_of_suspects_is_truncated() -> None:
    """And the number left out is printed; the record has all."""
    markdown = report(bisected(ended=BisectStatus.SUSPECTS, suspects=(SUSPECT,) * (MAX_SUSPECTS + 2)))
    assert "Inconclusive: one of 32 commits broke it" in markdown
    assert "… and 2 more." in markdown
