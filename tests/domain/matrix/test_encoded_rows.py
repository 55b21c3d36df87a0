"""A row as a string: any part of the matrix is a slice that says the same of its cells."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as some

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.cell_states import LOOKS
from dask_matrix.domain.matrix.encoded_rows import Strips
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.outcome import Verdict
from tests.domain.matrix.test_matrix import environment, grid

RELEASES = ("2025.1.0", "2025.2.0", "2025.3.0", "2025.4.0")
lines = some.lists(some.text("PF ", min_size=4, max_size=4), min_size=1, max_size=5)


def verdicts(part: Strips) -> list[list[Verdict]]:
    """Return what the strips say."""
    return [[LOOKS[each].verdict for each in part.strips[row.id]] for row in part.matrix.scenarios]


def ids(rows: Iterable[object]) -> list[str]:
    """Return the ids of rows."""
    return [row.id for row in rows]  # type: ignore[attr-defined]


@given(lines, some.sets(some.sampled_from(RELEASES), min_size=1))
def test_a_part_says_of_its_cells_what_the_whole_says(text: list[str], wanted: set[str]) -> None:
    """Verdicts and turns, whichever columns are taken."""
    whole = Strips.of(grid(*text, releases=RELEASES))
    first, last = min(wanted), max(wanted)
    part = whole.select(Selection(start=Release.parse(first), end=Release.parse(last)))
    start, end = RELEASES.index(first), RELEASES.index(last) + 1
    assert part.strips == {name: strip[start:end] for name, strip in whole.strips.items()}
    assert [[cell.verdict for cell in part.matrix.row(row)] for row in part.matrix.scenarios] == verdicts(part)


@given(lines)
def test_where_a_row_turns_is_what_the_matrix_says(text: list[str]) -> None:
    """`Matrix.turning` is the one rule."""
    matrix = grid(*text, releases=RELEASES)
    for row in matrix.scenarios:
        strip = Strips.of(matrix).strips[row.id]
        marked = {key.key for key, each in zip(matrix.environments, strip, strict=True) if LOOKS[each].turns}
        assert marked == matrix.turning(row)


def test_a_turn_at_the_first_column_shown_is_seen_though_what_was_before_is_not() -> None:
    """A view must not hide what it begins with."""
    part = Strips.of(grid("PFFF", releases=RELEASES)).select(Selection(start=Release.parse("2025.2.0")))
    assert LOOKS[part.strips["futures/row_0"][0]].turns


def test_the_last_releases_are_those_of_what_else_is_asked_for() -> None:
    """A release counts once, however many columns it has; no number is all."""
    columns = (
        *(environment(release, f"{release}r") for release in RELEASES),
        *(environment(release, f"{release}l", lane=Lane.LATEST) for release in RELEASES[:2]),
    )
    whole = Strips.of(Matrix((), tuple(sorted(columns, key=lambda each: (each.release, each.lane)))))

    def shown(**wanted: object) -> list[str]:
        return [each.key for each in whole.select(Selection(**wanted)).matrix.environments]  # type: ignore[arg-type]

    assert shown(last=1) == ["2025.4.0r"]
    assert shown(last=3) == ["2025.2.0r", "2025.2.0l", "2025.3.0r", "2025.4.0r"]
    assert shown(last=1, lane=Lane.LATEST) == ["2025.2.0l"]
    assert len(shown()) == len(shown(last=99)) == 6


def test_rows_left_out_because_they_never_turn_are_counted() -> None:
    """Of those that the rest of the selection takes."""
    whole = Strips.of(grid("PPPP", "PFFF", "FFFF", "    ", releases=RELEASES))
    part = whole.select(Selection(changes=True))
    assert (ids(part.matrix.scenarios), part.uniform) == (["futures/row_1"], 3)
    assert whole.select(Selection(changes=True, q="row_2")).uniform == 1
    assert whole.select(Selection()).uniform == 0


def test_a_filter_looks_at_the_cells_shown() -> None:
    """`is:turning` and `verdict:` of what is in sight."""
    whole = Strips.of(grid("PPFF", "FFFF", releases=RELEASES))
    early = Selection(q="verdict:fail", end=Release.parse("2025.2.0"))
    assert ids(whole.select(early).matrix.scenarios) == ["futures/row_1"]
    assert ids(whole.select(Selection(q="is:turning")).matrix.scenarios) == ["futures/row_0"]


def test_strips_that_are_known_are_not_drawn_again() -> None:
    """For a store of which only few rows have changed."""
    matrix = grid("PPFF", "FFFF", releases=RELEASES)
    old = Strips.of(matrix).strips
    marked = {**old, "futures/row_0": "xxxx"}
    assert Strips.of(matrix, marked).strips == marked
    assert Strips.of(matrix, {"futures/row_1": old["futures/row_1"]}).strips == old
