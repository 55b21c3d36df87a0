"""Mirrors of remote repositories: all commits, few files, usable without the remote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dask_matrix.collect.git.command import GitFailed
from dask_matrix.collect.git.commit_pairs import Repositories
from dask_matrix.collect.git.mirror import local_path
from dask_matrix.collect.git.repository import MissingObject, UnknownRef
from tests.collect.git.origins import Origin, origins, repositories


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


@pytest.fixture
def remote(both: tuple[Origin, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return addresses that reach the two repositories as if on another machine."""
    for each in both:
        each.git("config", "uploadpack.allowFilter", "true")
        each.git("config", "uploadpack.allowAnySHA1InWant", "true")
    program = tmp_path / "ssh"
    program.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return f"ssh://elsewhere{both[0].path}", f"elsewhere:{both[1].path}"


def take_offline(both: tuple[Origin, Origin]) -> None:
    """Make the repositories unreachable."""
    for each in both:
        each.path.rename(each.path.with_name(f"{each.project}-gone"))


def test_a_mirror_has_all_commits_but_only_needed_files(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """Resolving refs, versions and histories needs only commits."""
    git = repositories(*remote, tmp_path)
    assert str(git.pair("main")).startswith("2025.3.0+1.g")
    sha = both[0].commits["Version 2025.3.0"]
    assert git.dask.missing_objects(sha)
    git.dask.checkout(sha, tmp_path / "tree")
    assert (tmp_path / "tree" / "setup.py").read_text() == (both[0].path / "setup.py").read_text()
    assert not git.dask.missing_objects(sha)


def test_main_is_resolved_again_each_time(both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path) -> None:
    """It may have moved since."""
    before = repositories(*remote, tmp_path).pair("main")
    sha = both[0].commit("second of dask", 7)
    after = repositories(*remote, tmp_path).pair("main")
    assert before != after
    assert after.pair
    assert after.pair.dask.sha == sha


def test_a_commit_on_no_branch_is_fetched_by_name(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """The head of a pull request by its ref, a commit of it by its full SHA."""
    dask = both[0]
    dask.git("checkout", "--quiet", "--detach")
    heads = [dask.commit(f"pulled {number}", 8 + number) for number in range(2)]
    dask.git("update-ref", "refs/pull/7/head", heads[1])
    dask.git("checkout", "--quiet", "main")
    git = repositories(*remote, tmp_path)
    found = [git.pair(text).pair for text in (f"dask@{heads[0]}", "dask@pull/7/head")]
    assert [pair.dask.sha for pair in found if pair] == heads
    with pytest.raises(UnknownRef):
        git.pair("dask@pull/8/head")


def test_an_unreachable_remote_falls_back_to_earlier_fetches_with_a_note(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """The note names the repository."""
    before = repositories(*remote, tmp_path)
    known = before.pair("main")
    take_offline(both)
    after = repositories(*remote, tmp_path)
    assert after.pair("main") == known
    assert sorted(note.partition(";")[0] for note in after.notes) == [
        f"Cannot reach the {project} repository {each}"
        for project, each in zip(("dask", "distributed"), remote, strict=True)
    ]
    with pytest.raises(MissingObject, match=r"lacks \d+ objects"):
        after.dask.checkout(both[0].commits["Version 2025.3.0"], tmp_path / "tree")


def test_a_repository_that_was_never_reached_is_an_error(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """It names the repository and what to do."""
    take_offline(both)
    with pytest.raises(GitFailed, match=r"Cannot use the dask repository ssh://elsewhere.*: (.|\n)*matrix\.toml"):
        repositories(*remote, tmp_path).pair("main")


def test_offline_repositories_use_only_earlier_fetches(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """Listing sessions must not need the network."""
    with pytest.raises(GitFailed, match="nothing was fetched yet"):
        repositories(*remote, tmp_path, online=False).pair("main")
    known = repositories(*remote, tmp_path).pair("main")
    both[0].commit("second of dask", 7)
    assert repositories(*remote, tmp_path, online=False).pair("main") == known


def test_a_mirror_can_be_used_concurrently(
    both: tuple[Origin, Origin], remote: tuple[str, str], tmp_path: Path
) -> None:
    """Each thread creates it, updates it and checks out files."""
    sha = both[0].commits["Version 2025.3.0"]

    def use(number: int) -> str:
        git = repositories(*remote, tmp_path)
        git.dask.update()
        git.dask.checkout(sha, tmp_path / f"tree {number}")
        return (tmp_path / f"tree {number}" / "setup.py").read_text()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(use, range(4))) == {(both[0].path / "setup.py").read_text()}


@pytest.mark.parametrize("address", ["https://github.com/dask/dask", "git@github.com:dask/dask", "ssh://host/dask"])
def test_a_remote_address_is_not_a_path(address: str) -> None:
    """Only paths and file:// are local."""
    assert local_path(address) is None


@pytest.mark.parametrize(("address", "path"), [("/a/b", "/a/b"), ("file:///a/b%20c", "/a/b c"), ("./a:b", "a:b")])
def test_a_local_address_is_a_path(address: str, path: str) -> None:
    """With spaces and colons too."""
    assert local_path(address) == Path(path)


def test_the_repository_of_a_git_hook_is_left_alone(
    both: tuple[Origin, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of another repository may have started us, with its variables set."""
    monkeypatch.setenv("GIT_DIR", str(both[1].path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    git: Repositories = repositories(both[0].path, both[1].path, tmp_path)
    git.dask.checkout(both[0].commits["first of dask"], tmp_path / "tree")
    assert (tmp_path / "tree" / "notes.txt").read_text() == "first of dask"
    assert not (tmp_path / "index").exists()
