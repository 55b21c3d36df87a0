"""A run is over once it says so, or gives no sign of life; it may be gone on with."""

from datetime import UTC, datetime, timedelta

import pytest

from dask_matrix.domain.records.records import EndRecord, InstallationRecord, Rejection, RunRecord, parse
from dask_matrix.domain.records.run import Progress, Run
from dask_matrix.domain.records.run_end import End, How

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
WITHIN = timedelta(minutes=2)
HEAD = '"id": "x", "run": "r", "at": "2025-04-22T12:00:00Z"'


def run(told: End | None = None) -> Run:
    """Return a run whose last sign of life was at noon."""
    record = RunRecord(id="r", run="r", at=NOON, who="me", host="here", scenario_set="scenarios", tool="0")
    return Run(record, 0, Progress(), NOON, told)


def test_a_run_that_says_nothing_goes_on_until_it_gives_no_sign_of_life() -> None:
    """As one that was killed."""
    assert run().end is None
    assert run().left(NOON + timedelta(seconds=90), WITHIN) == 30
    assert run().left(NOON + timedelta(minutes=3), WITHIN) < 0


@pytest.mark.parametrize("how", How)
def test_a_run_that_ended_is_over_at_once(how: How) -> None:
    """However it ended, and though its last sign of life is that very moment."""
    ended = run(End(NOON, how))
    assert (ended.end, ended.left(NOON, WITHIN)) == (End(NOON, how), 0)


def test_a_run_with_a_sign_of_life_after_its_end_goes_on() -> None:
    """Somebody has gone on with it."""
    reopened = run(End(NOON - timedelta(seconds=1), How.FINISHED))
    assert reopened.end is None
    assert reopened.left(NOON, WITHIN) == 120


@pytest.mark.parametrize("record", [
    EndRecord(id="x", run="r", at=NOON, how="interrupted"),
    InstallationRecord(id="x", run="r", at=NOON, environment="0" * 16, log="Installed 1 package\n", seconds=0.5),
])  # fmt: skip
def test_ends_and_installations_are_read_as_they_were_written(record: EndRecord | InstallationRecord) -> None:
    """Line by line."""
    assert parse(record.encode()) == record


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ('"kind": "end", "how": "killed"', "how: 'killed'"),
        ('"kind": "end"', "how: "),
        ('"kind": "installation", "environment": "0000000000000000", "log": "", "seconds": -1', "seconds: -1"),
        ('"kind": "installation", "environment": "0000000000000000", "log": "", "seconds": NaN', "seconds: nan"),
        ('"kind": "installation", "environment": "/etc", "log": "", "seconds": 1', "environment: '/etc'"),
        (f'"kind": "installation", "environment": "0000000000000000", "log": "{"x" * 200_000}", "seconds": 1', "log: "),
    ],
)
def test_what_is_no_end_and_no_installation_is_rejected_by_name(fields: str, told: str) -> None:
    """How a run cannot end, times that cannot be, texts without bounds."""
    rejected = parse(f"{{{HEAD}, {fields}}}".encode())
    assert isinstance(rejected, Rejection)
    assert rejected.reason.startswith(told)
