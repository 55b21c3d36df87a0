"""Cells that pass, but give a new deprecation warning."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import OVERLAY_LEGEND, Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.verdicts.known_failures import KnownFailure, Overlay
from dask_matrix.domain.verdicts.verdict import Evidence, Judgement, judge

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
VERDICTS = {"F": Verdict.FAIL, "~": Verdict.FLAKY, "-": Verdict.NOT_APPLICABLE, "s": Verdict.STALE}
ROW = Scenario("array/sums", "sums", "array", "f")


def said(character: str) -> Judgement:
    """Return a pass with these digits as warnings, or the verdict of a letter; ``.`` is a pass without warnings."""
    if character in VERDICTS:
        return Judgement(VERDICTS[character], warned=("9",))
    return Judgement(Verdict.PASS, warned=tuple(character.strip(".")))


def matrix(line: str, lanes: str = "") -> Matrix:
    """Return one row: cells separated by blanks, ``_`` for none; ``lanes`` is ``a`` and ``l`` per column."""
    cells = line.split()
    kinds = {"a": Lane.AS_RELEASED, "l": Lane.LATEST}
    columns = tuple(
        Environment(str(number), Release.parse(f"2025.{number}.0"), Python(3, 11), kinds[lane], "linux", NOON)
        for number, lane in enumerate(lanes or "a" * len(cells), start=1)
    )
    told = zip(columns, cells, strict=True)
    return Matrix((ROW,), columns, {(ROW.id, column.key): said(cell) for column, cell in told if cell != "_"})


@pytest.mark.parametrize(
    ("line", "overlays"),
    [
        (". 1 1 12", " w w"),
        ("1 . 1", "  w"),
        ("1 2", " w"),
        ("12 1", "  "),
        (". _ 1", "  w"),
        (". - s 1", "   w"),
        ("F 1 1", "   "),
        ("~ 1", "  "),
        (". F 1", "   "),
        (". F", "  "),
        (". ~", "  "),
        ("1", " "),
    ],
)
def test_pass_with_more_warnings_than_the_pass_before_is_marked(line: str, overlays: str) -> None:
    """The one before is the nearest that passes or fails; if it failed, nothing is marked."""
    row = matrix(line)
    assert "".join(OVERLAY_LEGEND[told] for told in row.overlays(ROW)) == overlays
    assert EncodedRows.of(row).columnar()["overlays"] == [overlays]
    assert [row.overlay(ROW, each) for each in row.environments] == row.overlays(ROW)


def test_only_columns_of_the_same_lane_are_compared() -> None:
    """As for transitions."""
    row = matrix(". 1 1 .", lanes="alal")
    assert row.new_warning_keys(ROW) == {"3"}


def test_uninstallable_column_is_skipped() -> None:
    """Whatever results it has."""
    row = matrix(". . 1")
    first, second, third = row.environments
    refused = replace(second, refusal=Refusal("import", "no"))
    assert replace(row, environments=(first, refused, third)).new_warning_keys(ROW) == {"3"}


def test_known_or_surprise_takes_precedence() -> None:
    """A cell has at most one overlay."""
    day = date(2026, 11, 23)
    entry = KnownFailure(ROW.id, SpecifierSet("==2025.2.0"), "https://example.org/1", "so", date(2027, 1, 1))
    listed = matrix(". 1 12").with_known_failures([entry], day)
    assert listed.overlays(ROW) == [None, Overlay.SURPRISE, Overlay.NEW_WARNINGS]
    assert [listed.overlay(ROW, each) for each in listed.environments] == listed.overlays(ROW)


def test_deprecations_are_those_of_the_deciding_result() -> None:
    """Of the failure for a flaky cell, of the old verdict for a stale one."""

    def result(number: int, outcome: Outcome, fingerprint: str = "f") -> Evidence:
        return Evidence(
            f"q{number}", fingerprint, outcome, NOON.replace(minute=number), warned=(f"{number}", outcome.value)
        )

    passed, failed = result(1, Outcome.PASSED), result(2, Outcome.FAILED)
    assert judge([passed], "f").warned == ("1", "passed")
    assert judge([passed, failed, result(3, Outcome.PASSED)], "f").warned == ("2", "failed")
    assert judge([passed], "edited").warned == ("1", "passed")
    assert judge([result(4, Outcome.ERRORED)], "f").warned == ("4", "errored")
    assert judge([], "f").warned == ()
