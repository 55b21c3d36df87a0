"""The language of the filter box takes the rows it says, and says what it does not understand."""

import pytest

from dask_matrix.domain.matrix.cell_states import CHARACTERS, LOOKS, Look
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
LOOKS_SEEN = {Look(Verdict.PASS), Look(Verdict.FAIL, overlay=Overlay.KNOWN, turns=True)}


@pytest.mark.parametrize(
    "text",
    [
        "", "frame READS", "area:io", "AREA:IO", "-area:array", "verdict:fail", "-verdict:crash", "covers:dask.dataframe",
        "issue:11949", "issue:dask/dask#11949", "is:turning", "is:known", "-is:flaky", 'area:"io"', '"reads back"',
        "area:io frame -bag is:turning", 'area:""',
    ],
)  # fmt: skip
def test_a_row_is_taken_by_every_term_that_fits_it(text: str) -> None:
    """In whatever case; a minus reverses one."""
    assert Terms.parse(text).take(ROW, LOOKS_SEEN)


@pytest.mark.parametrize(
    "text",
    ["bag", "-frame", "area:array", "verdict:crash", "covers:dask.array", "issue:9041", "is:flaky", "-is:turning",
     "area:io bag", "note:this", "covers:dask.data"],
)  # fmt: skip
def test_one_term_that_does_not_fit_is_enough_to_leave_a_row_out(text: str) -> None:
    """A name before a colon that is none of ours is a word like others."""
    assert not Terms.parse(text).take(ROW, LOOKS_SEEN)


@pytest.mark.parametrize(
    ("text", "nearest"), [("verdict:fial", "fail"), ("is:turnign", "turning"), ("is:good", "known")]
)
def test_what_is_no_verdict_or_state_is_refused_with_those_there_are(text: str, nearest: str) -> None:
    """A misspelled term must not silently take nothing."""
    with pytest.raises(InvalidFilter, match=nearest):
        Terms.parse(text)


def test_every_look_has_a_character_of_its_own() -> None:
    """And back."""
    assert len(LOOKS) == len(CHARACTERS) == len(set(LOOKS.values()))
