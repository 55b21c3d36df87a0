"""The wheel of a commit: built once, with the version that the commit has, by as many as want it at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from dask_matrix.collect.git.repository import MissingObject
from dask_matrix.collect.git.wheels import BuildRefused, Builds
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.interpreters import Interpreter
from dask_matrix.domain.environments.commit_pair import Commit
from tests.collect.git.origins import Origin, at, origins, repositories
from tests.collect.git.test_version import SCM

PLAIN = "from setuptools import setup\nsetup()\n"
HERE = Interpreter(Path(sys.executable), "3.11.0")


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


@pytest.fixture
def builds(both: tuple[Origin, Origin], tmp_path: Path) -> Builds:
    """Return an empty folder of wheels."""
    git = repositories(both[0].path, both[1].path, tmp_path)
    return Builds(git, tmp_path / "wheels", index_settings())


def no_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv be unable to do anything."""
    monkeypatch.setattr(uv, "find_uv_bin", lambda: "/bin/false")


def test_a_wheel_carries_the_version_of_its_commit(both: tuple[Origin, Origin], builds: Builds) -> None:
    """In its name, and for the package itself to tell."""
    sha = both[0].commits["first of dask"]
    wheel = builds.wheel("dask", Commit(sha, at(5)), HERE)
    assert wheel.name == f"dask-2025.3.0+1.g{sha[:9]}-py3-none-any.whl"
    assert f'"version": "2025.3.0+1.g{sha[:9]}"' in ZipFile(wheel).read("dask/_version.py").decode()


def test_a_wheel_of_setuptools_scm_carries_the_version_of_its_commit(
    both: tuple[Origin, Origin], builds: Builds
) -> None:
    """The build tool is told what it can't see."""
    sha = both[0].commit("setuptools-scm", 24 * 365, {"pyproject.toml": SCM, "setup.py": PLAIN})
    wheel = builds.wheel("dask", Commit(sha, at(24 * 365)), HERE)
    assert wheel.name == f"dask-2025.3.0.post2+g{sha[:9]}-py3-none-any.whl"
    assert f"'g{sha[:9]}'" in ZipFile(wheel).read("dask/_version.py").decode()


def test_a_commit_never_builds_twice(
    both: tuple[Origin, Origin], builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks again gets the same file, without uv; nothing else is left behind."""
    commit = Commit(both[1].commits["first of distributed"], at(4))
    wheel = builds.wheel("distributed", commit, HERE)
    no_uv(monkeypatch)
    assert builds.wheel("distributed", commit, HERE) == wheel
    assert {path.name for path in wheel.parent.parent.iterdir()} == {commit.sha, f"{commit.sha}.lock"}


def test_commits_build_at_once_each_in_a_tree_of_its_own(both: tuple[Origin, Origin], builds: Builds) -> None:
    """Two want the same one, others want others: each wheel holds the files of its commit."""
    shas = [both[0].commit(f"number {n}", 6 + n, {"dask/number.py": str(n)}) for n in range(2)]
    wanted = [Commit(sha, at(6 + n)) for n, sha in enumerate(shas)] * 2
    with ThreadPoolExecutor(len(wanted)) as pool:
        wheels = list(pool.map(lambda commit: builds.wheel("dask", commit, HERE), wanted))
    assert [ZipFile(wheel).read("dask/number.py") for wheel in wheels] == [b"0", b"1"] * 2
    assert wheels[:2] == wheels[2:]


def test_a_commit_that_does_not_build_is_refused_in_the_words_of_its_build(
    both: tuple[Origin, Origin], builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that was said is kept, also where it reads like trouble with the network; it is tried again only on request."""
    sha = both[0].commit("broken", 6, {"setup.py": "raise RuntimeError('connection timed out')"})
    commit = Commit(sha, at(6))
    with pytest.raises(BuildRefused, match="RuntimeError: connection timed out"):
        builds.wheel("dask", commit, HERE)
    no_uv(monkeypatch)
    with pytest.raises(BuildRefused, match="RuntimeError: connection timed out"):
        builds.wheel("dask", commit, HERE)
    with pytest.raises(uv.UvTrouble):
        replace(builds, anew=True).wheel("dask", commit, HERE)


def test_an_index_that_does_not_answer_is_no_word_on_a_commit(
    both: tuple[Origin, Origin], builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept of it."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(uv.UvTrouble):
        builds.wheel("dask", Commit(both[0].commits["first of dask"], at(5)), HERE)
    assert not list(builds.folder.rglob("refused*"))


def test_a_wheel_of_another_version_is_refused(both: tuple[Origin, Origin], builds: Builds) -> None:
    """What is shown as a commit is that commit."""
    fixed = (both[0].path / "pyproject.toml").read_text().replace('dynamic = ["version"]', 'version = "1.0"')
    sha = both[0].commit("fixed version", 6, {"pyproject.toml": fixed, "setup.py": PLAIN})
    with pytest.raises(BuildRefused, match=r"says it is 1\.0; by the tags of its repository it is 2025\.3\.0\+2"):
        builds.wheel("dask", Commit(sha, at(6)), HERE)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), "Failed to build|there are 0"),
        (("a-1-py3-none-any.whl", "b-1-py3-none-any.whl"), "there are 2: a-1-.*, b-1-"),
    ],
)
def test_a_build_that_does_not_make_one_wheel_is_refused(
    both: tuple[Origin, Origin], builds: Builds, names: tuple[str, ...], told: str
) -> None:
    """Whatever a backend says it wrote."""
    backend = (
        "import pathlib\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    for name in {names!r}: pathlib.Path(folder, name).write_bytes(b'')\n"
        f"    return {(names or ('none-1-py3-none-any.whl',))[0]!r}\n"
    )
    toml = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n[project]\nname = "dask"\nversion = "1"\n'
    sha = both[0].commit("its own backend", 6, {"pyproject.toml": toml, "own.py": backend})
    with pytest.raises(BuildRefused, match=told):
        builds.wheel("dask", Commit(sha, at(6)), HERE)


def test_a_commit_whose_files_are_here_builds_though_others_are_missing(
    both: tuple[Origin, Origin], tmp_path: Path
) -> None:
    """A partial clone need not be whole; of what is missing there the repository and the commit are named."""
    dask, distributed = both
    clone = dask.clone(tmp_path / "partial", "--filter=blob:none")
    dask.git(
        "--git-dir", str(clone), "archive", "main", "--output", str(tmp_path / "main.tar")
    )  # fetches what it needs
    dask.git("--git-dir", str(clone), "remote", "remove", "origin")
    git = repositories(clone, distributed.path, tmp_path)
    builds = Builds(git, tmp_path / "wheels", index_settings())
    assert builds.wheel("dask", Commit(dask.commits["first of dask"], at(5)), HERE).exists()
    lacking = dask.commit("more", 9, {"dask/more.py": "1"})
    dask.git("--git-dir", str(clone), "fetch", "--quiet", "--filter=blob:none", f"file://{dask.path}", "main")
    with pytest.raises(MissingObject, match=rf"{clone} of dask lacks \d objects of {lacking[:9]}"):
        builds.wheel("dask", Commit(lacking, at(9)), HERE)


def test_a_data_folder_within_a_repository_does_not_change_what_is_built(
    both: tuple[Origin, Origin], tmp_path: Path
) -> None:
    """Build tools look for a repository upwards; the one around is not theirs."""
    around = Origin(tmp_path / "around", "dask")
    around.commit("a work of ours", 1, tag="9.9")
    git = repositories(both[0].path, both[1].path, tmp_path)
    builds = Builds(git, around.path / "data" / "wheels", index_settings())
    wheel = builds.wheel("dask", Commit(both[0].commits["first of dask"], at(5)), HERE)
    assert wheel.name.startswith("dask-2025.3.0+1.g")
