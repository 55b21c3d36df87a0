"""Which release each release follows, and where a commit pair stands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from dask_matrix.domain.environments.commit_pair import Commit, Pair
from dask_matrix.domain.environments.lineage import Lineage
from dask_matrix.domain.environments.release import Release

START = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAYS = {"2025.3.0": 10, "2025.3.1": 90, "2025.4.0": 20, "2025.4.1": 23, "2025.5.0": 40, "2025.5.1": 90}


def day(number: int) -> datetime:
    """Return a moment of a day."""
    return START + timedelta(days=number)


def lineage(days: dict[str, int]) -> Lineage:
    """Return the lineage of releases by the day of their upload."""
    return Lineage({Release.parse(text): day(number) for text, number in days.items()})


def commit(version: str, number: int) -> Release:
    """Return a commit pair of a day."""
    made = Commit("a" * 40, day(number))
    return Release(Version(version), Pair(made, made, "main"))


def follows(days: dict[str, int], text: str) -> str:
    """Return what a release follows."""
    return str(lineage(days).predecessor(Release.parse(text)))


def test_a_release_follows_the_highest_below_it_that_was_uploaded_no_later() -> None:
    """A backport of its line, and nothing follows a backport that was uploaded after it."""
    expected = {"2025.3.1": "2025.3.0", "2025.4.0": "2025.3.0", "2025.4.1": "2025.4.0", "2025.5.0": "2025.4.1"}
    assert {text: follows(DAYS, text) for text in expected} == expected


def test_releases_of_one_day_are_ordered_by_number() -> None:
    """Whatever the time of day."""
    moments = {Release.parse("1.0"): day(1), Release.parse("1.1"): day(1) + timedelta(hours=2)}
    latest = Release.parse("1.2")
    assert Lineage({**moments, latest: day(1)}).predecessor(latest) == Release.parse("1.1")


def test_a_release_follows_no_backport_of_an_older_line_that_was_uploaded_before_it() -> None:
    """Where the releases in between are older than that backport."""
    days = {"1.0": 1, "2.0": 10, "1.1": 20, "3.0": 30}
    assert [str(each) for each in lineage(days).ancestors(Release.parse("3.0"))] == ["2.0", "1.0"]


def test_an_untested_release_in_between_is_on_the_line_and_a_backport_is_not() -> None:
    """In order."""
    found = lineage(DAYS).between(Release.parse("2025.3.0"), Release.parse("2025.5.0"))
    assert [str(each) for each in found] == ["2025.4.0", "2025.4.1"]
    assert lineage(DAYS).between(Release.parse("2025.3.1"), Release.parse("2025.5.0")) == []


def test_a_release_of_unknown_upload_counts_by_its_number() -> None:
    """It is no backport, and what was uploaded after a higher release does not become its predecessor."""
    known = lineage({"1.0": 1, "1.1": 30, "3.0": 10}).uploaded
    found = Lineage({**known, Release.parse("2.0"): None})
    assert [str(each) for each in found.ancestors(Release.parse("3.0"))] == ["2.0", "1.0"]


def test_backports_are_uploaded_after_a_higher_release() -> None:
    """A backport does not make other releases backports; neither does an upload on the same day."""
    days = {"2025.1.0": 1, "2025.1.1": 9, "2025.2.0": 3, "2025.3.0": 3, "2025.3.1": 20, "2025.10.0": 19}
    assert {str(each) for each in lineage(days).backports} == {"2025.1.1", "2025.3.1"}


uploads = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(0, 4)).map(lambda parts: Release(Version("{}.{}".format(*parts)))),
    st.integers(0, 12).map(day),
    min_size=1,
)


@given(uploads)
def test_the_line_of_a_release_ends_and_falls_in_number_and_in_time(uploaded: dict[Release, datetime]) -> None:
    """So no release follows itself, and none follows what was uploaded after it."""
    found = Lineage(uploaded)
    for release in uploaded:
        line = [release, *found.ancestors(release)]
        assert line == sorted(set(line), reverse=True)
        moments = [uploaded[each] for each in line]
        assert moments == sorted(moments, reverse=True)


@given(uploads)
def test_each_release_follows_one_unless_all_below_it_were_uploaded_later(uploaded: dict[Release, datetime]) -> None:
    """The rule itself, written as a search; and what a release follows is no backport of its own past."""
    found = Lineage(uploaded)
    for release, moment in uploaded.items():
        below = [each for each in uploaded if each < release and uploaded[each] <= moment]
        assert found.predecessor(release) == max(below, default=None)
        assert found.descendants(release) == {release} | {each for each in uploaded if release in found.ancestors(each)}


@given(uploads)
def test_the_line_of_the_newest_release_has_all_but_the_backports(uploaded: dict[Release, datetime]) -> None:
    """One rule, seen from both sides."""
    found = Lineage(uploaded)
    newest = max(uploaded)
    assert {newest, *found.ancestors(newest)} == uploaded.keys() - found.backports


@given(uploads, st.integers(0, 12), st.booleans())
def test_a_commit_pair_stands_after_what_it_contains_and_before_what_came_later(
    uploaded: dict[Release, datetime], number: int, known: bool
) -> None:
    """Of what it does not contain, it stands after what was uploaded by its day."""
    found, base = Lineage(uploaded), min(uploaded)
    pair = commit(f"{base}.post3+gaaaaaaaaa" if known else "0+gaaaaaaaaa", number)
    for release, moment in uploaded.items():
        if moment <= pair.pair.at or (known and release == base):  # type: ignore[union-attr]
            assert found.sort_key(release) < found.sort_key(pair)
        elif release > found.sort_key(pair)[0]:
            assert found.sort_key(pair) < found.sort_key(release)


@pytest.mark.parametrize(
    ("version", "made", "follows", "standing"),
    [
        ("2025.4.0.post8+ga", 30, "2025.4.0", "commit of 2025-01-31, 10 days older than 2025.5.0; {}2025.4.0"),
        ("2025.4.1+2.ga", 39, "2025.4.1", "commit of 2025-02-09, 1 day older than 2025.5.0; {}2025.4.1"),
        ("2025.4.1+2.ga", 60, "2025.4.1", "commit of 2025-03-02, without 2025.5.0; {}2025.4.1"),
        ("0+ga", 30, "2025.4.1", "commit of 2025-01-31, 10 days older than 2025.5.0"),
        ("2025.5.0.post1+ga", 30, "2025.5.0", ""),
        ("0+ga", 60, "2025.5.0", ""),
    ],
)
def test_a_commit_pair_follows_what_it_contains(version: str, made: int, follows: str, standing: str) -> None:
    """By its history, or else by its date; where the newest release is not part of it, this is said."""
    found = lineage({each: number for each, number in DAYS.items() if each != "2025.5.1"})
    pair = commit(version, made)
    assert str(found.predecessor(pair)) == follows
    assert found.standing(pair) == standing.format("the newest release that it contains is ")
