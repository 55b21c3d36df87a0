"""The language of the filter box."""

import pytest

from dask_matrix.domain.matrix.cell_states import CELL_STATES, CHARACTERS, CellState
from dask_matrix.domain.matrix.filter_language import InvalidFilter, Terms
from dask_matrix.domain.matrix.rows_and_columns import Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay

ROW = Scenario(
    id="io/parquet/reads_back",
    title="A frame reads back",
    area="io",
    fingerprint="f",
    issues=("dask/dask#11949",),
    covers=("dask.dataframe.read_parquet",),
)
LOOKS_SEEN = {CellState(Verdict.PASS), CellState(Verdict.FAIL, overlay=Overlay.KNOWN, is_transition=True)}


@pytest.mark.parametrize(
    "text",
    [
        "", "frame READS", "area:io", "AREA:IO", "-area:array", "verdict:fail", "-verdict:crash", "covers:dask.dataframe",
        "issue:11949", "issue:dask/dask#11949", "is:turning", "is:known", "-is:flaky", 'area:"io"', '"reads back"',
        "area:io frame -bag is:turning", 'area:""',
    ],
)  # fmt: skip
def test_matching_terms_include_a_row(text: str) -> None:
    """Case-insensitive; a minus negates a term."""
    assert Terms.parse(text).include(ROW, LOOKS_SEEN)


@pytest.mark.parametrize(
    "text",
    ["bag", "-frame", "area:array", "verdict:crash", "covers:dask.array", "issue:9041", "is:flaky", "-is:turning",
     "area:io bag", "note:this", "covers:dask.data"],
)  # fmt: skip
def test_one_term_that_does_not_match_excludes_a_row(text: str) -> None:
    """An unknown name before a colon is a plain word."""
    assert not Terms.parse(text).include(ROW, LOOKS_SEEN)


@pytest.mark.parametrize(
    ("text", "nearest"), [("verdict:fial", "fail"), ("is:turnign", "turning"), ("is:good", "known")]
)
def test_unknown_verdict_or_state_is_rejected_with_suggestions(text: str, nearest: str) -> None:
    """A typo must not silently match nothing."""
    with pytest.raises(InvalidFilter, match=nearest):
        Terms.parse(text)


def test_every_cell_state_has_its_own_character() -> None:
    """In both directions."""
    assert len(CELL_STATES) == len(CHARACTERS) == len(set(CELL_STATES.values()))
