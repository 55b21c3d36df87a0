"""The bisection report in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from dask_matrix.domain.records.bisection import BisectCost, BisectReport, BisectStatus, RecordedTransition, Suspect
from dask_matrix.domain.records.records import BisectRecord, Rejection, parse

SUSPECT = Suspect(name="dask b2a4a2157", repository="dask", commit="b" * 40, subject="Wrap HLGs in an Expr")
PART: dict[str, Any] = {
    "scenario": "futures/x/holds", "fingerprint": "f", "over": "commits", "lane": "as-released", "pythons": ["3.11"],
    "platform": "linux-x86_64", "start": "2025.3.0", "end": "2025.4.0", "steps": 44, "ended": "found",
    "suspects": (SUSPECT,),
}  # fmt: skip


def bisected(**values: Any) -> BisectReport:
    """Return a report."""
    return BisectReport.model_validate({**PART, **values})


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({"suspects": (SUSPECT,)}, "dask b2a4a2157 broke it: Wrap HLGs in an Expr"),
        ({"suspects": (SUSPECT,), "mends": True}, "dask b2a4a2157 fixed it: Wrap HLGs in an Expr"),
        ({"suspects": (Suspect(name="2025.4.0"),), "over": "releases"}, "2025.4.0 broke it"),
        (
            {"suspects": (SUSPECT, SUSPECT), "ended": BisectStatus.SUSPECTS},
            "Inconclusive: one of 2 commits broke it; they could not be tested separately",
        ),
        ({"ended": BisectStatus.CONTRADICTED}, "Bisect stopped: an endpoint is not good or bad as given"),
        ({"ended": BisectStatus.UNVERIFIED}, "Cannot bisect: an endpoint could not be tested"),
    ],
)
def test_headline(values: dict[str, Any], headline: str) -> None:
    """Several suspects are never presented as one."""
    assert bisected(**values).headline == headline


def test_endpoints_transitions_and_cost_in_words() -> None:
    """Numbers with their nouns."""
    assert bisected().ends == "good 2025.3.0, bad 2025.4.0, 44 commits apart"
    assert bisected(mends=True, steps=1).ends == "bad 2025.3.0, good 2025.4.0, 1 commit apart"
    assert RecordedTransition(before="a", after="b", breaks=True, apart=1).sentence == "good → bad: a → b"
    assert (
        RecordedTransition(before="a", after="b", breaks=False, apart=3).sentence == "bad → good: a → b (3 steps apart)"
    )
    spent = BisectCost(environments=1, built=2, executions=4, seconds=90)
    assert spent.sentence == "4 executions in 1 environment; 2 environments built; 1.5 min."


def test_confidence_is_stated_if_the_scenario_is_flaky() -> None:
    """Otherwise, that all executions agreed."""
    assert bisected(rate=0.25, confidence=0.9624).sureness.startswith("96.2%: flaky; it fails in 25% of")
    assert bisected().sureness == "at every point tested, all executions agreed"


def test_bisect_record_round_trip() -> None:
    """Through its line of JSON."""
    found = bisected(suspects=(SUSPECT,), turnings=(RecordedTransition(before="a", after="b", breaks=True, apart=1),))
    head = {"id": "b1", "run": "r", "at": "2025-04-22T12:00:00Z", "scenario": found.scenario}
    record = BisectRecord.model_validate({**head, "found": found})
    assert parse(record.encode()) == record
    refused = parse(record.encode().replace(b'"found", ', b'"?", ').replace(b'"ended": "found"', b'"ended": "guessed"'))
    assert isinstance(refused, Rejection)
    assert "found.ended" in refused.reason
