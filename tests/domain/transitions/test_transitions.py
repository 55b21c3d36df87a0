"""Transitions of a row: against what, and where they lie."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.cell_states import CELL_STATES
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario, columns
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.transitions.row_neighbours import lines, nearest_transition
from dask_matrix.domain.transitions.transitions import transitions
from dask_matrix.domain.verdicts.verdict import Judgement

START = datetime(2025, 1, 1, 12, tzinfo=UTC)
ROW = Scenario("a/b", "A title", "a", "f")
WORDS = {
    "P": Verdict.PASS, "F": Verdict.FAIL, "-": Verdict.NOT_APPLICABLE, " ": Verdict.UNTESTED, "s": Verdict.STALE
}  # fmt: skip


def column(
    release: str, day: int, *, python: int = 11, lane: Lane = Lane.AS_RELEASED, refused: bool = False
) -> Environment:
    """Return the environment of a release that was uploaded on a day."""
    refusal = Refusal("resolve", "no") if refused else None
    key = f"{release} {python} {lane}"
    uploaded = START + timedelta(days=day)
    return Environment(key, Release.parse(release), Python(3, python), lane, "linux", START, uploaded, refusal=refusal)


def row(**verdicts: str) -> Matrix:
    """Return a matrix of one row: release (v2025_3_0) -> verdict, U for uninstallable, and * if uploaded later than all."""
    found = []
    for day, (name, verdict) in enumerate(verdicts.items()):
        release = name[1:].replace("_", ".")
        found.append(column(release, 900 if "*" in verdict else day, refused="U" in verdict))
    words = dict(zip((each.key for each in found), verdicts.values(), strict=True))
    cells = {(ROW.id, key): Judgement(WORDS[word[0]]) for key, word in words.items() if word[0] in WORDS}
    return Matrix((ROW,), columns(found), cells)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (row(v1_0="P", v1_1="F"), ["breaks in 1.1"]),
        (row(v1_0="F", v1_1="P"), ["fixed in 1.1"]),
        (row(v1_0="P", v1_1=" ", v1_2="F"), ["breaks between 1.0 and 1.2 (1 release untested)"]),
        (row(v1_0="P", v1_1="s", v1_2=" ", v1_3="F"), ["breaks between 1.0 and 1.3 (2 releases untested)"]),
        (row(v1_0="P", v1_1="U", v1_2="F"), ["breaks in 1.2"]),
        (row(v1_0="P", v1_1="-", v1_2="F"), ["breaks in 1.2"]),
        (row(v1_0="P", v1_1="U", v1_2=" ", v1_3="F"), ["breaks between 1.0 and 1.3 (1 release untested, 1 uninstallable)"]),
        (row(v1_0="P", v1_1="P", v1_2="P"), []),
        (row(v1_0="P", v1_1="F*", v2_0="P"), ["breaks in 1.1"]),
        (row(v1_0="F", v1_1="P*", v2_0="F"), ["fixed in 1.1"]),
        (row(v1_0="P", v1_1="P*", v2_0="F"), ["breaks in 2.0"]),
        (row(v1_0="P", v1_1=" *", v2_0="F"), ["breaks in 2.0"]),
        (row(v1_1="P*", v2_0="F"), []),
    ],
)  # fmt: skip
def test_a_change_is_where_it_can_be(matrix: Matrix, expected: list[str]) -> None:
    """In one release, or between two; a backport (*) is compared with what it follows, and nothing later with it."""
    assert [each.sentence for each in transitions(matrix)] == expected


def test_releases_without_any_column_are_untested_too() -> None:
    """Those that another lane has, and those that the package index has."""
    found = (column("1.0", 0), column("1.1", 1, lane=Lane.LATEST), column("1.5", 5))
    cells = {(ROW.id, found[0].key): Judgement(Verdict.PASS), (ROW.id, found[2].key): Judgement(Verdict.FAIL)}
    matrix = Matrix((ROW,), columns(found), cells)
    assert [each.where for each in transitions(matrix)] == ["between 1.0 and 1.5 (1 release untested)"]
    index = {Release.parse(f"1.{number}"): START + timedelta(days=number) for number in (1, 2, 3)}
    late = {Release.parse("1.4"): START + timedelta(days=900)}
    (change,) = transitions(matrix.with_published({**index, **late}))
    assert change.where == "between 1.0 and 1.5 (3 releases untested)"
    assert [str(each) for each in change.gap.untested] == ["1.1", "1.2", "1.3"]


def test_the_marks_of_the_grid_tell_a_change_after_a_gap() -> None:
    """Also in a part of the matrix that shows none of it."""
    encoded = EncodedRows.of(row(v1_0="P", v1_1=" ", v1_2="F", v1_3="P"))
    states = [CELL_STATES[each] for each in encoded.rows[ROW.id]]
    assert [(each.is_transition, each.after_gap) for each in states[2:]] == [(True, True), (True, False)]


cells_drawn = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from([10, 11]), st.sampled_from([*Lane][:2])),
    st.tuples(st.sampled_from("PPFF -sU"), st.integers(0, 9)),
    min_size=1,
)


@given(cells_drawn)
def test_marks_lines_and_transitions_agree(drawn: dict[tuple[int, int, int, Lane], tuple[str, int]]) -> None:
    """Whatever is tested: each is a step to a release from one that it follows, of opposite verdict, with none between."""
    days = {(major, minor): day for (major, minor, _, _), (_, day) in drawn.items()}
    found = {
        column(f"{major}.{minor}", days[major, minor], python=python, lane=lane, refused=word == "U"): word
        for (major, minor, python, lane), (word, _) in drawn.items()
    }
    cells = {(ROW.id, each.key): Judgement(WORDS[word]) for each, word in found.items() if word in WORDS}
    matrix = Matrix((ROW,), columns(found), cells)
    changes = list(transitions(matrix))
    assert {each.after.key for each in changes} == matrix.transition_keys(ROW)
    by_line = [each for line in lines(matrix.environments) for each in line.transitions(matrix, ROW)]
    assert sorted(each.after.key for each in by_line) == sorted(each.after.key for each in changes)
    marked = zip(matrix.environments, EncodedRows.of(matrix).rows[ROW.id], strict=True)
    states = {each.key: CELL_STATES[state] for each, state in marked}
    assert {key for key, state in states.items() if state.is_transition} == matrix.transition_keys(ROW)
    for each in changes:
        assert each.was.verdict.passes is (not each.now.verdict.passes)
        assert each.before.release in matrix.lineage.ancestors(each.after.release)
        assert (each.before.lane, each.before.platform) == (each.after.lane, each.after.platform)
        assert states[each.after.key].after_gap is bool(each.gap)
        between = set(matrix.lineage.between(each.before.release, each.after.release))
        assert {*each.gap.untested, *each.gap.uninstallable} <= between
        near = nearest_transition(matrix, ROW, each.after)
        assert near is not None


def test_a_past_line_keeps_the_releases_that_a_part_leaves_out() -> None:
    """A part of a matrix compares as the whole does."""
    whole = row(v1_0="P", v1_1="P", v1_2="F")
    part = replace(whole, environments=(whole.environments[0], whole.environments[2]))
    assert [each.where for each in transitions(part)] == ["between 1.0 and 1.2 (1 release untested)"]
    assert Version("1.1") in {each.version for each in part.lineage.uploaded}
