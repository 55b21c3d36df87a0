"""The whole way on commits: refs on the command line, two tiny packages called dask and distributed, a matrix with main."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.collect.environments.locks import Locks
from dask_matrix.collect.environments.resolution import Described, describe
from dask_matrix.collect.index.index import IndexedRelease
from dask_matrix.collect.workspace.selection import wanted_pair
from dask_matrix.collect.workspace.workspace import Workplace
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
    """Return a scenario set whose matrix.toml names them."""
    toml = TOML.format(python=HERE, distributed=both[1].path)
    return write_set(tmp_path / "set", {"matrix.toml": toml, "test_tiny.py": SET})


def described(text: str, tests: Path, data: Path) -> Described:
    """Build, and resolve, what a text names."""
    workplace = Workplace.of(data, tests)
    wanted = wanted_pair(workplace.git.pair(text), workplace, HERE)
    assert isinstance(wanted.indexed, IndexedRelease)
    return describe(wanted, workplace.config, Locks(workplace.places.locks, workplace.index.settings), workplace.builds)


def shown(data: Path, *arguments: str) -> Any:
    """Return what ``show --json`` prints."""
    done = dask_matrix("show", "--json", *arguments, data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def results(data: Path) -> int:
    """Return how many results there are."""
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        return store.freshness().results


def test_main_is_the_last_column_and_what_it_was_stays_in_the_history(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """It is resolved again on each run; a commit is run once, and keeps its results when main has moved on."""
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


def test_a_commit_that_was_run_by_its_digits_becomes_main_when_it_is_asked_for_as_main(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Nothing runs again; and it stays main's, whoever names its digits later."""
    data = tmp_path / "data"
    digits = f"dask@{both[0].commits['first of dask'][:8]}+distributed@main"
    for text, names in ((digits, []), ("main", ["main"]), (digits, ["main"])):
        done = dask_matrix("run", "--scenarios", tests, "--release", text, data=data)
        assert done.returncode == 0, done.stderr
        assert [each["name"] for each in shown(data)["environments"]] == names
    assert results(data) == len(("says_its_release", "is_still_so"))


def test_a_commit_that_does_not_build_is_uninstallable(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """What its build said is the evidence; nothing ends with a traceback of ours."""
    both[0].commit("broken", 6, {"setup.py": "raise RuntimeError('half a commit')"})
    done = dask_matrix("run", "--scenarios", tests, data=tmp_path / "data")
    assert "dask_matrix/" not in done.stderr
    (column,) = shown(tmp_path / "data")["environments"]
    assert column["refusal"]["phase"] == "install"
    assert "RuntimeError: half a commit" in column["refusal"]["message"]


def test_a_ref_that_there_is_not_ends_the_command_with_a_clear_message(tests: Path, tmp_path: Path) -> None:
    """Usage, not a traceback."""
    done = dask_matrix("run", "--scenarios", tests, "--release", "dask@maim", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.startswith("dask-matrix: No branch, tag or commit 'maim' in the repository")
    assert "Nearest: main" in done.stderr


def test_a_ref_that_git_would_compute_ends_the_command_with_a_clear_message(tests: Path, tmp_path: Path) -> None:
    """No clone is blamed for it."""
    done = dask_matrix("run", "--scenarios", tests, "--release", "dask@main^{tree}", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.startswith("dask-matrix: 'dask@main^{tree}' has ^ in it: name a branch, a tag or a commit")


def test_a_set_goes_on_without_the_commits_that_cannot_be_had(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Which are left out, and why, is said; it is an error where nothing else is in the set."""
    both[0].path.rename(tmp_path / "gone")
    toml, why = tests / "matrix.toml", "Left out main: There is no git repository of dask"
    alone = dask_matrix("plan", "--scenarios", tests, data=tmp_path / "data")
    toml.write_text(toml.read_text().replace('["main"]', '["main", "2025.3.0"]'))
    beside = dask_matrix("plan", "--scenarios", tests, data=tmp_path / "data")
    assert [(done.returncode, why in done.stderr) for done in (alone, beside)] == [(2, True), (0, True)]
    assert beside.stdout.startswith("2025.3.0, ")


def test_a_lock_names_the_commits_and_no_place_of_this_machine(tests: Path, tmp_path: Path) -> None:
    """Everybody can install it, and everybody has the same key."""
    found, elsewhere = (described("main", tests, tmp_path / name) for name in ("one", "two"))
    assert found.pair
    for project in ("dask", "distributed"):
        assert f"{project} @ git+{PUBLIC[project]}@{found.pair.commit(project).sha}\n" in found.lock
    assert str(tmp_path) not in found.lock
    assert "file:" not in found.lock
    assert found.key == elsewhere.key


def test_two_pairs_with_the_same_commit_of_dask_are_two_environments(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Their locks differ, so their keys do."""
    keys = {described(f"dask@main+distributed@{ref}", tests, tmp_path / "data").key for ref in ("main", "2025.3.0")}
    assert len(keys) == len(both)


def test_the_pins_of_the_two_on_each_other_do_not_count_and_their_other_requirements_do(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """Between releases the pins contradict each other; what else is required must be there."""
    both[0].commit("pinned", 6, package("dask", "2024.1.0"))
    both[1].commit("pinned", 6, package("distributed", "2026.9.9", '"toolz<1"'))
    found = described("main", tests, tmp_path / "data")
    assert found.refusal is None
    assert "toolz==0.12.1" in found.lock
    both[1].commit("impossible", 7, package("distributed", "2026.9.9", '"toolz<0.1"'))
    refused = described("main", tests, tmp_path / "data").refusal
    assert refused
    assert (refused.phase, "toolz" in refused.message) == ("resolve", True)


def test_the_other_dependencies_are_those_of_the_commit_s_day(
    both: tuple[Origin, Origin], tests: Path, tmp_path: Path
) -> None:
    """As released means as of the later commit, with the time that releases get to settle."""
    both[1].commit("needs more", 6, package("distributed", requires='"click"'))
    found = described("main", tests, tmp_path / "data")
    assert found.cutoff == "2025-04-02T18:00:00Z"
    assert "click==8.1.8" in found.lock
