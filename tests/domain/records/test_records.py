"""Records are distrusted at one boundary, and every bad line is answered."""

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
    """Return the good record as a line, with changes."""
    return json.dumps(GOOD | changes).encode()


def test_a_record_survives_being_written_and_read() -> None:
    """encode() and parse() are inverse."""
    record = parse(line())
    assert isinstance(record, ResultRecord)
    assert parse(record.encode()) == record


def test_moments_are_read_in_utc() -> None:
    """An offset is converted, not dropped."""
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
def test_a_bad_line_is_answered_with_the_field_and_the_value(bad: bytes, told: str) -> None:
    """The reason names what was wrong."""
    rejection = parse(bad, 7)
    assert isinstance(rejection, Rejection)
    assert rejection.line == 7
    assert told in str(rejection)


def test_a_batch_answers_every_bad_line_and_takes_the_good_ones() -> None:
    """Not the first one only; blank lines count for the numbers but are no records."""
    parsed = list(parse_lines([line(), b"\n", line(outcome="no"), line(id="a2"), b"{"]))
    assert [each.line if isinstance(each, Rejection) else each.id for each in parsed] == ["a1", 3, "a2", 5]


def test_a_newer_writers_extra_fields_are_passed_over() -> None:
    """The contract may grow."""
    assert isinstance(parse(line(colour="blue")), ResultRecord)
