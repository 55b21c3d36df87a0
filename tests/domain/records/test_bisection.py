"""What a bisection found, in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from dask_matrix.domain.records.bisection import Bisected, Ended, Spent, Suspect, Turned
from dask_matrix.domain.records.records import BisectRecord, Rejection, parse

PART: dict[str, Any] = {
    "scenario": "futures/x/holds", "fingerprint": "f", "over": "commits", "lane": "as-released", "pythons": ["3.11"],
    "platform": "linux-x86_64", "start": "2025.3.0", "end": "2025.4.0", "steps": 44, "ended": "found",
}  # fmt: skip
SUSPECT = Suspect(name="dask b2a4a2157", repository="dask", commit="b" * 40, subject="Wrap HLGs in an Expr")


def bisected(**values: Any) -> Bisected:
    """Return a bisection."""
    return Bisected.model_validate({**PART, **values})


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({"suspects": (SUSPECT,)}, "dask b2a4a2157 broke it: Wrap HLGs in an Expr"),
        ({"suspects": (SUSPECT,), "mends": True}, "dask b2a4a2157 mended it: Wrap HLGs in an Expr"),
        ({"suspects": (Suspect(name="2025.4.0"),), "over": "releases"}, "2025.4.0 broke it"),
        (
            {"suspects": (SUSPECT, SUSPECT), "ended": Ended.SUSPECTS},
            "One of 2 commits broke it; the points that would tell them apart could not be seen",
        ),
        ({"ended": Ended.CONTRADICTED}, "An end is not what it was said to be"),
        ({"ended": Ended.UNVERIFIED}, "An end could not be seen, so nothing was searched"),
    ],
)
def test_a_bisection_is_said_in_a_sentence(values: dict[str, Any], headline: str) -> None:
    """A set of suspects is never said as if it were one."""
    assert bisected(**values).headline == headline


def test_ends_turnings_and_cost_are_said_in_words() -> None:
    """Numbers with their things."""
    assert bisected().ends == "good 2025.3.0, bad 2025.4.0, 44 commits apart"
    assert bisected(mends=True, steps=1).ends == "bad 2025.3.0, good 2025.4.0, 1 commit apart"
    assert Turned(before="a", after="b", breaks=True, apart=1).sentence == "good → bad: a → b"
    assert Turned(before="a", after="b", breaks=False, apart=3).sentence == "bad → good: a → b (3 steps apart)"
    spent = Spent(environments=1, built=2, executions=4, seconds=90)
    assert spent.sentence == "4 executions in 1 environment; 2 environments built; 1.5 min."


def test_a_confidence_is_stated_where_it_is_flaky() -> None:
    """Otherwise, that nothing differed."""
    assert bisected(rate=0.25, confidence=0.9624).sureness.startswith("96.2%: flaky, it breaks in 25% of")
    assert bisected().sureness == "no execution differed from the others at its point"


def test_the_record_of_a_bisection_comes_back_as_it_was_written() -> None:
    """Whole, through its line."""
    found = bisected(suspects=(SUSPECT,), turnings=(Turned(before="a", after="b", breaks=True, apart=1),))
    head = {"id": "b1", "run": "r", "at": "2025-04-22T12:00:00Z", "scenario": found.scenario}
    record = BisectRecord.model_validate({**head, "found": found})
    assert parse(record.encode()) == record
    refused = parse(record.encode().replace(b'"found", ', b'"?", ').replace(b'"ended": "found"', b'"ended": "guessed"'))
    assert isinstance(refused, Rejection)
    assert "found.ended" in refused.reason
