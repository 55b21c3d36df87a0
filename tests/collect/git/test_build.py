"""Wheels of commits are built once, with the version of the commit, also from several threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from dask_matrix.collect.git.repository import MissingObject
from dask_matrix.collect.git.wheels import BuildRefused, WheelCache
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
def wheel_cache(both: tuple[Origin, Origin], tmp_path: Path) -> WheelCache:
    """Return an empty wheel cache."""
    git = repositories(both[0].path, both[1].path, tmp_path)
    return WheelCache(git, tmp_path / "wheels", index_settings())


def break_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every call of uv fail."""
    monkeypatch.setattr(uv, "find_uv_bin", lambda: "/bin/false")


def test_a_wheel_carries_the_version_of_its_commit(both: tuple[Origin, Origin], wheel_cache: WheelCache) -> None:
    """In its file name and in the package."""
    sha = both[0].commits["first of dask"]
    wheel = wheel_cache.wheel("dask", Commit(sha, at(5)), HERE)
    assert wheel.name == f"dask-2025.3.0+1.g{sha[:9]}-py3-none-any.whl"
    assert f'"version": "2025.3.0+1.g{sha[:9]}"' in ZipFile(wheel).read("dask/_version.py").decode()


def test_a_wheel_of_setuptools_scm_carries_the_version_of_its_commit(
    both: tuple[Origin, Origin], wheel_cache: WheelCache
) -> None:
    """It is passed to the build, which cannot see the tag."""
    sha = both[0].commit("setuptools-scm", 24 * 365, {"pyproject.toml": SCM, "setup.py": PLAIN})
    wheel = wheel_cache.wheel("dask", Commit(sha, at(24 * 365)), HERE)
    assert wheel.name == f"dask-2025.3.0.post2+g{sha[:9]}-py3-none-any.whl"
    assert f"'g{sha[:9]}'" in ZipFile(wheel).read("dask/_version.py").decode()


def test_a_commit_never_builds_twice(
    both: tuple[Origin, Origin], wheel_cache: WheelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second call returns the same file without uv; no other files are left."""
    commit = Commit(both[1].commits["first of distributed"], at(4))
    wheel = wheel_cache.wheel("distributed", commit, HERE)
    break_uv(monkeypatch)
    assert wheel_cache.wheel("distributed", commit, HERE) == wheel
    assert {path.name for path in wheel.parent.parent.iterdir()} == {commit.sha, f"{commit.sha}.lock"}


def test_commits_build_concurrently_in_separate_checkouts(both: tuple[Origin, Origin], wheel_cache: WheelCache) -> None:
    """The same commit twice and others: each wheel has the files of its commit."""
    shas = [both[0].commit(f"number {n}", 6 + n, {"dask/number.py": str(n)}) for n in range(2)]
    requested = [Commit(sha, at(6 + n)) for n, sha in enumerate(shas)] * 2
    with ThreadPoolExecutor(len(requested)) as pool:
        wheels = list(pool.map(lambda commit: wheel_cache.wheel("dask", commit, HERE), requested))
    assert [ZipFile(wheel).read("dask/number.py") for wheel in wheels] == [b"0", b"1"] * 2
    assert wheels[:2] == wheels[2:]


def test_a_commit_that_does_not_build_is_refused_with_the_output_of_its_build(
    both: tuple[Origin, Origin], wheel_cache: WheelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All output is cached, even if it looks like a network error; it is built again only on request."""
    sha = both[0].commit("broken", 6, {"setup.py": "raise RuntimeError('connection timed out')"})
    commit = Commit(sha, at(6))
    with pytest.raises(BuildRefused, match="RuntimeError: connection timed out"):
        wheel_cache.wheel("dask", commit, HERE)
    break_uv(monkeypatch)
    with pytest.raises(BuildRefused, match="RuntimeError: connection timed out"):
        wheel_cache.wheel("dask", commit, HERE)
    with pytest.raises(uv.UvFailed):
        replace(wheel_cache, retry_refused=True).wheel("dask", commit, HERE)


def test_an_unreachable_index_is_not_a_refusal_of_the_commit(
    both: tuple[Origin, Origin], wheel_cache: WheelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is cached."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(uv.UvFailed):
        wheel_cache.wheel("dask", Commit(both[0].commits["first of dask"], at(5)), HERE)
    assert not list(wheel_cache.folder.rglob("refused*"))


def test_a_wheel_of_another_version_is_refused(both: tuple[Origin, Origin], wheel_cache: WheelCache) -> None:
    """A wheel is checked against the tags of its repository."""
    fixed = (both[0].path / "pyproject.toml").read_text().replace('dynamic = ["version"]', 'version = "1.0"')
    sha = both[0].commit("fixed version", 6, {"pyproject.toml": fixed, "setup.py": PLAIN})
    with pytest.raises(BuildRefused, match=r"has version 1\.0; the tags of its repository give 2025\.3\.0\+2"):
        wheel_cache.wheel("dask", Commit(sha, at(6)), HERE)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "Failed to build|the build made 0"),
        (("a-1-py3-none-any.whl", "b-1-py3-none-any.whl"), "the build made 2: a-1-.*, b-1-"),
    ],
)
def test_a_build_that_does_not_make_one_wheel_is_refused(
    both: tuple[Origin, Origin], wheel_cache: WheelCache, names: tuple[str, ...], message: str
) -> None:
    """Whatever the backend claims."""
    backend = (
        "import pathlib\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    for name in {names!r}: pathlib.Path(folder, name).write_bytes(b'')\n"
        f"    return {(names or ('none-1-py3-none-any.whl',))[0]!r}\n"
    )
    toml = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n[project]\nname = "dask"\nversion = "1"\n'
    sha = both[0].commit("its own backend", 6, {"pyproject.toml": toml, "own.py": backend})
    with pytest.raises(BuildRefused, match=message):
        wheel_cache.wheel("dask", Commit(sha, at(6)), HERE)


def test_a_commit_builds_from_a_partial_clone_that_has_its_files(both: tuple[Origin, Origin], tmp_path: Path) -> None:
    """If files are missing, the error names the repository and the commit."""
    dask, distributed = both
    clone = dask.clone(tmp_path / "partial", "--filter=blob:none")
    dask.git(
        "--git-dir", str(clone), "archive", "main", "--output", str(tmp_path / "main.tar")
    )  # fetches what it needs
    dask.git("--git-dir", str(clone), "remote", "remove", "origin")
    git = repositories(clone, distributed.path, tmp_path)
    wheel_cache = WheelCache(git, tmp_path / "wheels", index_settings())
    assert wheel_cache.wheel("dask", Commit(dask.commits["first of dask"], at(5)), HERE).exists()
    lacking = dask.commit("more", 9, {"dask/more.py": "1"})
    dask.git("--git-dir", str(clone), "fetch", "--quiet", "--filter=blob:none", f"file://{dask.path}", "main")
    with pytest.raises(MissingObject, match=rf"dask repository {clone} lacks \d objects of {lacking[:9]}"):
        wheel_cache.wheel("dask", Commit(lacking, at(9)), HERE)


def test_a_data_folder_within_a_repository_does_not_change_what_is_built(
    both: tuple[Origin, Origin], tmp_path: Path
) -> None:
    """Build tools search parent folders for a repository and must not find that one."""
    around = Origin(tmp_path / "around", "dask")
    around.commit("a work of ours", 1, tag="9.9")
    git = repositories(both[0].path, both[1].path, tmp_path)
    wheel_cache = WheelCache(git, around.path / "data" / "wheels", index_settings())
    wheel = wheel_cache.wheel("dask", Commit(both[0].commits["first of dask"], at(5)), HERE)
    assert wheel.name.startswith("dask-2025.3.0+1.g")
