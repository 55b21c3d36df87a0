"""Records are validated at one boundary; every invalid line is reported."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from dask_matrix.domain.records.records import MAX_LINE, EnvironmentRecord, Rejection, ResultRecord, parse, parse_lines
from tests.record_lines import LINES

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
        (line(v=2), "v: 2: is a version of records that this dask-matrix does not read; upgrade dask-matrix"),
        (line(kind="verdict"), "'verdict'"),
        (line(at="2025-04-22T18:32:37"), "at: '2025-04-22T18:32:37'"),
        (line(environment="ABC"), "environment: 'ABC'"),
        (line(id="../x"), "id: '../x'"),
        (line(seconds=float("nan")), "Input should be a finite number"),
        (line(seconds=float("inf")), "Input should be a finite number"),
        (line(seconds=-0.5), "seconds: -0.5: Input should be greater than or equal to 0"),
        (line(seconds=1e9), "seconds: 1000000000.0: Input should be less than or equal to 100000000"),
        (line(attempt=-1), "attempt: -1: Input should be greater than or equal to 0"),
        (line(attempt=2**31), "attempt: 2147483648: Input should be less than or equal to 2147483647"),
        (line(attempt=2**64), "attempt: 18446744073709551616: Input should be less than or equal to 2147483647"),
        (line(at="9999-12-31T23:59:59-14:00"), "at: '9999-12-31T23:59:59-14:00': must be a moment from 1970 to 2199"),
        (line(at="1969-12-31T23:59:59Z"), "must be a moment from 1970 to 2199"),
        (line(scenario="a\nb"), "scenario: 'a\\nb': must be one line without control characters"),
        (line(scenario=".."), "scenario: '..': must be one line without control characters, and not only dots"),
        (line(scenario="x" * 301), "scenario: String should have at most 300 characters"),
        (
            line(id=".."),
            "id: '..': must be 1 to 64 letters, digits, dots, dashes or underscores, the first of which is not a dot",
        ),
        (line().replace(b"computes", rb"\ud800"), "record"),
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


ENVIRONMENT = {
    "kind": "environment",
    "key": "0123456789abcdef",
    "release": "2025.2.0",
    "python": "3.11",
    "lane": "latest",
    "platform": "linux-x86_64",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"python": "3.x"}, "python: '3.x': '3.x' is not a Python version. Write one such as 3.11 or 3.14t."),
        ({"release": "newest"}, "release: 'newest': 'newest' is not a release. Write a version such as 2025.2.0."),
        ({"lane": "nightly"}, "lane: 'nightly': Input should be 'as-released', 'latest' or 'lowest-direct'"),
        (
            {"kind": "run", "who": "me", "host": "h", "scenario_set": "s", "tool": "0"},
            "the id of a run record must equal its run, 'r1'",
        ),
        (
            {"kind": "collection", "scenarios": {}, "functions": {"a": "f::t"}, "to_run": 1},
            "functions: 'a' is not in scenarios",
        ),
    ],
)
def test_what_no_reader_understands_is_rejected(changes: dict[str, object], told: str) -> None:
    """With the sentence of the domain type that reads it."""
    rejection = parse(line(**ENVIRONMENT | changes))
    assert isinstance(rejection, Rejection)
    assert rejection.reason.endswith(told)


@pytest.mark.parametrize("python", ["3.11", "3.14t"])
def test_ordinary_and_free_threaded_pythons_are_valid(python: str) -> None:
    """As matrix.toml writes them."""
    record = parse(line(**ENVIRONMENT | {"python": python}))
    assert isinstance(record, EnvironmentRecord)
    assert record.python == python


def test_a_line_too_long_to_read_is_rejected() -> None:
    """Before it is read."""
    rejection = parse(line(stdout="x" * MAX_LINE))
    assert isinstance(rejection, Rejection)
    assert "bytes are too long; the maximum is 67108864" in rejection.reason


@settings(max_examples=300, derandomize=True, deadline=None)
@given(LINES)
def test_no_line_raises(text: bytes) -> None:
    """It is a record that can be written and read again, or a rejection with a reason."""
    record = parse(text)
    assert record.reason if isinstance(record, Rejection) else parse(record.encode()) == record


def test_batch_reports_every_invalid_line_and_accepts_the_others() -> None:
    """Blank lines count for line numbers but are skipped."""
    parsed = list(parse_lines([line(), b"\n", line(outcome="no"), line(id="a2"), b"{"]))
    assert [each.line if isinstance(each, Rejection) else each.id for each in parsed] == ["a1", 3, "a2", 5]


def test_unknown_fields_are_ignored() -> None:
    """Newer versions may add fields."""
    assert isinstance(parse(line(colour="blue")), ResultRecord)
