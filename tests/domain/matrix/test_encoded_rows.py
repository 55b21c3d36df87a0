"""Encoded rows: a part of the matrix is a slice that shows the same cells."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as some

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.cell_states import CELL_STATES
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.outcome import Verdict
from tests.domain.matrix.test_matrix import environment, grid

RELEASES = ("2025.1.0", "2025.2.0", "2025.3.0", "2025.4.0")
lines = some.lists(some.text("PF ", min_size=4, max_size=4), min_size=1, max_size=5)


def verdicts(part: EncodedRows) -> list[list[Verdict]]:
    """Return the verdicts of the encoded rows."""
    return [[CELL_STATES[each].verdict for each in part.rows[row.id]] for row in part.matrix.scenarios]


def ids(rows: Iterable[object]) -> list[str]:
    """Return the ids of rows."""
    return [row.id for row in rows]  # type: ignore[attr-defined]


@given(lines, some.sets(some.sampled_from(RELEASES), min_size=1))
def test_a_part_shows_the_same_cells_as_the_whole(text: list[str], wanted: set[str]) -> None:
    """Verdicts and transitions, whichever columns are selected."""
    whole = EncodedRows.of(grid(*text, releases=RELEASES))
    first, last = min(wanted), max(wanted)
    part = whole.select(Selection(start=Release.parse(first), end=Release.parse(last)))
    start, end = RELEASES.index(first), RELEASES.index(last) + 1
    assert part.rows == {name: strip[start:end] for name, strip in whole.rows.items()}
    assert [[cell.verdict for cell in part.matrix.row(row)] for row in part.matrix.scenarios] == verdicts(part)


@given(lines)
def test_transitions_are_those_of_the_matrix(text: list[str]) -> None:
    """`Matrix.transition_keys` is the only rule."""
    matrix = grid(*text, releases=RELEASES)
    for row in matrix.scenarios:
        strip = EncodedRows.of(matrix).rows[row.id]
        marked = {
            key.key for key, each in zip(matrix.environments, strip, strict=True) if CELL_STATES[each].is_transition
        }
        assert marked == matrix.transition_keys(row)


def test_transition_in_the_first_column_shown_is_marked() -> None:
    """Although the column before it is not shown."""
    part = EncodedRows.of(grid("PFFF", releases=RELEASES)).select(Selection(start=Release.parse("2025.2.0")))
    assert CELL_STATES[part.rows["futures/row_0"][0]].is_transition


def test_last_counts_releases_after_the_other_filters() -> None:
    """A release counts once, however many columns it has; 0 is all."""
    columns = (
        *(environment(release, f"{release}r") for release in RELEASES),
        *(environment(release, f"{release}l", lane=Lane.LATEST) for release in RELEASES[:2]),
    )
    whole = EncodedRows.of(Matrix((), tuple(sorted(columns, key=lambda each: (each.release, each.lane)))))

    def shown(**wanted: object) -> list[str]:
        return [each.key for each in whole.select(Selection(**wanted)).matrix.environments]  # type: ignore[arg-type]

    assert shown(last=1) == ["2025.4.0r"]
    assert shown(last=3) == ["2025.2.0r", "2025.2.0l", "2025.3.0r", "2025.4.0r"]
    assert shown(last=1, lane=Lane.LATEST) == ["2025.2.0l"]
    assert len(shown()) == len(shown(last=99)) == 6


def test_uniform_rows_left_out_are_counted() -> None:
    """Among the rows that the other filters select."""
    whole = EncodedRows.of(grid("PPPP", "PFFF", "FFFF", "    ", releases=RELEASES))
    part = whole.select(Selection(changes=True))
    assert (ids(part.matrix.scenarios), part.uniform) == (["futures/row_1"], 3)
    assert whole.select(Selection(changes=True, q="row_2")).uniform == 1
    assert whole.select(Selection()).uniform == 0


def test_filters_apply_to_the_columns_shown() -> None:
    """`is:turning` and `verdict:`."""
    whole = EncodedRows.of(grid("PPFF", "FFFF", releases=RELEASES))
    early = Selection(q="verdict:fail", end=Release.parse("2025.2.0"))
    assert ids(whole.select(early).matrix.scenarios) == ["futures/row_1"]
    assert ids(whole.select(Selection(q="is:turning")).matrix.scenarios) == ["futures/row_0"]


def test_known_rows_are_not_encoded_again() -> None:
    """For a store in which few rows have changed."""
    matrix = grid("PPFF", "FFFF", releases=RELEASES)
    old = EncodedRows.of(matrix).rows
    marked = {**old, "futures/row_0": "xxxx"}
    assert EncodedRows.of(matrix, marked).rows == marked
    assert EncodedRows.of(matrix, {"futures/row_1": old["futures/row_1"]}).rows == old
