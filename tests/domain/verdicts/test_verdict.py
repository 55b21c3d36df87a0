"""From results to verdicts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome, Verdict
from dask_matrix.domain.verdicts.verdict import Evidence, judge

START = datetime(2025, 4, 22, tzinfo=UTC)
NOW, OLD = "fingerprint-now", "fingerprint-old"


def evidence(*outcomes: str, fingerprint: str = NOW, first: int = 0) -> list[Evidence]:
    """Return results a minute apart, the first ``first`` minutes after the start."""
    return [
        Evidence(f"{fingerprint}-{number}", fingerprint, Outcome(outcome), START + timedelta(minutes=number))
        for number, outcome in enumerate(outcomes, start=first)
    ]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([], Verdict.UNTESTED),
        (["passed"], Verdict.PASS),
        (["failed"], Verdict.FAIL),
        (["timed-out"], Verdict.TIMEOUT),
        (["crashed"], Verdict.CRASH),
        (["skipped"], Verdict.NOT_APPLICABLE),
        (["errored"], Verdict.UNTESTED),
        (["passed", "failed"], Verdict.FLAKY),
        (["timed-out", "passed"], Verdict.FLAKY),
        (["failed", "crashed"], Verdict.CRASH),
        (["passed", "passed"], Verdict.PASS),
        (["failed", "skipped"], Verdict.NOT_APPLICABLE),
    ],
)
def test_verdict_of_results(outcomes: list[str], verdict: Verdict) -> None:
    """All combinations in one table."""
    assert judge(evidence(*outcomes), NOW).verdict is verdict


def test_a_broken_fixture_never_replaces_a_verdict() -> None:
    """An errored result after a pass, or after a failure, changes nothing."""
    assert judge(evidence("passed", "errored"), NOW) == judge(evidence("passed"), NOW)
    assert judge(evidence("failed", "errored"), NOW) == judge(evidence("failed"), NOW)


def test_results_with_an_old_fingerprint_are_stale_and_keep_their_verdict() -> None:
    """The old verdict is in ``was``."""
    judgement = judge(evidence("failed", fingerprint=OLD), NOW)
    assert (judgement.verdict, judgement.was) == (Verdict.STALE, Verdict.FAIL)


def test_one_current_result_outweighs_all_stale_ones() -> None:
    """A failure of an older version does not make a scenario flaky."""
    results = evidence("failed", "failed", fingerprint=OLD) + evidence("passed", first=5)
    assert judge(results, NOW).verdict is Verdict.PASS


def test_flaky_cell_has_pass_counts_and_a_failed_result() -> None:
    """The deciding result is the newest broken one."""
    results = evidence("passed", "failed", "passed", "passed")
    judgement = judge(results, NOW)
    assert (judgement.passed, judgement.executions, judgement.result) == (3, 4, results[1].result)


results_of_any_kind = st.lists(
    st.builds(
        lambda number, outcome, fingerprint: Evidence(
            f"r{number}", fingerprint, outcome, START + timedelta(minutes=number)
        ),
        st.integers(0, 50),
        st.sampled_from(Outcome),
        st.sampled_from([NOW, OLD, "another"]),
    ),
    max_size=8,
    unique_by=lambda each: each.result,
)


@given(results_of_any_kind, st.randoms())
def test_the_order_of_results_is_irrelevant(results: list[Evidence], random: object) -> None:
    """The verdict does not depend on the order of results."""
    shuffled = list(results)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(shuffled, NOW) == judge(results, NOW)


@given(results_of_any_kind)
def test_only_current_evidence_passes_or_fails(results: list[Evidence]) -> None:
    """A verdict that passes or fails is based on a result with the current fingerprint."""
    judgement = judge(results, NOW)
    if judgement.verdict.passes is not None:
        assert any(each.fingerprint == NOW and each.outcome in VERDICT_OF for each in results)
