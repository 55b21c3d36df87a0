"""Releases parse themselves and order as versions."""

from datetime import UTC, datetime

import pytest

from dask_matrix.domain.environments.release import InvalidRelease, Release, UnknownRelease, backports, find, nearest

KNOWN = [Release.parse(text) for text in ("2024.12.1", "2025.1.0", "2025.2.0", "2025.3.0", "2025.10.0")]


def test_releases_order_by_version_and_not_by_text() -> None:
    """2025.9.3 comes before 2025.10.0 whatever their upload dates."""
    assert Release.parse("2025.9.3") < Release.parse("2025.10.0")


def test_a_backport_is_a_release_that_was_uploaded_after_a_higher_one() -> None:
    """Its own lateness makes no other one late; releases of one day are in order."""
    days = {"2025.1.0": 1, "2025.1.1": 9, "2025.2.0": 3, "2025.3.0": 3, "2025.3.1": 20, "2025.10.0": 19}
    uploaded = {Release.parse(text): datetime(2025, 1, day, tzinfo=UTC) for text, day in days.items()}
    assert {str(each) for each in backports(uploaded)} == {"2025.1.1", "2025.3.1"}


@pytest.mark.parametrize("text", ["", "2025.", "latest", "2025.2.0 or so", "../etc"])
def test_what_is_no_version_is_refused_by_name(text: str) -> None:
    """The message repeats what was given."""
    with pytest.raises(InvalidRelease, match="is not a release"):
        Release.parse(text)


def test_an_unknown_release_is_answered_with_its_neighbours() -> None:
    """The nearest releases on either side are named."""
    with pytest.raises(
        UnknownRelease, match=r"No release '2025.2.9'. Nearest: 2025.1.0, 2025.2.0, 2025.3.0, 2025.10.0"
    ):
        find("2025.2.9", KNOWN)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("2020.1.0", KNOWN[:4]), ("2030.1.0", KNOWN[-2:]), ("2025.1.1", KNOWN[:4])],
)
def test_nearest_gives_what_there_is_on_each_side(wanted: str, expected: list[Release]) -> None:
    """At an end of the list the other side fills up."""
    assert nearest(Release.parse(wanted), KNOWN) == expected
