"""Resolving refs to commit pairs: a project that is not named is matched by date."""

from __future__ import annotations

from pathlib import Path

import pytest

from dask_matrix.collect.git.command import GitFailed
from dask_matrix.collect.git.commit_pairs import Repositories
from dask_matrix.collect.git.repository import MissingObject, UnknownRef
from dask_matrix.domain.environments.release import InvalidRelease, Release
from tests.collect.git.origins import Origin, at, origins, repositories


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


@pytest.fixture
def git(both: tuple[Origin, Origin], tmp_path: Path) -> Repositories:
    """Return them as repositories."""
    return repositories(both[0].path, both[1].path, tmp_path)


def shas(release: Release) -> tuple[str, str]:
    """Return the two SHAs of a pair."""
    assert release.pair
    return release.pair.dask.sha, release.pair.distributed.sha


def test_main_is_the_newest_commit_of_each_repository(both: tuple[Origin, Origin], git: Repositories) -> None:
    """Also where one of them is later than the other."""
    found = git.pair("main")
    assert shas(found) == (both[0].commits["first of dask"], both[1].commits["first of distributed"])
    assert found.pair
    assert found.pair.is_main
    assert found.pair.at == at(5)


def test_the_unnamed_project_is_its_newest_commit_that_is_not_later(
    both: tuple[Origin, Origin], git: Repositories
) -> None:
    """Distributed's of 4 h goes with dask's of 0 h: dask's next one came at 5 h."""
    dask, distributed = both
    assert (
        shas(git.pair(f"distributed@{distributed.commits['first of distributed']}"))[0]
        == dask.commits["Version 2025.3.0"]
    )
    assert shas(git.pair(dask.commits["first of dask"][:9]))[1] == distributed.commits["first of distributed"]
    assert shas(git.pair("dask@2025.3.0")) == (
        dask.commits["Version 2025.3.0"],
        distributed.commits["Version 2025.3.0"],
    )


def test_only_the_first_parent_line_is_followed(both: tuple[Origin, Origin], git: Repositories) -> None:
    """A commit merged from a topic branch was never the tip of the branch."""
    dask, distributed = both
    distributed.git("checkout", "--quiet", "-b", "topic", "2025.3.0")
    distributed.commit("on a topic", 4.5, {"topic.txt": ""})
    distributed.git("checkout", "--quiet", "main")
    late = at(9).isoformat()
    distributed.git(
        "merge", "--quiet", "--no-ff", "topic", "-m", "merge", GIT_AUTHOR_DATE=late, GIT_COMMITTER_DATE=late
    )
    assert shas(git.pair(dask.commits["first of dask"]))[1] == distributed.commits["first of distributed"]


def test_a_branch_of_the_same_name_is_preferred(both: tuple[Origin, Origin], git: Repositories) -> None:
    """Backports are made on branches of both repositories."""
    dask, distributed = both
    for each in both:
        each.git("checkout", "--quiet", "-b", "backport", "2025.3.0")
        each.commit("backported", 8)
    dask.git("checkout", "--quiet", "-b", "alone", "2025.3.0")
    dask.commit("alone", 8)
    assert shas(git.pair("dask@backport"))[1] == distributed.commits["backported"]
    assert shas(git.pair("dask@alone"))[1] == distributed.commits["first of distributed"]


def test_both_projects_can_be_named_in_either_order(both: tuple[Origin, Origin], git: Repositories) -> None:
    """Branches, tags and commits alike, in any mixture."""
    dask, distributed = both
    expected = (dask.commits["first of dask"], distributed.commits["Version 2025.3.0"])
    assert shas(git.pair("dask@main+distributed@2025.3.0")) == expected
    assert shas(git.pair(f"distributed@2025.3.0+dask@{expected[0][:7]}")) == expected


def test_a_branch_is_preferred_over_a_tag_of_the_same_name(both: tuple[Origin, Origin], git: Repositories) -> None:
    """``main`` means the moving one."""
    both[0].git("tag", "main", "2025.3.0")
    assert shas(git.pair("main"))[0] == both[0].commits["first of dask"]


def test_other_refs_are_resolved_by_full_name(both: tuple[Origin, Origin], git: Repositories) -> None:
    """Such as the head of a pull request."""
    both[0].git("update-ref", "refs/pull/7/head", "2025.3.0")
    assert shas(git.pair("dask@pull/7/head")) == shas(git.pair("dask@refs/pull/7/head"))


def test_the_first_parent_line_is_listed_oldest_first(both: tuple[Origin, Origin], git: Repositories) -> None:
    """The start is excluded, the end included."""
    dask = both[0]
    dask.commit("second of dask", 7)
    line = git.dask.first_parent_line(dask.commits["Version 2025.3.0"], git.dask.resolve("main"))
    assert [each.subject for each in line] == ["first of dask", "second of dask"]
    assert [each.at for each in line] == [at(5), at(7)]
    assert line[0].commit.sha == dask.commits["first of dask"]


@pytest.mark.parametrize("between", ["\u2028", "\x85", "\f", "\v", "\x1e", "\x1f", "\r"])
def test_a_subject_may_have_any_characters_in_it(both: tuple[Origin, Origin], git: Repositories, between: str) -> None:
    """None of them ends a commit when the log is parsed."""
    dask = both[0]
    sha = dask.commit(f"one{between}two", 7, {"notes.txt": "more"})
    line = git.dask.first_parent_line(dask.commits["Version 2025.3.0"], git.dask.resolve("main"))
    assert [(each.sha, each.subject) for each in line][1:] == [(sha, "one two")]


@pytest.mark.parametrize(
    ("text", "nearest"), [("dask@maim", "main"), ("dask@2025.3.9", "2025.3.0"), ("1234567", "main")]
)
def test_an_unknown_ref_names_repository_ref_and_nearest(git: Repositories, text: str, nearest: str) -> None:
    """With the repository that was searched."""
    with pytest.raises(UnknownRef) as caught:
        git.pair(text)
    assert text.removeprefix("dask@") in str(caught.value)
    assert git.dask.address in str(caught.value)
    assert nearest in str(caught.value)


def test_a_tag_that_is_not_a_commit_is_an_error_of_its_own(both: tuple[Origin, Origin], git: Repositories) -> None:
    """It is not reported as a missing object."""
    both[0].git("tag", "files", "main^{tree}")
    with pytest.raises(GitFailed, match=r"files in the dask repository .* is not a commit"):
        git.pair("dask@files")


def test_a_text_that_names_no_commit_is_refused(git: Repositories) -> None:
    """It is never passed to git as an option."""
    for text in ("mian", "dask@--all", "dask@", "pandas@main"):
        with pytest.raises(InvalidRelease, match="dask@REF"):
            git.pair(text)


def test_a_missing_object_is_named_with_its_repository(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """A shallow clone may have a tag but not its commit."""
    dask, distributed = both
    shallow = dask.clone(tmp_path / "shallow", "--depth=1")
    with (shallow / "packed-refs").open("a") as file:
        file.write(f"{dask.commits['Version 2025.3.0']} refs/tags/2025.3.0\n")
    git = repositories(shallow, distributed.path, tmp_path)
    with pytest.raises(MissingObject) as caught:
        git.pair("dask@2025.3.0")
    assert dask.commits["Version 2025.3.0"][:9] in str(caught.value)
    assert str(shallow) in str(caught.value)


def test_nothing_is_paired_across_the_end_of_a_shallow_history(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """The right commit may be beyond it."""
    dask, distributed = both
    git = repositories(dask.path, distributed.clone(tmp_path / "shallow", "--depth=1"), tmp_path)
    with pytest.raises(MissingObject, match="lacks commits of main as early as 2025-04-01"):
        git.pair("dask@2025.3.0")


def test_no_line_is_listed_across_the_end_of_a_shallow_history(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """An incomplete list would look complete."""
    dask, distributed = both
    dask.commit("second of dask", 7)
    shallow = dask.clone(tmp_path / "shallow", "--depth=1")
    git = repositories(shallow, distributed.path, tmp_path)
    with pytest.raises(MissingObject, match="lacks"):
        git.dask.first_parent_line(dask.commits["Version 2025.3.0"], git.dask.resolve("main"))


@pytest.mark.parametrize("form", ["{}", "file://{}", "{}/.git"])
def test_a_local_repository_is_read_in_place(both: tuple[Origin, Origin], tmp_path: Path, form: str) -> None:
    """By path or file:// address, bare or not; no mirror is made."""
    git = repositories(form.format(both[0].path), form.format(both[1].path), tmp_path)
    assert git.pair("main").pair
    assert not (tmp_path / "mirrors").exists()


def test_a_linked_work_tree_is_accepted(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """Its .git is a file that points to the repository."""
    both[0].git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    git = repositories(tmp_path / "tree", both[1].path, tmp_path)
    assert shas(git.pair("main"))[0] == both[0].commits["first of dask"]


def test_a_folder_that_is_not_a_repository_is_refused(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """Even inside another repository, which was not named."""
    inside = both[0].path / "inside"
    inside.mkdir()
    with pytest.raises(GitFailed, match="No git repository of dask"):
        repositories(inside, both[1].path, tmp_path).pair("main")
