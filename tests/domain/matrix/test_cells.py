"""Cells by row: what is made of others shares what is as it was."""

from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.matrix.cells import Cells
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.verdict import Judgement

PASS, FAIL = Judgement(Verdict.PASS), Judgement(Verdict.FAIL)
CELLS = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.sampled_from([PASS, FAIL]))
CHANGES = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.sampled_from([PASS, FAIL, None])
)


@given(CELLS, CHANGES)
def test_changed_cells_are_the_old_ones_with_what_was_told_since(
    told: dict[tuple[str, str], Judgement], since: dict[tuple[str, str], Judgement | None]
) -> None:
    """None takes a cell away; the old ones stay as they were; equal however they came about."""
    before = Cells({}).changed(told)
    after = before.changed(since)
    expected = {cell: judgement for cell, judgement in {**told, **since}.items() if judgement}
    assert dict(before) == told
    assert dict(after) == expected
    assert after == Cells({}).changed(expected) == expected
    assert len(after) == len(expected)


def test_rows_that_did_not_change_are_shared() -> None:
    """So that a change of few cells costs little, and takes no room."""
    before = Cells({"a": {"x": PASS}, "b": {"x": PASS}})
    after = before.changed({("a", "x"): FAIL})
    assert after.row("b") is before.row("b")
    assert (before["a", "x"], after["a", "x"]) == (PASS, FAIL)
    assert before.changed({}) is before
