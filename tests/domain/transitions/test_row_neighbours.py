"""The neighbours of a cell in its row."""

from datetime import UTC, datetime

import pytest

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario, columns
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.transitions.row_neighbours import (
    before,
    last_opposite,
    line_through,
    lines,
    nearest_transition,
    opposite,
)
from dask_matrix.domain.verdicts.verdict import Judgement

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ROW = Scenario("a/b", "A title", "a", "f")
WORDS = {".": Verdict.PASS, "F": Verdict.FAIL, "~": Verdict.FLAKY, "-": Verdict.NOT_APPLICABLE, " ": Verdict.UNTESTED}


def environment(number: int, python: int = 11, lane: Lane = Lane.AS_RELEASED, *, refused: bool = False) -> Environment:
    """Return the environment of a release."""
    refusal = Refusal("resolve", "no") if refused else None
    key = f"{number}-{python}-{lane}"
    return Environment(key, Release.parse(f"2025.{number}.0"), Python(3, python), lane, "linux", NOW, refusal=refusal)


def row(text: str) -> Matrix:
    """Return a matrix of one row in its columnar form; ``U`` is an uninstallable environment."""
    found = tuple(environment(number, refused=character == "U") for number, character in enumerate(text))
    cells = {
        (ROW.id, each.key): Judgement(WORDS[text[place]]) for place, each in enumerate(found) if text[place] in WORDS
    }
    return Matrix((ROW,), found, cells)


@pytest.mark.parametrize(
    ("told", "here", "nearest", "last"),
    [
        (".F", 1, 0, 0),
        ("..FF.", 2, 1, 1),
        ("..FFF.", 4, 5, 1),
        (".F.", 1, 0, 0),
        ("FF.", 0, 2, 2),
        (". -UF", 4, 0, 0),
        ("~.", 1, 0, 0),
        ("..", 1, None, None),
        (".- ", 1, None, None),
    ],
)
def test_opposite_is_the_nearest_and_last_opposite_the_last_before(
    told: str, here: int, nearest: int | None, last: int | None
) -> None:
    """Of two as near the earlier one; what claims nothing has no opposite, and a flaky cell does not hold."""
    matrix = row(told)
    places = {each.key: place for place, each in enumerate(matrix.environments)}
    found = [find(matrix, ROW, matrix.environments[here]) for find in (opposite, last_opposite)]
    assert [places[each.key] if each else None for each in found] == [nearest, last]


def test_previous_environment_is_installable_and_of_the_same_lane() -> None:
    """An uninstallable release is skipped."""
    here = environment(3)
    found = (environment(0), environment(1), environment(2, refused=True), environment(2, lane=Lane.LATEST), here)
    matrix = Matrix((ROW,), found)
    assert before(matrix, here) == found[1]
    assert before(matrix, found[0]) is None


def test_line_keeps_its_python_if_possible() -> None:
    """Otherwise it takes the newest, so that no release is left out."""
    here = environment(2, 11)
    found = (environment(0, 9), environment(0, 10), environment(1, 11), environment(1, 12), here, environment(2, 12))
    assert line_through(Matrix((ROW,), found), here) == (found[1], found[2], here)


def test_one_line_per_lane_and_per_python_if_a_release_has_several() -> None:
    """A lane in which each release has one Python is one line, whichever Pythons these are."""
    found = columns(
        [environment(0, 10), environment(1, 11), environment(1, 11, Lane.LATEST), environment(1, 12, Lane.LATEST)]
    )
    assert [(each.lane, str(each.python or ""), len(each.environments)) for each in lines(found)] == [
        (Lane.AS_RELEASED, "", 2),
        (Lane.LATEST, "3.11", 1),
        (Lane.LATEST, "3.12", 1),
    ]


@pytest.mark.parametrize(
    ("told", "here", "turn"), [("..FF.", 2, (1, 2)), ("..FF.", 3, (3, 4)), ("..FFFFF", 6, (1, 2)), ("...", 1, None)]
)
def test_nearest_transition(told: str, here: int, turn: tuple[int, int] | None) -> None:
    """Out of it, into it, or next to it; of two equally near, the later one."""
    matrix = row(told)
    found = nearest_transition(matrix, ROW, matrix.environments[here])
    places = {each.key: place for place, each in enumerate(matrix.environments)}
    assert (found and (places[found.before.key], places[found.after.key])) == turn


def test_environment_outside_the_matrix_has_no_neighbours() -> None:
    """An older lock of the same label is no longer a column, but still has a page."""
    matrix = row("..F")
    other = Environment("old", Release.parse("2025.2.0"), Python(3, 11), Lane.AS_RELEASED, "linux", NOW)
    assert opposite(matrix, ROW, other) is None
    assert nearest_transition(matrix, ROW, other) is None
