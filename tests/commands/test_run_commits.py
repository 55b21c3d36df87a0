"""`dask-matrix run` on commits, end to end: refs on the command line, two tiny packages named dask and distributed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.collect.environments.locks import LockCache
from dask_matrix.collect.environments.resolution import ResolvedEnvironment, resolve_environment
from dask_matrix.collect.index.index import IndexedRelease
from dask_matrix.collect.workspace.selection import select_commit_pair
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.domain.environments.commit_pair import PUBLIC
from dask_matrix.domain.environments.environment import Python
from dask_matrix.store.store import Store
from tests.collect.git.origins import Origin, origins, package
from tests.conftest import dask_matrix, write_set

HERE = Python(*sys.version_info[:2])
TOML = """\
pythons = ["{python}"]
imports = ["dask", "distributed"]
[git]
dask = "../dask"
distributed = "file://{distributed}"
[sets.all]
releases = ["main"]
"""
SET = '''\
"""Scenarios of two tiny packages."""
import dask
import distributed

def test_says_its_release(record_property):
    """Dask says what it is."""
    assert dask.__version__.startswith("2025.3.0")

def test_is_still_so():
    """Dask has no second commit yet."""
    assert not hasattr(dask, "second")
'''


@pytest.fixture
def both(tmp_path: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects."""
    return origins(tmp_path)


@pytest.fixture
def tests(both: tuple[Origin, Origin], tmp_path: Path) -> Path:
    """Return a scenario set whose matrix.toml uses both repositories."""
    toml = TOML.format(python=HERE, distributed=both[1].path)
    return write_set(tmp_path / "set", {"matrix.toml": toml, "test_tiny.py": SET})


def described(text: str, tests: Path, data: Path) -> ResolvedEnvironment:
    """Build and resolve the commit pair that a text names."""
    workspace = Workspace.of(data, tests)
    wanted = select_commit_pair(workspace.git.pair(text), workspace, HERE)
    assert isinstance(wanted.indexed, IndexedRelease)
    return resolve_environment(
        wanted, workspace.config, LockCache(workspace.places.locks, workspace.index.settings), workspace.wheel_cache
    )


def shown(data: Path, *arguments: str) -> Any:
    """Return the output of ``show --json``."""
    done = dask_matrix("show", "--json", *arguments, data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def results(data: Path) -> int:
    """Return the number of results."""
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        return store.freshness().results


def test_main_is_the_last_column_and_earlier_commits_stay_in_the_history(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """main is resolved on each run; a commit runs once, and keeps its results when main moves on."""
    data = tmp_path / "data"
    run = ("run", "--scenarios", tests)
    for _ in range(2):
        done = dask_matrix(*run, data=data)
        assert done.returncode == 0, done.stderr
    assert results(data) == len(("says_its_release", "is_still_so"))
    both[0].commit(
        "second of dask", 30, {"dask/__init__.py": (both[0].path / "dask/__init__.py").read_text() + "second = 2\n"}
    )
    second = dask_matrix(*run, data=data)
    assert second.returncode == 0, second.stderr
    matrix, history = shown(data), shown(data, "--history")
    assert [each["name"] for each in matrix["environments"]] == ["main"]
    assert matrix["environments"][0]["release"].startswith("2025.3.0+2.g")
    assert [each["pair"]["dask"]["commit"] for each in history["environments"]] == [
        both[0].commits[subject] for subject in ("first of dask", "second of dask")
    ]
    assert sorted(history["cells"]) == sorted(["..", ".F"])


def test_commit_run_by_its_hash_becomes_main_when_requested_as_main(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Nothing runs again, and it stays main when requested by its hash later."""
    data = tmp_path / "data"
    digits = f"dask@{both[0].commits['first of dask'][:8]}+distributed@main"
    for text, names in ((digits, []), ("main", ["main"]), (digits, ["main"])):
        done = dask_matrix("run", "--scenarios", tests, "--release", text, data=data)
        assert done.returncode == 0, done.stderr
        assert [each["name"] for each in shown(data)["environments"]] == names
    assert results(data) == len(("says_its_release", "is_still_so"))


def test_commit_that_does_not_build_is_uninstallable(both: tuple[Origin, Origin], tests: Path, tmp_path: Path) -> None:
    """The build's output is the evidence; dask-matrix itself prints no traceback."""
    both[0].commit("broken", 6, {"setup.py": "raise RuntimeError('half a commit')"})
    done = dask_matrix("run", "--scenarios", tests, data=tmp_path / "data")
    assert "dask_matrix/" not in done.stderr
    (column,) = shown(tmp_path / "data")["environments"]
    assert column["refusal"]["phase"] == "install"
    assert "RuntimeError: half a commit" in column["refusal"]["message"]


def test_unknown_ref_is_a_usage_error(tests: Path, tmp_path: Path) -> None:
    """With the closest names."""
    done = dask_matrix("run", "--scenarios", tests, "--release", "dask@maim", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.startswith("dask-matrix: No branch, tag or commit 'maim' in the dask repository")
    assert "Nearest: main" in done.stderr


def test_revision_expression_is_a_usage_error(tests: Path, tmp_path: Path) -> None:
    """The message does not blame the clone."""
    done = dask_matrix("run", "--scenarios", tests, "--release", "dask@main^{tree}", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.startswith("dask-matrix: 'dask@main^{tree}' contains ^: revision syntax is not supported")


def test_unavailable_commits_are_left_out_of_a_set(both: tuple[Origin, Origin], tests: Path, tmp_path: Path) -> None:
    """With a note of which and why; it is an error if nothing else is in the set."""
    both[0].path.rename(tmp_path / "gone")
    toml, note = tests / "matrix.toml", "Skipped main: No git repository of dask"
    only_main = dask_matrix("plan", "--scenarios", tests, data=tmp_path / "data")
    toml.write_text(toml.read_text().replace('["main"]', '["main", "2025.3.0"]'))
    with_release = dask_matrix("plan", "--scenarios", tests, data=tmp_path / "data")
    assert [(done.returncode, note in done.stderr) for done in (only_main, with_release)] == [(2, True), (0, True)]
    assert with_release.stdout.startswith("2025.3.0, ")


def test_lock_names_the_commits_and_no_local_path(tests: Path, tmp_path: Path) -> None:
    """Everybody can install it, and gets the same key."""
    found, elsewhere = (described("main", tests, tmp_path / name) for name in ("one", "two"))
    assert found.pair
    for project in ("dask", "distributed"):
        assert f"{project} @ git+{PUBLIC[project]}@{found.pair.commit(project).sha}\n" in found.lock
    assert str(tmp_path) not in found.lock
    assert "file:" not in found.lock
    assert found.key == elsewhere.key


def test_pairs_with_the_same_dask_commit_are_different_environments(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Their locks differ, so their keys do."""
    keys = {described(f"dask@main+distributed@{ref}", tests, tmp_path / "data").key for ref in ("main", "2025.3.0")}
    assert len(keys) == len(both)


def test_pins_on_each_other_are_ignored_and_other_requirements_are_not(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Between releases the pins contradict each other; all other requirements must be installed."""
    both[0].commit("pinned", 6, package("dask", "2024.1.0"))
    both[1].commit("pinned", 6, package("distributed", "2026.9.9", '"toolz<1"'))
    found = described("main", tests, tmp_path / "data")
    assert found.refusal is None
    assert "toolz==0.12.1" in found.lock
    both[1].commit("impossible", 7, package("distributed", "2026.9.9", '"toolz<0.1"'))
    refused = described("main", tests, tmp_path / "data").refusal
    assert refused
    assert (refused.phase, "toolz" in refused.message) == ("resolve", True)


def test_other_dependencies_are_those_of_the_commit_s_date(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """As-released means as of the later commit, plus the time that releases get to settle."""
    both[1].commit("needs more", 6, package("distributed", requires='"click"'))
    found = described("main", tests, tmp_path / "data")
    assert found.cutoff == "2025-04-02T18:00:00Z"
    assert "click==8.1.8" in found.lock
