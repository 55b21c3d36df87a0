"""The version of a commit is the one that the project itself would compute."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from dask_matrix.collect.git.command import GitFailed
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
    """As in versioneer; at the tag it is the tag's own."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7)
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(git.pair("dask@main")) == f"2025.3.0+2.g{sha[:9]}"
    assert git.pair("dask@2025.3.0").version == Version("2025.3.0")


def test_a_version_is_formatted_like_setuptools_scm_where_it_is_used(
    both: tuple[Origin, Origin], tmp_path: Path
) -> None:
    """Recent commits use it."""
    dask, distributed = both
    sha = dask.commit("setuptools-scm", 7, {"pyproject.toml": SCM})
    git = repositories(dask.path, distributed.path, tmp_path)
    assert git.pair("dask@main").version == Version(f"2025.3.0.post2+g{sha[:9]}")


def test_a_tag_that_is_not_a_version_is_skipped(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """A repository may have other tags."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7, tag="nightly")
    assert str(repositories(dask.path, distributed.path, tmp_path).pair("main")) == f"2025.3.0+2.g{sha[:9]}"


@pytest.mark.parametrize("tag", ["2024-experiment", "2025.3.x", "2025-03-weekly"])
def test_a_tag_that_only_begins_like_a_version_is_skipped(
    both: tuple[Origin, Origin], tmp_path: Path, tag: str
) -> None:
    """The tag before it is used; without one there is no count, and the note does not blame a shallow clone."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7, tag=tag)
    assert str(repositories(dask.path, distributed.path, tmp_path).pair("main")) == f"2025.3.0+2.g{sha[:9]}"
    dask.git("tag", "--delete", "2025.3.0")
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(git.pair("dask@main+distributed@2025.3.0")) == f"2025.3.0+g{sha[:9]}"
    assert f"No version tag before {sha[:9]} in the dask repository {dask.path}: " in git.notes[0]


def test_a_tag_that_is_not_a_release_is_named(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """With its repository."""
    dask, distributed = both
    dask.commit("second of dask", 7, tag="2025.3.1+local")
    dask.commit("third of dask", 8)
    with pytest.raises(GitFailed, match=r"in the dask repository .*, 2025\.3\.1\+local, is not a release"):
        repositories(dask.path, distributed.path, tmp_path).pair("main")


@pytest.mark.parametrize("options", [["--filter=blob:none"], ["--depth=2", "--branch=main"]])
def test_a_version_is_right_in_a_shallow_or_partial_clone(
    both: tuple[Origin, Origin], tmp_path: Path, options: list[str]
) -> None:
    """As long as it has the tag."""
    dask, distributed = both
    sha = dask.commits["first of dask"]
    git = repositories(dask.clone(tmp_path / "clone", *options), distributed.path, tmp_path)
    assert str(git.pair("main")) == f"2025.3.0+1.g{sha[:9]}"
    assert not git.notes


def test_without_the_tag_in_a_shallow_clone_a_version_has_no_count(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """The release comes from the commit's requirement on the other project; the count is unknown."""
    dask, distributed = both
    sha = dask.commit("second of dask", 7)
    git = repositories(dask.clone(tmp_path / "shallow", "--depth=1"), distributed.path, tmp_path)
    found = git.pair("main")
    assert str(found) == f"2025.3.0+g{sha[:9]}"
    assert Version("2025.3.0") < found.version < Version("2025.3.1")
    assert ", a shallow clone: its version has no commit count" in git.notes[0]


def test_a_tag_from_beyond_a_merge_is_not_used_in_a_shallow_clone(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """The tag may be present while commits since then are missing."""
    dask, distributed = both
    dask.git("checkout", "--quiet", "-b", "topic", "2025.3.0")
    for number in range(3):
        dask.commit(f"topic {number}", 6 + number, {f"topic{number}.txt": ""})
    dask.git("checkout", "--quiet", "main")
    dask.git("merge", "--quiet", "--no-ff", "topic", "-m", "merge")
    git = repositories(dask.clone(tmp_path / "shallow", "--depth=3"), distributed.path, tmp_path)
    assert str(git.pair("dask@main")).startswith("2025.3.0+g")


def test_the_pythons_of_a_commit_come_from_its_metadata(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """In pyproject.toml today, in setup.py some years ago."""
    dask, distributed = both
    (dask.path / "pyproject.toml").unlink()
    old = dask.commit("of old", 7, {"setup.py": 'setup(name="dask", python_requires=">=3.8")'})
    git = repositories(dask.path, distributed.path, tmp_path)
    assert str(requires_python(git.dask, old)) == ">=3.8"
    assert str(requires_python(git.distributed, distributed.commits["first of distributed"])) == ">=3.10"
