"""`print_matrix`: the matrix on a terminal."""

import io
from datetime import UTC, datetime

import pytest
from packaging.version import Version
from rich.console import Console

from dask_matrix.commands.terminal import print_matrix
from dask_matrix.domain.environments.commit_pair import MAIN, Commit, Pair
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.verdict import Judgement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RELEASES = ("2025.2.0", "2025.3.0", "2025.4.0")


def printed(matrix: Matrix, **narrowing: object) -> str:
    """Return the printed text of a matrix, or of a selection."""
    into = io.StringIO()
    print_matrix(EncodedRows.of(matrix).select(Selection(**narrowing)), Console(file=into, width=200))  # type: ignore[arg-type]
    return into.getvalue()


def test_commits_of_main_are_printed_under_the_grid() -> None:
    """With their date, once for all columns of main."""
    row, pair = Scenario("bag/counts", "counts", "bag", "f"), Pair(Commit("a" * 40, NOON), Commit("b" * 40, NOON), MAIN)
    releases = Release.parse("2025.2.0"), Release(Version("2025.2.0+3.gaaaaaaaaa"), pair)
    pythons = Python(3, 11), Python(3, 12)
    columns = tuple(
        Environment(f"{each.text} {python}", each, python, Lane.AS_RELEASED, "linux", NOON)
        for each in releases
        for python in pythons
    )
    shown = printed(Matrix((row,), columns, {}))
    assert shown.count("\nmain is dask aaaaaaaaa + distributed bbbbbbbbb, of 2026-11-23\n") == 1
    assert " is dask" not in printed(Matrix((row,), columns[:2], {}))


@pytest.mark.parametrize(("start", "line"), [(None, ".w.  bag/counts"), ("2025.3.0", "w.  bag/counts")])
def test_pass_with_new_warnings_is_a_w(start: str | None, line: str) -> None:
    """Also if the previous column is not shown; and the legend explains it."""
    row = Scenario("bag/counts", "counts", "bag", "f")
    columns = tuple(
        Environment(each, Release.parse(each), Python(3, 11), Lane.AS_RELEASED, "linux", NOON) for each in RELEASES
    )
    warned = zip(columns, ((), ("a",), ("a",)), strict=True)
    cells = {(row.id, column.key): Judgement(Verdict.PASS, warned=told) for column, told in warned}
    shown = printed(Matrix((row,), columns, cells), start=Release.parse(start) if start else None)
    assert f"\n{line}\n" in shown
    assert "'w' new warnings: passes, with a deprecation warning that the previous release did not emit" in " ".join(
        shown.split()
    )
    assert "'w'" not in printed(Matrix((row,), columns, {}))
