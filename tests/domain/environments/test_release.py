"""Parsing and order of releases."""

import pytest

from dask_matrix.domain.environments.release import InvalidRelease, Release, UnknownRelease, find, nearest

KNOWN = [Release.parse(text) for text in ("2024.12.1", "2025.1.0", "2025.2.0", "2025.3.0", "2025.10.0")]


def test_releases_are_ordered_by_version() -> None:
    """2025.9.3 comes before 2025.10.0, whatever their upload dates."""
    assert Release.parse("2025.9.3") < Release.parse("2025.10.0")


@pytest.mark.parametrize("text", ["", "2025.", "latest", "2025.2.0 or so", "../etc"])
def test_invalid_release_is_rejected(text: str) -> None:
    """The message contains the text."""
    with pytest.raises(InvalidRelease, match="is not a release"):
        Release.parse(text)


def test_unknown_release_suggests_neighbours() -> None:
    """The nearest releases on both sides."""
    with pytest.raises(
        UnknownRelease, match=r"No release '2025.2.9'. Nearest: 2025.1.0, 2025.2.0, 2025.3.0, 2025.10.0"
    ):
        find("2025.2.9", KNOWN)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("2020.1.0", KNOWN[:4]), ("2030.1.0", KNOWN[-2:]), ("2025.1.1", KNOWN[:4])],
)
def test_nearest_releases_on_both_sides(wanted: str, expected: list[Release]) -> None:
    """At an end of the list, the other side fills up."""
    assert nearest(Release.parse(wanted), KNOWN) == expected
