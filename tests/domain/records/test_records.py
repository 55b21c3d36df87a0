"""Records are validated at one boundary; every invalid line is reported."""

import json
from datetime import UTC, datetime

import pytest

from dask_matrix.domain.records.records import Rejection, ResultRecord, parse, parse_lines

GOOD = {
    "v": 1,
    "kind": "result",
    "id": "a1",
    "at": "2025-04-22T18:32:37Z",
    "run": "r1",
    "environment": "0123456789abcdef",
    "scenario": "futures/from_delayed/computes",
    "fingerprint": "f",
    "outcome": "passed",
    "phase": "call",
    "seconds": 0.2,
    "started": "2025-04-22T18:32:36Z",
}


def line(**changes: object) -> bytes:
    """Return a valid record as a line, with changes."""
    return json.dumps(GOOD | changes).encode()


def test_record_round_trip() -> None:
    """parse() is the inverse of encode()."""
    record = parse(line())
    assert isinstance(record, ResultRecord)
    assert parse(record.encode()) == record


def test_timestamps_are_converted_to_utc() -> None:
    """An offset is not dropped."""
    record = parse(line(at="2025-04-22T20:32:37+02:00"))
    assert isinstance(record, ResultRecord)
    assert record.at == datetime(2025, 4, 22, 18, 32, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (line(outcome="passd"), "outcome: 'passd': Input should be 'passed', 'failed'"),
        (line(v=2), "v: 2: Input should be 1"),
        (line(kind="verdict"), "'verdict'"),
        (line(at="2025-04-22T18:32:37"), "at: '2025-04-22T18:32:37'"),
        (line(environment="ABC"), "environment: 'ABC'"),
        (line(id="../x"), "id: '../x'"),
        (b"{not json", "Invalid JSON"),
        (b'"a string"', "record"),
        (b"\xff\xfe", "record"),
    ],
)
def test_invalid_line_is_reported_with_field_and_value(bad: bytes, told: str) -> None:
    """The reason says what was wrong."""
    rejection = parse(bad, 7)
    assert isinstance(rejection, Rejection)
    assert rejection.line == 7
    assert told in str(rejection)


def test_batch_reports_every_invalid_line_and_accepts_the_others() -> None:
    """Blank lines count for line numbers but are skipped."""
    parsed = list(parse_lines([line(), b"\n", line(outcome="no"), line(id="a2"), b"{"]))
    assert [each.line if isinstance(each, Rejection) else each.id for each in parsed] == ["a1", 3, "a2", 5]


def test_unknown_fields_are_ignored() -> None:
    """Newer versions may add fields."""
    assert isinstance(parse(line(colour="blue")), ResultRecord)
