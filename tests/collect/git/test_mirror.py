"""The copy of a repository that is elsewhere: all commits, few files, and what was fetched before where nobody answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dask_matrix.collect.git.command import GitTrouble
from dask_matrix.collect.git.commit_pairs import Repositories
from dask_matrix.collect.git.mirror import local_path
from dask_matrix.collect.git.repository import MissingObject, UnknownRef
from tests.collect.git.origins import Origin, origins, repositories


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


@pytest.fixture
def away(both: tuple[Origin, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return addresses under which the two answer as if they were on another machine."""
    for each in both:
        each.git("config", "uploadpack.allowFilter", "true")
        each.git("config", "uploadpack.allowAnySHA1InWant", "true")
    program = tmp_path / "ssh"
    program.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return f"ssh://elsewhere{both[0].path}", f"elsewhere:{both[1].path}"


def gone(both: tuple[Origin, Origin]) -> None:
    """Let nobody answer any more."""
    for each in both:
        each.path.rename(each.path.with_name(f"{each.project}-gone"))


def test_a_mirror_has_all_commits_and_no_file_that_was_not_needed(
    both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path
) -> None:
    """Refs, versions and lines need commits alone."""
    git = repositories(*away, tmp_path)
    assert str(git.pair("main")).startswith("2025.3.0+1.g")
    sha = both[0].commits["Version 2025.3.0"]
    assert git.dask.missing(sha)
    git.dask.checkout(sha, tmp_path / "tree")
    assert (tmp_path / "tree" / "setup.py").read_text() == (both[0].path / "setup.py").read_text()
    assert not git.dask.missing(sha)


def test_main_is_resolved_again_each_time(both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path) -> None:
    """What it was yesterday is a commit of its history."""
    before = repositories(*away, tmp_path).pair("main")
    sha = both[0].commit("second of dask", 7)
    after = repositories(*away, tmp_path).pair("main")
    assert before != after
    assert after.pair
    assert after.pair.dask.sha == sha


def test_what_no_branch_leads_to_is_fetched_by_name(
    both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path
) -> None:
    """A pull request's head by its ref, a commit of it by its 40 digits."""
    dask = both[0]
    dask.git("checkout", "--quiet", "--detach")
    heads = [dask.commit(f"pulled {number}", 8 + number) for number in range(2)]
    dask.git("update-ref", "refs/pull/7/head", heads[1])
    dask.git("checkout", "--quiet", "main")
    git = repositories(*away, tmp_path)
    found = [git.pair(text).pair for text in (f"dask@{heads[0]}", "dask@pull/7/head")]
    assert [pair.dask.sha for pair in found if pair] == heads
    with pytest.raises(UnknownRef):
        git.pair("dask@pull/8/head")


def test_where_nobody_answers_what_was_fetched_before_is_used_and_that_is_said(
    both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path
) -> None:
    """The note names the repository."""
    before = repositories(*away, tmp_path)
    known = before.pair("main")
    gone(both)
    after = repositories(*away, tmp_path)
    assert after.pair("main") == known
    assert sorted(note.partition(" of ")[0] for note in after.notes) == [
        f"The repository {each}" for each in sorted(away)
    ]
    with pytest.raises(MissingObject, match=r"lacks \d+ objects"):
        after.dask.checkout(both[0].commits["Version 2025.3.0"], tmp_path / "tree")


def test_a_repository_that_was_never_reached_is_clear_trouble(
    both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path
) -> None:
    """It says which one, and what to do."""
    gone(both)
    with pytest.raises(GitTrouble, match=r"ssh://elsewhere.* of dask can't be used: (.|\n)*matrix\.toml"):
        repositories(*away, tmp_path).pair("main")


def test_nobody_is_asked_where_what_is_kept_must_do(
    both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path
) -> None:
    """Sessions are listed from what is known."""
    with pytest.raises(GitTrouble, match="nothing of it was fetched yet"):
        repositories(*away, tmp_path, asks=False).pair("main")
    known = repositories(*away, tmp_path).pair("main")
    both[0].commit("second of dask", 7)
    assert repositories(*away, tmp_path, asks=False).pair("main") == known


def test_several_may_use_a_mirror_at_once(both: tuple[Origin, Origin], away: tuple[str, str], tmp_path: Path) -> None:
    """Each makes it, updates it and takes files out of it as if it were alone."""
    sha = both[0].commits["Version 2025.3.0"]

    def use(number: int) -> str:
        git = repositories(*away, tmp_path)
        git.dask.update()
        git.dask.checkout(sha, tmp_path / f"tree {number}")
        return (tmp_path / f"tree {number}" / "setup.py").read_text()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(use, range(4))) == {(both[0].path / "setup.py").read_text()}


@pytest.mark.parametrize("address", ["https://github.com/dask/dask", "git@github.com:dask/dask", "ssh://host/dask"])
def test_what_is_elsewhere_is_no_path(address: str) -> None:
    """Of all that git understands only paths and file:// are on this machine."""
    assert local_path(address) is None


@pytest.mark.parametrize(("address", "path"), [("/a/b", "/a/b"), ("file:///a/b%20c", "/a/b c"), ("./a:b", "a:b")])
def test_what_is_on_this_machine_is_a_path(address: str, path: str) -> None:
    """Spaces and colons too."""
    assert local_path(address) == Path(path)


def test_the_caller_s_own_repository_is_left_alone(
    both: tuple[Origin, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of another repository may have started us, which names that one in variables."""
    monkeypatch.setenv("GIT_DIR", str(both[1].path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    git: Repositories = repositories(both[0].path, both[1].path, tmp_path)
    git.dask.checkout(both[0].commits["first of dask"], tmp_path / "tree")
    assert (tmp_path / "tree" / "notes.txt").read_text() == "first of dask"
    assert not (tmp_path / "index").exists()
