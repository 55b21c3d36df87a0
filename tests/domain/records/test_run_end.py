"""A run is over once it records its end, or writes nothing for a while; it may be continued."""

from datetime import UTC, datetime, timedelta

import pytest

from dask_matrix.domain.records.records import EndRecord, InstallationRecord, Rejection, RunRecord, parse
from dask_matrix.domain.records.run import Progress, Run
from dask_matrix.domain.records.run_end import End, EndStatus

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
WITHIN = timedelta(minutes=2)
HEAD = '"id": "x", "run": "r", "at": "2025-04-22T12:00:00Z"'


def run(told: End | None = None) -> Run:
    """Return a run whose last record was written at noon."""
    record = RunRecord(id="r", run="r", at=NOON, who="me", host="here", scenario_set="scenarios", tool="0")
    return Run(record, 0, Progress(), NOON, told)


def test_run_without_end_is_over_after_a_timeout() -> None:
    """For example one that was killed."""
    assert run().end is None
    assert run().seconds_left(NOON + timedelta(seconds=90), WITHIN) == 30
    assert run().seconds_left(NOON + timedelta(minutes=3), WITHIN) < 0


@pytest.mark.parametrize("how", EndStatus)
def test_run_with_end_is_over_immediately(how: EndStatus) -> None:
    """However it ended."""
    ended = run(End(NOON, how))
    assert (ended.end, ended.seconds_left(NOON, WITHIN)) == (End(NOON, how), 0)


def test_record_after_the_end_reopens_a_run() -> None:
    """Somebody continued it."""
    reopened = run(End(NOON - timedelta(seconds=1), EndStatus.FINISHED))
    assert reopened.end is None
    assert reopened.seconds_left(NOON, WITHIN) == 120


@pytest.mark.parametrize("record", [
    EndRecord(id="x", run="r", at=NOON, how="interrupted"),
    InstallationRecord(id="x", run="r", at=NOON, environment="0" * 16, log="Installed 1 package\n", seconds=0.5),
])  # fmt: skip
def test_end_and_installation_round_trip(record: EndRecord | InstallationRecord) -> None:
    """Through their line of JSON."""
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
def test_invalid_ends_and_installations_are_rejected(fields: str, told: str) -> None:
    """Unknown ends, impossible durations, logs that are too long."""
    rejected = parse(f"{{{HEAD}, {fields}}}".encode())
    assert isinstance(rejected, Rejection)
    assert rejected.reason.startswith(told)
