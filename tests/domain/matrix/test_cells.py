"""Updated cells share unchanged rows with the old ones."""

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
def test_updated_cells_are_the_old_ones_with_the_changes(
    told: dict[tuple[str, str], Judgement], since: dict[tuple[str, str], Judgement | None]
) -> None:
    """None takes a cell away; the old ones stay as they were; equal however they came about."""
    before = Cells({}).updated(told)
    after = before.updated(since)
    expected = {cell: judgement for cell, judgement in {**told, **since}.items() if judgement}
    assert dict(before) == told
    assert dict(after) == expected
    assert after == Cells({}).updated(expected) == expected
    assert len(after) == len(expected)


def test_unchanged_rows_are_shared() -> None:
    """So that a small update takes little time and memory."""
    before = Cells({"a": {"x": PASS}, "b": {"x": PASS}})
    after = before.updated({("a", "x"): FAIL})
    assert after.row("b") is before.row("b")
    assert (before["a", "x"], after["a", "x"]) == (PASS, FAIL)
    assert before.updated({}) is before
