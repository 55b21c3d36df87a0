"""The tally of a run: results by outcome, and the cells that errored and have no other result."""

from __future__ import annotations

from datetime import UTC, datetime

from dask_matrix.collect.supervising.tally import Tally
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.records.records import RaisedException, ResultRecord

LABEL = "2025.2.0, py311, as-released"


def result(
    scenario: str, outcome: Outcome, reason: str = "", raised: tuple[str, str] | None = None, phase: str = "setup"
) -> ResultRecord:
    """Return a result."""
    at = datetime(2025, 4, 22, tzinfo=UTC)
    return ResultRecord(
        id="a1",
        at=at,
        run="r1",
        environment="0123456789abcdef",
        scenario=scenario,
        fingerprint="f",
        outcome=outcome,
        phase=phase,
        reason=reason,
        exception=RaisedException(type=raised[0], message=raised[1]) if raised else None,
        seconds=0.0,
        started=at,
        attempt=1,
    )


def test_errored_cells_with_the_same_cause_are_one_line() -> None:
    """With some of the scenarios, and how many more there are."""
    tally = Tally()
    for number in range(5):
        tally.add(
            LABEL, result(f"x/{number}", Outcome.ERRORED, raised=("LookupError", "\n  fixture 'client' not found\n"))
        )
    tally.add(LABEL, result("y", Outcome.ERRORED, reason="cannot write to /x: No space left on device"))
    tally.add(LABEL, result("z", Outcome.PASSED))
    assert list(tally.errored_lines()) == [
        "6 errored, which says nothing about Dask:",
        f"  {LABEL}: x/0, x/1, x/2 and 2 more: in setup: LookupError: fixture 'client' not found",
        f"  {LABEL}: y: in setup: cannot write to /x: No space left on device",
    ]
    assert tally.counted() == "7 results recorded: 1 passed, 6 errored."


def test_cell_with_another_result_has_not_errored() -> None:
    """Whichever came first, and in whichever session of the run."""
    first, second = Tally(), Tally()
    first.add(LABEL, result("x", Outcome.ERRORED))
    first.add(LABEL, result("y", Outcome.PASSED))
    second.add(LABEL, result("x", Outcome.FAILED))
    second.add(LABEL, result("y", Outcome.ERRORED))
    first.update(second)
    assert list(first.errored_lines()) == []
    assert first.counted() == "4 results recorded: 1 passed, 1 failed, 2 errored."


def test_nothing_recorded_is_said() -> None:
    """Without outcomes."""
    assert Tally().counted() == "0 results recorded."


def test_a_file_not_imported_because_of_something_of_dask_is_told_apart() -> None:
    """Its tests may fail there; it may be a typo too, so it has errored as well."""
    tally = Tally()
    raised = ("ImportError", "cannot import name 'x' from 'dask.base' (base.py)")
    tally.add(LABEL, result("new", Outcome.ERRORED, raised=raised, phase="collection"))
    tally.add(LABEL, result("own", Outcome.ERRORED, raised=("ImportError", "No module 'own'"), phase="collection"))
    assert [each for _, each in tally.errored] == ["own"]
    lines = list(tally.errored_lines())
    assert lines[0] == "1 errored, which says nothing about Dask:"
    assert lines[2] == (
        "Test files that could not be imported because of something of Dask's; "
        "their tests count as failed there if the file imports in another environment:"
    )
    assert lines[3].startswith(f"  {LABEL}: new: in collection: ImportError: cannot import name 'x'")
    assert [each for _, each in sorted(tally.without_evidence)] == ["new", "own"]
