"""The version of a commit: what the project would say there, computed from what of the history there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from dask_matrix.collect.git.command import GitTrouble
from dask_matrix.collect.git.version import requires_python
from tests.collect.git.origins import Origin, origins, repositories

SCM = """\
[build-system]
requires = ["setuptools>=80", "setuptools-scm>=9"]
build-backend = "setuptools.build_meta"
[project]
name = "dask"
dynamic = ["version"]
[tool.setuptools_scm]
version_file = "dask/_version.py"
version_scheme = "post-release"
"""


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


def test_a_version_counts_the_commits_since_the_tag(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """As versioneer does; at the tag it is the tag's own."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7)
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(git.pair("dask@main")) == f"2025.3.0+2.g{sha[:9]}"
    assert git.pair("dask@2025.3.0").version == Version("2025.3.0")


def test_a_version_is_spelled_as_the_tools_of_its_day_do(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """Of late the projects have their versions from setuptools-scm."""
    dask, distributed = both
    sha = dask.commit("setuptools-scm", 7, {"pyproject.toml": SCM})
    git = repositories(dask.path, distributed.path, tmp_path)
    assert git.pair("dask@main").version == Version(f"2025.3.0.post2+g{sha[:9]}")


def test_a_tag_that_is_no_version_is_passed_over(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """A repository may have tags for other ends."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7, tag="nightly")
    assert str(repositories(dask.path, distributed.path, tmp_path).pair("main")) == f"2025.3.0+2.g{sha[:9]}"


@pytest.mark.parametrize("tag", ["2024-experiment", "2025.3.x", "2025-03-weekly"])
def test_a_tag_that_only_begins_as_a_version_is_passed_over(
    both: tuple[Origin, Origin], tmp_path: Path, tag: str
) -> None:
    """The tag before it counts; without any there is no count, and nothing is said to be cut off."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7, tag=tag)
    assert str(repositories(dask.path, distributed.path, tmp_path).pair("main")) == f"2025.3.0+2.g{sha[:9]}"
    dask.git("tag", "--delete", "2025.3.0")
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(git.pair("dask@main+distributed@2025.3.0")) == f"2025.3.0+g{sha[:9]}"
    assert "does not have the tag behind" in git.notes[0]


def test_a_tag_that_nothing_can_be_counted_from_is_named(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """With the repository; it is no mistake of ours."""
    dask, distributed = both
    dask.commit("second of dask", 7, tag="2025.3.1+local")
    dask.commit("third of dask", 8)
    with pytest.raises(GitTrouble, match=r"tag 2025\.3\.1\+local behind .* of dask"):
        repositories(dask.path, distributed.path, tmp_path).pair("main")


@pytest.mark.parametrize("how", [["--filter=blob:none"], ["--depth=2", "--branch=main"]])
def test_a_version_is_right_in_a_shallow_or_partial_clone(
    both: tuple[Origin, Origin], tmp_path: Path, how: list[str]
) -> None:
    """As long as the tag is in it."""
    dask, distributed = both
    sha = dask.commits["first of dask"]
    git = repositories(dask.clone(tmp_path / "clone", *how), distributed.path, tmp_path)
    assert str(git.pair("main")) == f"2025.3.0+1.g{sha[:9]}"
    assert not git.notes


def test_where_the_tag_is_cut_off_a_version_has_no_count(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """The release before is known from what the commit requires of the other project; a count would be made up."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7)
    git = repositories(dask.clone(tmp_path / "shallow", "--depth=1"), distributed.path, tmp_path)
    found = git.pair("main")
    assert str(found) == f"2025.3.0+g{sha[:9]}"
    assert Version("2025.3.0") < found.version < Version("2025.3.1")
    assert "cut off" in git.notes[0]


def test_a_tag_from_beyond_a_merge_is_not_counted_from_where_history_is_cut(
    both: tuple[Origin, Origin], tmp_path: Path
) -> None:
    """Part of the commits since the tag may be missing though the tag is there."""
    dask, distributed = both
    dask.git("checkout", "--quiet", "-b", "topic", "2025.3.0")
    for number in range(3):
        dask.commit(f"topic {number}", 6 + number, {f"topic{number}.txt": ""})
    dask.git("checkout", "--quiet", "main")
    dask.git("merge", "--quiet", "--no-ff", "topic", "-m", "merge")
    git = repositories(dask.clone(tmp_path / "shallow", "--depth=3"), distributed.path, tmp_path)
    assert str(git.pair("dask@main")).startswith("2025.3.0+g")


def test_the_pythons_of_a_commit_are_what_its_metadata_say(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """In pyproject.toml today, in setup.py some years ago."""
    dask, distributed = both
    (dask.path / "pyproject.toml").unlink()
    old = dask.commit("of old", 7, {"setup.py": 'setup(name="dask", python_requires=">=3.8")'})
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(requires_python(git.dask, old)) == ">=3.8"
    assert str(requires_python(git.distributed, distributed.commits["first of distributed"])) == ">=3.10"
