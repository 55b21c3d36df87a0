"""What ships is shown with no run and no data folder, and what is known is marked wherever the matrix is shown."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dask_matrix import places
from tests.conftest import command_line, dask_matrix, environ

KNOWN = """
[[known]]
scenario = "area/small/says_its_release[*]"
releases = ">=2025"
issue = "https://github.com/dask/dask/issues/1"
reason = "One of them is no release of 2025."
expires = 2999-01-01
"""


@pytest.fixture(scope="module")
def shipped(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the variables of a user whose dask-matrix carries a snapshot of real data, and who has nothing else."""
    folder = tmp_path_factory.mktemp("shipped")
    tests = real_data.parent / "set"
    done = dask_matrix("export", "--snapshot", folder / "snapshot", "--scenarios", tests, "--json", data=real_data)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["results"] == 4  # the failure was executed twice
    assert {path.name for path in (folder / "snapshot").iterdir()} == {"records.jsonl.xz", "snapshot.json", "README.md"}
    return {"DASK_MATRIX_SNAPSHOT": str(folder / "snapshot"), "XDG_CACHE_HOME": str(folder / "cache")}


def test_the_snapshot_shows_what_it_was_made_of(real_data: Path, shipped: dict[str, str], tmp_path: Path) -> None:
    """The very same matrix, and no data folder is made."""
    done = dask_matrix("show", "--snapshot", "--json", data=tmp_path / "none", **shipped)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(dask_matrix("show", "--json", data=real_data).stdout)
    assert not (tmp_path / "none").exists()
    told = dask_matrix("show", "--snapshot", data=tmp_path / "none", **shipped).stdout
    assert "The snapshot that ships with dask-matrix, made 20" in told


@contextmanager
def serving(*arguments: str, **variables: str) -> Iterator[str]:
    """Serve on a free port; give the address."""
    command = command_line("serve", "--port", "0", *arguments)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ(**variables)) as process:
        try:
            assert process.stderr
            line = process.stderr.readline()
            assert "http://" in line, line
            yield line.split()[4]
        finally:
            process.terminate()


def asked(address: str) -> str:
    """Return an answer; a server that has just taken its port may need a moment."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError(address)


def test_the_snapshot_is_served_and_says_so(shipped: dict[str, str], tmp_path: Path) -> None:
    """Pages and JSON, as of a data folder."""
    grid = json.loads(dask_matrix("show", "--snapshot", "--json", **shipped).stdout)
    with serving("--snapshot", DASK_MATRIX_DATA=str(tmp_path / "none"), **shipped) as address:
        assert "The snapshot that ships with dask-matrix" in asked(f"{address}/")
        assert json.loads(asked(f"{address}/api/v1/matrix")) == grid
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", [("show",), ("serve", "--port", "0")])
def test_a_snapshot_that_cannot_be_shown_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With the way out."""
    done = dask_matrix(*command, "--snapshot", DASK_MATRIX_SNAPSHOT=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 2
    assert f"No snapshot in {tmp_path}: there is no snapshot.json. `nox -s snapshot` makes one" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_of_nothing_is_refused(tmp_path: Path) -> None:
    """And writes nothing."""
    done = dask_matrix("export", "--snapshot", tmp_path / "s", data=tmp_path / "d")
    assert done.returncode == 2
    assert f"No result below {tmp_path / 'd' / 'records'} is of the scenarios as they are now" in done.stderr
    assert not (tmp_path / "s").exists()


def rows(told: dict[str, Any], part: str) -> dict[str, str]:
    """Return a part of the columnar matrix by scenario."""
    return {row["id"]: cells for row, cells in zip(told["scenarios"], told[part], strict=True)}


@pytest.mark.parametrize(
    ("narrowing", "told"),
    [
        (("-q", "nosuch"), "-q nosuch"),
        (("--from", "2030.1.0"), "--from 2030.1.0"),
        (("--lane", "latest"), "--lane latest"),
    ],
)
def test_a_filter_that_leaves_nothing_is_told(real_data: Path, narrowing: tuple[str, ...], told: str) -> None:
    """No heads without rows, and nobody is sent to run what there is."""
    done = dask_matrix("show", *narrowing, data=real_data)
    assert (done.returncode, done.stdout) == (0, f"No row or column answers to {told}.\n")


def test_an_area_that_there_is_not_is_refused_with_those_there_are(real_data: Path) -> None:
    """A typing error is no empty matrix."""
    done = dask_matrix("show", "--area", "nosuch", data=real_data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No area 'nosuch'. Nearest: area" in done.stderr


def test_known_failures_are_marked_on_the_terminal_and_in_json(real_data: Path, tmp_path: Path) -> None:
    """A small letter, and an exclamation mark where it holds after all; the legend says so."""
    (tmp_path / "known.toml").write_text(KNOWN)
    told = json.loads(dask_matrix("show", "--json", "--scenarios", tmp_path, data=real_data).stdout)
    failing, holding = "area/small/says_its_release[1.0]", "area/small/says_its_release[2025.2.0]"
    assert rows(told, "overlays") == {"area/small/adds": "  ", failing: "k ", holding: "! "}
    assert rows(told, "cells")[failing] == "FU"
    shown = dask_matrix("show", "--scenarios", tmp_path, data=real_data).stdout
    assert f"fU  {failing}" in shown
    assert f"!U  {holding}" in shown
    assert "known failures" in shown
    assert "known failures" not in dask_matrix("show", data=real_data).stdout


def test_a_known_toml_that_cannot_be_read_is_named(real_data: Path, tmp_path: Path) -> None:
    """Before anything is shown without what it says."""
    (tmp_path / "known.toml").write_text("[[known]]\n")
    for command in (("show",), ("serve", "--port", "0")):
        done = dask_matrix(*command, "--scenarios", tmp_path, data=real_data)
        assert (done.returncode, "known.toml: known[1].scenario: Field required" in done.stderr) == (2, True)


def test_a_snapshot_in_the_repository_is_of_no_other_format() -> None:
    """Where one ships, this very version shows it."""
    from dask_matrix.store.snapshots import snapshot  # noqa: PLC0415 - only here

    folder = places.bundled("snapshot")
    if not folder.exists():
        pytest.skip("none is there yet")
    assert snapshot.read(folder).bytes == (folder / snapshot.RECORDS).stat().st_size
