"""A bisection as a report: what stands in it, and that nothing foreign is taken for Markdown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dask_matrix.domain.records.bisection import Bisected, Ended, Looked, Seen, Spent, Suspect, Turned
from dask_matrix.tell.bisect_report import MOST_SUSPECTS, report

COMMIT = "b2a4a2157ceb39274e0549968053406be801fe4e"
SUSPECT = Suspect(
    name="dask b2a4a2157", repository="dask", commit=COMMIT, authored=datetime(2025, 3, 24, tzinfo=UTC),
    author="Some <b>body</b>", subject="Wrap `HLGs` | in an Expr (#11736)",
    link=f"https://github.com/dask/dask/commit/{COMMIT}",
)  # fmt: skip


def bisected(**values: Any) -> Bisected:
    """Return a bisection that found a commit."""
    fixed: dict[str, Any] = {
        "scenario": "futures/x/holds", "title": "It holds", "fingerprint": "f", "over": "commits", "lane": "as-released",
        "pythons": ("3.11",), "platform": "linux-x86_64", "start": "2025.3.0", "end": "2025.4.0", "steps": 44,
        "ended": Ended.FOUND, "suspects": (SUSPECT,),
        "turnings": (Turned(before="2025.3.0", after="dask b2a4a2157", breaks=True, apart=1),),
        "looked": (
            Looked(name="2025.3.0", seen=Seen.GOOD, passed=4, told="passed"),
            Looked(name="dask b2a4a2157", seen=Seen.BAD, broken=4, executed=4, told="failed: RuntimeError: no | more"),
            Looked(name="dask 0123", seen=Seen.UNKNOWN, executed=0, told="install: error: Failed to build"),
        ),
        "spent": Spent(environments=2, built=3, executions=4, seconds=120),
        "commands": ("dask-matrix bisect futures/x/holds --good 2025.3.0 --bad 2025.4.0 --commits",),
        "notes": ("Left out, since uploaded after a higher one: 2025.3.1.",),
    }  # fmt: skip
    return Bisected.model_validate({**fixed, **values})


def test_a_report_says_all_that_an_issue_needs() -> None:
    """Scenario, ends, the suspect with day, author, subject and link, turnings, what was looked at, cost, commands."""
    told = report(bisected())
    for part in (
        "### dask b2a4a2157 broke it",
        "It holds (`futures/x/holds`)",
        "good 2025.3.0, bad 2025.4.0, 44 commits apart",
        f"[dask b2a4a2157](https://github.com/dask/dask/commit/{COMMIT})",
        "2025-03-24",
        "good → bad: 2025.3.0 → dask b2a4a2157",
        "- ✓ 2025.3.0: good; 4 of 4 passed; known before",
        "- ? dask 0123: unknown; install: error: Failed to build",
        "no execution differed",
        "4 executions in 2 environments; 3 environments built; 2.0 min.",
        "```console\ndask-matrix bisect futures/x/holds --good 2025.3.0 --bad 2025.4.0 --commits\n```",
        "Left out",
    ):
        assert part in told, part


def test_what_others_wrote_is_text() -> None:
    """No code, no cell, no tag, no mention and no issue comes of it."""
    told = report(bisected())
    assert "<b>" not in told
    assert "`HLGs`" not in told
    assert "(#11736)" not in told


def test_an_end_that_was_wrong_stands_out() -> None:
    """Before all else, and without suspects."""
    told = report(bisected(ended=Ended.CONTRADICTED, suspects=(), end_told="2025.4.0 was taken for bad and is good"))
    assert "### An end is not what it was said to be" in told
    assert "**2025.4.0 was taken for bad and is good**" in told
    assert "Suspect" not in told


def test_a_long_list_of_suspects_is_cut_and_says_so() -> None:
    """The record has all."""
    told = report(bisected(ended=Ended.SUSPECTS, suspects=(SUSPECT,) * (MOST_SUSPECTS + 2)))
    assert "One of 32 commits broke it" in told
    assert "… and 2 more." in told
