"""`surface` tells what real releases changed of their names, and the history of a name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import dask_matrix, write_set

Surface = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a scenario set and a data folder."""
    return tmp_path_factory.mktemp("surfaces")


@pytest.fixture(scope="module")
def observed(folder: Path) -> Surface:
    """Return the command, for a data folder in which the surfaces of two real releases were observed."""
    tests, data = write_set(folder / "set"), folder / "data"
    changes = {"DASK_MATRIX_NO_SURFACE": "0", "XDG_CACHE_HOME": str(folder / "cache")}
    releases = ("--release", "2025.2.0", "--release", "2025.4.0", "-k", "adds")
    done = dask_matrix("run", *releases, "--scenarios", tests, data=data, **changes)
    assert done.returncode == 0, done.stderr
    return lambda *arguments: dask_matrix("surface", *arguments, data=data, **changes)


def names(entries: list[dict[str, Any]]) -> set[str]:
    """Return the names of listed changes."""
    return {each["name"] for each in entries}


def test_what_real_releases_removed_is_listed(observed: Surface) -> None:
    """Seen in the sources of both: the publish-subscribe API and collections_to_dsk are gone in 2025.4.0."""
    done = observed("--from", "2025.2.0", "--to", "2025.4.0", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert names(answer["removed"]) >= {"distributed.Pub", "distributed.Sub", "dask.base.collections_to_dsk"}
    pub = next(each for each in answer["removed"] if each["name"] == "distributed.Pub")
    assert (pub["before"], pub["visibility"], pub["between"]) == (
        "(name, worker=None, client=None)", "documented", ["2025.2.0", "2025.4.0"],
    )  # fmt: skip
    assert "dask.dataframe.DataFrame.compute" in names(answer["narrowed"])
    assert (answer["from"]["release"], answer["to"]["release"]) == ("2025.2.0", "2025.4.0")


def test_on_a_terminal_it_reads_as_text(observed: Surface) -> None:
    """With a count of what is not listed."""
    text = observed("--from", "2025.2.0", "--to", "latest", "distributed").stdout
    assert "The API surface from 2025.2.0 to 2025.4.0\n\nRemoved:\n" in text
    assert "  distributed.Pub  (function, documented; 2025.2.0 → 2025.4.0)\n" in text
    assert "(--private lists these)." in text
    assert "DataFrame.compute" not in text


def test_a_name_alone_gets_its_history(observed: Surface) -> None:
    """As text and as JSON."""
    assert observed("dask.base.collections_to_dsk").stdout == (
        "dask.base.collections_to_dsk\n"
        "  2025.2.0: public function (collections, optimize_graph=True, optimizations=(), **kwargs)\n"
        "  2025.4.0: no such name\n"
    )
    (history,) = json.loads(observed("dask.dataframe.DataFrame.sum", "--json").stdout)
    assert [(each["status"], each["kind"]) for each in history["stretches"]] == [("present", "method")]


def test_exported_surfaces_answer_the_same_without_the_data_folder(
    observed: Surface, folder: Path, tmp_path: Path
) -> None:
    """What ships is asked where there is no other."""
    snapshot, tests = tmp_path / "snapshot", folder / "set"
    exported = dask_matrix("export", "--snapshot", snapshot, "--scenarios", tests, data=folder / "data")
    assert "2 surfaces" in exported.stderr
    asked = ("surface", "--from", "2025.2.0", "--to", "2025.4.0")
    variables = {"DASK_MATRIX_SNAPSHOT": str(snapshot), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    found = dask_matrix(*asked, "--snapshot", **variables)
    assert (found.stdout, found.stderr) == (observed(*asked[1:]).stdout, "")


def test_check_names_the_line_that_breaks_before_the_upgrade(folder: Path, observed: Surface, tmp_path: Path) -> None:
    """The name, the release that lacks it, and the line; what copes with its absence does not break."""
    assert observed("distributed.Pub").returncode == 0
    (tmp_path / "mine.py").write_text("import dask\nfrom distributed import Pub\n\nPub('a')\n")
    (tmp_path / "careful.py").write_text("try:\n    from distributed import Sub\nexcept ImportError:\n    Sub = None\n")
    ask = ("check", "--from", "2025.2.0", "--to", "2025.4.0", "--code", ".", "--scenarios", folder / "set")
    done = dask_matrix(*ask, "--json", data=folder / "data", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"]) == (1, "unsafe")
    (use,) = answer["surface"]
    assert (use["name"], use["turn"], use["between"]) == ("distributed.Pub", "removed", ["2025.2.0", "2025.4.0"])
    assert use["places"][0].startswith("mine.py:")
    assert answer["reasons"][0] == f"distributed.Pub is removed in 2025.4.0, and {use['places'][0]} uses it."
    text = dask_matrix(*ask, data=folder / "data", cwd=tmp_path).stdout
    assert "Names that your code uses (1)\n  distributed.Pub: removed in 2025.4.0\n    mine.py:" in text
    annotated = dask_matrix(*ask, "--github", data=folder / "data", cwd=tmp_path).stdout
    assert "::error title=distributed.Pub::" in annotated


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Nothing to look up: write a NAME such as dask.array.from_array, or --from and --to."),
        (("--from", "2025.2.0"), "A comparison needs two releases: --from and --to."),
        (("--from", "2025.2.0", "--to", "2025.4.1"), "No release '2025.4.1'. Nearest: 2025.2.0, 2025.4.0."),
        (("--from", "x", "--to", "2025.4.0"), "'x' is not a release"),
        (("dask.delayed.Delayd",), "No name 'dask.delayed.Delayd'."),
        (("--from", "2025.2.0", "--to", "2025.4.0", "dask.datafrme"), "No name 'dask.datafrme'."),
        (("a." * 30_000,), "No name 'a.a."),
        (("dask.delayed", "--snapshot"), "Give only one of --data and --snapshot"),
    ],
)
def test_bad_input_gets_one_sentence_and_a_usage_error(
    observed: Surface, arguments: tuple[str, ...], told: str
) -> None:
    """With what to do instead."""
    done = observed(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_without_any_observation_it_says_how_to_make_one(tmp_path: Path) -> None:
    """The data folder is not created."""
    done = dask_matrix("surface", "dask.get", data=tmp_path / "none")
    assert done.returncode == 2
    assert "No surface is recorded" in done.stderr
    assert "dask-matrix run --release V" in done.stderr
    assert not (tmp_path / "none").exists()
