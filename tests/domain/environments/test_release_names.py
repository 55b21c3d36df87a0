"""One door for the names of releases: versions, and ``latest``."""

import pytest

from dask_matrix.domain.environments.release import InvalidRelease, Release, UnknownRelease, find, named, newest

KNOWN = tuple(map(Release.parse, ("2025.10.0", "2025.2.0", "2026.1.0rc1")))


def test_latest_is_the_newest_known_release() -> None:
    """By version, and a pre-release only if there is nothing else."""
    assert named("latest", KNOWN) == find(" latest ", KNOWN) == Release.parse("2025.10.0")
    assert newest(KNOWN[2:]) == KNOWN[2]
    assert newest(()) is None


def test_version_is_read_whether_known_or_not() -> None:
    """Only `find` asks for a known one."""
    assert named("2025.02.0", ()) == Release.parse("2025.2.0")
    with pytest.raises(UnknownRelease, match=r"No release '2025.2.0'"):
        find("2025.2.0", ())


@pytest.mark.parametrize(("text", "known"), [("latest", ()), ("newest", KNOWN), ("", KNOWN)])
def test_nothing_else_is_a_release(text: str, known: tuple[Release, ...]) -> None:
    """Nor ``latest`` where none is known."""
    with pytest.raises((UnknownRelease, InvalidRelease)):
        named(text, known)
