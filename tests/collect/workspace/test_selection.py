"""Environments are selected from sets and command-line options."""

from datetime import UTC, datetime

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.collect.index.index import IndexedRelease
from dask_matrix.collect.scenario_set.config import Config
from dask_matrix.collect.workspace.selection import choose_python, select
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release, UnknownRelease


def indexed(text: str, *, yanked: bool = False, requires: str = ">=3.9", day: str = "2025-02-13") -> IndexedRelease:
    """Return a release of the index."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return IndexedRelease(Release.parse(text), moment, SpecifierSet(requires), yanked)


RELEASES = {
    each.release: each
    for each in (
        indexed("2024.8.0"),
        indexed("2024.11.0", yanked=True),
        indexed("2025.2.0"),
        indexed("2025.3.0rc1"),
        indexed("2025.3.0"),
        indexed("2026.1.0"),
    )
}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([">=2024.8"], ["2024.8.0", "2025.2.0", "2025.3.0", "2026.1.0"]),
        (["latest:2"], ["2025.3.0", "2026.1.0"]),
        (["latest"], ["2026.1.0"]),
        (["latest:99"], ["2024.8.0", "2025.2.0", "2025.3.0", "2026.1.0"]),
        (["2024.11.0"], ["2024.11.0"]),
        (["2025.3.0rc1", "latest:1"], ["2025.3.0rc1", "2026.1.0"]),
        (["<2025", "2024.8.0"], ["2024.8.0"]),
        ([">=2030"], []),
    ],
)
def test_selectors_match_stable_releases_and_any_named_one(selectors: list[str], expected: list[str]) -> None:
    """Once each, in order of version."""
    assert [str(each.release) for each in select(selectors, RELEASES)] == expected


def test_a_named_release_that_does_not_exist_raises_with_the_nearest_ones() -> None:
    """It is not ignored."""
    with pytest.raises(UnknownRelease, match=r"Nearest: .*2025\.2\.0, 2025\.3\.0"):
        select(["2025.2.9"], RELEASES)


CONFIG = Config.model_validate({
    "pythons": ["3.9", "3.10", "3.11"], "fallback-pythons": ["3.13", "3.12"], "sets": {"all": {"releases": ["latest:1"]}}
})  # fmt: skip
WHEELS = {
    "numpy": {Python(3, minor): datetime(2013 + minor, 6, 1, tzinfo=UTC) for minor in range(9, 14)},
    "pandas": {Python(3, minor): datetime(2013 + minor, 9, 1, tzinfo=UTC) for minor in range(9, 14)},
}


@pytest.mark.parametrize(
    ("release", "installed", "expected"),
    [
        (indexed("2025.2.0"), {9, 10, 11, 12}, "3.11"),
        (indexed("2023.9.0", day="2023-09-10"), {9, 10, 11, 12}, "3.10"),
        (indexed("2025.2.0", requires=">=3.9,<3.11"), {9, 10, 11}, "3.10"),
        (indexed("2025.2.0"), {9}, "3.9"),
        (indexed("2026.8.0", day="2026-10-01"), {12, 13}, "3.12"),
        (indexed("2026.8.0", day="2026-10-01"), {13}, "3.13"),
        (indexed("2025.2.0"), set(), "3.11"),
        (indexed("2025.2.0"), {13}, "3.11"),
    ],
)
def test_the_python_is_the_newest_configured_one_that_release_wheels_and_machine_have(
    release: IndexedRelease, installed: set[int], expected: str
) -> None:
    """Fallbacks are used only if no configured one is installed; if nothing fits, the newest supported one is returned.

    In this table Python 3.N has its last wheel in September of 2013 + N.
    """
    assert str(choose_python(release, CONFIG, WHEELS, lambda python: python.minor in installed)) == expected
