"""Which verdicts are doubtful and need more executions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.confirmation import (
    CONFIRMED,
    ONCE_MORE,
    Cell,
    Column,
    ConfirmationRequests,
    Doubt,
    confirmation_requests,
)

LETTERS = {
    ".": Verdict.PASS,
    "F": Verdict.FAIL,
    "T": Verdict.TIMEOUT,
    "C": Verdict.CRASH,
    "~": Verdict.FLAKY,
    "-": Verdict.NOT_APPLICABLE,
    "s": Verdict.STALE,
}
ROW = "futures/x/it"


def columns(count: int, lane: str = "as-released", platform: str = "linux-x86_64") -> list[Column]:
    """Return columns named by lane and number."""
    return [Column(f"{lane}{place}", lane, platform) for place in range(count)]


def cells(verdicts: str, executions: int = 1, lane: str = "as-released") -> list[Cell]:
    """Return a row, a letter for each column; a blank is untested."""
    return [
        Cell(ROW, f"{lane}{place}", LETTERS[letter], executions, "fp")
        for place, letter in enumerate(verdicts)
        if letter != " "
    ]


def needed(verdicts: str, executions: int = 1) -> str:
    """Return how many more executions each column of a row needs, as digits."""
    found = confirmation_requests(columns(len(verdicts)), cells(verdicts, executions))
    return "".join(
        str(found[ROW, column.key].executions) if (ROW, column.key) in found else "0"
        for column in columns(len(verdicts))
    )


@pytest.mark.parametrize(
    ("verdicts", "executions", "more"),
    [
        ("....", 1, "0000"),
        ("..FF", 2, "0220"),
        ("..FF", 1, "0331"),
        ("..FF", 4, "0000"),
        ("F", 1, "1"),
        ("FFF", 2, "000"),
        (".F.", 1, "333"),
        ("FT", 2, "22"),
        (". F", 1, "303"),
        (".-F", 1, "303"),
        (".sF", 1, "303"),
        (".~.", 2, "202"),
        ("~~", 2, "00"),
        ("  -", 1, "000"),
        ("", 1, ""),
    ],
)
def test_both_sides_of_a_transition_are_confirmed(verdicts: str, executions: int, more: str) -> None:
    """Cells without evidence are skipped; a flaky cell needs none, its neighbours do."""
    assert needed(verdicts, executions) == more


@pytest.mark.parametrize(
    "other", [Column("other0", "latest", "linux-x86_64"), Column("other0", "as-released", "darwin-arm64")]
)
def test_neighbours_share_lane_and_platform(other: Column) -> None:
    """A difference between lanes is not a transition."""
    row = [*cells("."), Cell(ROW, "other0", Verdict.FAIL, 2, "fp")]
    assert confirmation_requests([*columns(1), other], row) == {}


def test_a_request_has_a_doubt_and_a_fingerprint() -> None:
    """For the plan."""
    first, second, alone = columns(2), cells(".F"), cells("F")
    found = confirmation_requests(first, second)
    assert {request.doubt for request in found.values()} == {Doubt.DIFFERS}
    assert {request.fingerprint for request in found.values()} == {"fp"}
    assert [request.doubt for request in confirmation_requests(first, alone).values()] == [Doubt.BROKEN_ONCE]


ROWS = st.text(alphabet=[*LETTERS, " "], max_size=8)


@given(ROWS, st.integers(1, 6))
def test_fulfilled_requests_are_not_repeated(verdicts: str, executions: int) -> None:
    """If every request is fulfilled and no verdict changes, nothing more is requested."""
    before = confirmation_requests(columns(len(verdicts)), cells(verdicts, executions))
    fulfilled = [
        cell._replace(executions=cell.executions + (request.executions if request else 0))
        for cell in cells(verdicts, executions)
        for request in [before.get((cell.scenario, cell.environment))]
    ]
    assert confirmation_requests(columns(len(verdicts)), fulfilled) == {}


@given(ROWS, st.integers(1, 6))
def test_neither_side_is_favoured(verdicts: str, executions: int) -> None:
    """A reversed row, or one with passes and failures swapped, needs the same executions at its transitions."""
    changes = {place: digit for place, digit in enumerate(needed(verdicts, executions)) if digit not in "01"}
    swapped = needed(verdicts.translate(str.maketrans(".F", "F.")), executions)
    assert needed(verdicts[::-1], executions) == needed(verdicts, executions)[::-1]
    assert changes == {place: digit for place, digit in enumerate(swapped) if digit not in "01"}


@given(ROWS, st.integers(1, 6))
def test_requests_are_bounded(verdicts: str, executions: int) -> None:
    """So that a run ends."""
    found: ConfirmationRequests = confirmation_requests(columns(len(verdicts)), cells(verdicts, executions))
    assert all(request.has < request.needs <= max(CONFIRMED, ONCE_MORE) for request in found.values())
