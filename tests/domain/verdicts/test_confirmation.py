"""Which verdicts want more executions before they are believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.confirmation import CONFIRMED, ONCE_MORE, Cell, Column, Doubt, Wishes, wishes

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
    """Return columns named by lane and place."""
    return [Column(f"{lane}{place}", lane, platform) for place in range(count)]


def cells(verdicts: str, executions: int = 1, lane: str = "as-released") -> list[Cell]:
    """Return a row, a letter for each column; a blank is untested."""
    return [
        Cell(ROW, f"{lane}{place}", LETTERS[letter], executions, "fp")
        for place, letter in enumerate(verdicts)
        if letter != " "
    ]


def wanted(verdicts: str, executions: int = 1) -> str:
    """Return how many more executions each column of a row wants, as digits."""
    found = wishes(columns(len(verdicts)), cells(verdicts, executions))
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
def test_both_sides_of_a_change_are_confirmed(verdicts: str, executions: int, more: str) -> None:
    """One table: what is no evidence is looked across; a flaky cell is beyond doubt, its neighbours are not."""
    assert wanted(verdicts, executions) == more


@pytest.mark.parametrize(
    "other", [Column("other0", "latest", "linux-x86_64"), Column("other0", "as-released", "darwin-arm64")]
)
def test_neighbours_are_of_one_lane_and_platform(other: Column) -> None:
    """A change between lanes is no change from release to release."""
    row = [*cells("."), Cell(ROW, "other0", Verdict.FAIL, 2, "fp")]
    assert wishes([*columns(1), other], row) == {}


def test_a_wish_says_why_and_of_which_fingerprint() -> None:
    """For the plan, in words."""
    first, second, alone = columns(2), cells(".F"), cells("F")
    found = wishes(first, second)
    assert {wish.doubt for wish in found.values()} == {Doubt.DIFFERS}
    assert {wish.fingerprint for wish in found.values()} == {"fp"}
    assert [wish.doubt for wish in wishes(first, alone).values()] == [Doubt.BROKEN_ONCE]


ROWS = st.text(alphabet=[*LETTERS, " "], max_size=8)


@given(ROWS, st.integers(1, 6))
def test_what_was_granted_is_not_wanted_again(verdicts: str, executions: int) -> None:
    """If every wish is fulfilled and no verdict turns, nothing is wanted: a converged world starts nothing."""
    before = wishes(columns(len(verdicts)), cells(verdicts, executions))
    granted = [
        cell._replace(executions=cell.executions + (wish.executions if wish else 0))
        for cell in cells(verdicts, executions)
        for wish in [before.get((cell.scenario, cell.environment))]
    ]
    assert wishes(columns(len(verdicts)), granted) == {}


@given(ROWS, st.integers(1, 6))
def test_neither_side_is_favoured(verdicts: str, executions: int) -> None:
    """Read backwards, and with passes and failures exchanged, a row's changes want the same."""
    changes = {place: digit for place, digit in enumerate(wanted(verdicts, executions)) if digit not in "01"}
    swapped = wanted(verdicts.translate(str.maketrans(".F", "F.")), executions)
    assert wanted(verdicts[::-1], executions) == wanted(verdicts, executions)[::-1]
    assert changes == {place: digit for place, digit in enumerate(swapped) if digit not in "01"}


@given(ROWS, st.integers(1, 6))
def test_no_cell_is_ever_executed_more_than_that(verdicts: str, executions: int) -> None:
    """The bound that a run rests on."""
    found: Wishes = wishes(columns(len(verdicts)), cells(verdicts, executions))
    assert all(wish.has < wish.needs <= max(CONFIRMED, ONCE_MORE) for wish in found.values())
