"""Merging the commits of two repositories into one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dask_matrix.domain.bisection.commit_line import merge_commits

DAY = datetime(2025, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Commit:
    """A commit on a day."""

    sha: str
    day: int

    @property
    def at(self) -> datetime:
        """Its date."""
        return DAY + timedelta(days=self.day)


def commits(letter: str, days: list[int]) -> list[Commit]:
    """Return commits named by their number."""
    return [Commit(f"{letter}{number}", day) for number, day in enumerate(days, start=1)]


def pairs(dask: list[int], distributed: list[int]) -> list[str]:
    """Return the merged line in short form."""
    line = merge_commits(("a0", "b0"), commits("a", dask), commits("b", distributed))
    return [f"{place.dask}{place.distributed}" for place in line]


def test_each_step_is_one_commit_ordered_by_date() -> None:
    """Each place has the repository and the commit of its step."""
    line = merge_commits(("a0", "b0"), commits("a", [1, 3]), commits("b", [2]))
    assert [(place.dask, place.distributed) for place in line] == [
        ("a0", "b0"),
        ("a1", "b0"),
        ("a1", "b1"),
        ("a2", "b1"),
    ]
    assert [place.repository for place in line] == ["", "dask", "distributed", "dask"]
    assert [place.commit.sha for place in line if place.commit] == ["a1", "b1", "a2"]


def test_at_equal_dates_dask_comes_first() -> None:
    """So that the line is deterministic."""
    assert pairs([1], [1]) == ["a0b0", "a1b0", "a1b1"]


def test_commit_dated_before_its_parent_comes_after_it() -> None:
    """First-parent order takes precedence over dates."""
    assert pairs([5, 1], [3]) == ["a0b0", "a0b1", "a1b1", "a2b1"]


def test_one_repository_may_have_no_commits() -> None:
    """The line is that of the other."""
    assert pairs([], [1, 2]) == ["a0b0", "a0b1", "a0b2"]
    assert pairs([], []) == ["a0b0"]


@settings(deadline=None)
@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_each_commit_has_one_place_and_each_repository_keeps_its_order(dask: list[int], distributed: list[int]) -> None:
    """The last place is the pair of the last commits."""
    line = merge_commits(("a0", "b0"), commits("a", dask), commits("b", distributed))
    moved = [place.commit for place in line[1:]]
    assert len(line) == 1 + len(dask) + len(distributed)
    assert [each for each in moved if each and each.sha[0] == "a"] == commits("a", dask)
    assert [each for each in moved if each and each.sha[0] == "b"] == commits("b", distributed)
    assert (line[-1].dask, line[-1].distributed) == (f"a{len(dask)}", f"b{len(distributed)}")
