"""The matrix: order of rows and columns, cells, overlays and tallies."""

from datetime import UTC, date, datetime, timedelta

from packaging.specifiers import SpecifierSet

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario, columns, rows
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import KnownFailure, Overlay
from dask_matrix.domain.verdicts.verdict import Judgement

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)


def environment(
    release: str, key: str = "", *, lane: Lane = Lane.AS_RELEASED, at: datetime = NOON, refused: str = ""
) -> Environment:
    """Return a column."""
    refusal = Refusal("resolve", refused) if refused else None
    return Environment(key or release, Release.parse(release), Python(3, 11), lane, "linux", at, refusal=refusal)


def scenario(name: str, area: str = "futures", **more: object) -> Scenario:
    """Return a row."""
    return Scenario(id=f"{area}/{name}", title=name.replace("_", " "), area=area, fingerprint="f", **more)  # type: ignore[arg-type]


def grid(*lines: str, releases: tuple[str, ...]) -> Matrix:
    """Return a matrix from lines of P, F and blanks."""
    environments = tuple(environment(release) for release in releases)
    scenarios = tuple(scenario(f"row_{number}") for number in range(len(lines)))
    verdicts = {"P": Verdict.PASS, "F": Verdict.FAIL}
    cells = {
        (row.id, column.key): Judgement(verdicts[character])
        for row, line in zip(scenarios, lines, strict=True)
        for column, character in zip(environments, line, strict=True)
        if character != " "
    }
    return Matrix(scenarios, environments, cells)


THREE = ("2025.2.0", "2025.3.0", "2025.10.0")


def test_an_untested_cell_is_never_filled_in_from_its_neighbours() -> None:
    """A gap between two passes stays a gap."""
    matrix = grid("P P", releases=THREE)
    assert [cell.verdict for cell in matrix.row(matrix.scenarios[0])] == [Verdict.PASS, Verdict.UNTESTED, Verdict.PASS]


def test_columns_are_ordered_by_version_not_upload() -> None:
    """A backport is placed by its version."""
    late = environment("2025.9.3", at=NOON + timedelta(days=400))
    assert [str(each.release) for each in columns([environment("2025.10.0"), late, environment("2025.9.2")])] == [
        "2025.9.2",
        "2025.9.3",
        "2025.10.0",
    ]


def test_only_the_newest_lock_is_a_column() -> None:
    """Today's latest dependencies replace yesterday's."""
    old = environment("2025.2.0", "old", lane=Lane.LATEST)
    new = environment("2025.2.0", "new", lane=Lane.LATEST, at=NOON + timedelta(days=1))
    assert [each.key for each in columns([new, old, environment("2025.2.0", "as")])] == ["as", "new"]


def test_every_cell_of_a_refused_environment_is_uninstallable() -> None:
    """Whatever was recorded before."""
    column = environment("2026.1.0", refused="No solution found")
    row = scenario("x")
    matrix = Matrix((row,), (column,), {(row.id, column.key): Judgement(Verdict.PASS)})
    assert matrix.cell(row, column).verdict is Verdict.UNINSTALLABLE


def test_changes_are_between_pass_and_fail_only() -> None:
    """Gaps do not count."""
    matrix = grid("PPP", "P P", "PFP", "F  ", releases=THREE)
    assert [matrix.changes(row) for row in matrix.scenarios] == [False, False, True, False]


def test_changes_filter_applies_to_the_selected_columns() -> None:
    """A row that changes outside the selected range is uniform within it."""
    matrix = grid("FPP", "PPF", releases=THREE)
    wanted = Selection(start=Release.parse("2025.3.0"), changes=True)
    assert [row.id for row in EncodedRows.of(matrix).select(wanted).matrix.scenarios] == ["futures/row_1"]


def test_words_match_ids_titles_covered_names_and_issues() -> None:
    """All words must match, in any of them."""
    row = scenario(
        "refcount", covers=("distributed.Client",), issues=("https://github.com/dask/distributed/issues/9041",)
    )
    matrix = Matrix((row, scenario("other")), (environment("2025.2.0"),))
    for words in ("REFCOUNT", "client 9041", "futures/ref"):
        assert [each.id for each in EncodedRows.of(matrix).select(Selection(q=words)).matrix.scenarios] == [row.id]


def test_the_columnar_form_has_a_string_for_each_scenario_and_a_legend_for_its_characters() -> None:
    """As GET /api/v1/matrix answers."""
    columnar = EncodedRows.of(grid("PF ", releases=THREE)).columnar()
    assert columnar["cells"] == [".F "]
    assert {columnar["legend"][character] for character in columnar["cells"][0]} == {"pass", "fail", "untested"}


def test_rows_are_ordered_by_area_and_position_in_file() -> None:
    """The author's order is kept within a file."""
    given = [scenario("b", line=1, file="t.py"), scenario("a", line=9, file="t.py"), scenario("z", area="array")]
    assert [row.id for row in rows(given)] == ["array/z", "futures/b", "futures/a"]


def test_tally_counts_only_cells_that_pass_or_fail() -> None:
    """Untested cells do neither."""
    matrix = grid("PF ", releases=THREE)
    tally = matrix.tally(matrix.scenarios)
    assert (tally.holds, tally.of) == (1, 2)


def test_the_columnar_form_has_an_overlay_for_each_cell() -> None:
    """Known where a listed failure fails, a surprise where it passes, nothing elsewhere; the first entry counts."""
    day = date(2026, 11, 23)
    matrix = grid("PFF", "FP ", "FFF", releases=THREE)
    first = KnownFailure(
        "futures/row_[!2]", SpecifierSet(">=2025.1"), "https://example.org/0", "none", day + timedelta(1)
    )
    rows_0_1 = [
        KnownFailure(name, SpecifierSet(">=2025.3"), "https://example.org/1", "it is", day + timedelta(1))
        for name in ("futures/row_0", "*/row_1")
    ]
    expired = KnownFailure("futures/row_2", SpecifierSet(), "https://example.org/2", "it was", day)
    listed = matrix.with_known_failures([first, *rows_0_1, expired], day)
    told = EncodedRows.of(listed).columnar()
    assert told["overlays"] == [" kk", " ! ", "   "]
    assert told["overlay_legend"] == {" ": None, "k": "known", "!": "surprise", "w": "new-warnings"}
    assert {key for _, key in listed.known} == {"2025.3.0", "2025.10.0"}
    assert listed.overlay(listed.scenarios[0], listed.environments[1]) is Overlay.KNOWN
    assert EncodedRows.of(matrix).columnar()["overlays"] == ["   "] * 3


def test_an_overlay_changes_no_verdict() -> None:
    """Nor transitions or tallies."""
    day = date(2026, 11, 23)
    matrix = grid("PF ", releases=THREE)
    listed = matrix.with_known_failures(
        [KnownFailure("*", SpecifierSet(), "https://example.org/1", "it is", day + timedelta(1))], day
    )
    assert EncodedRows.of(listed).columnar()["cells"] == EncodedRows.of(matrix).columnar()["cells"]
    assert listed.tally(listed.scenarios) == matrix.tally(matrix.scenarios)
