"""The snapshot is shown without a run or data folder, and known failures are marked wherever the matrix is shown."""

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
reason = "One of them is not a release of 2025."
expires = 2999-01-01
"""


@pytest.fixture(scope="module")
def shipped(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return environment variables of a user who has only a dask-matrix with a snapshot of real data."""
    folder = tmp_path_factory.mktemp("shipped")
    tests = real_data.parent / "set"
    done = dask_matrix("export", "--snapshot", folder / "snapshot", "--scenarios", tests, "--json", data=real_data)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["results"] == 4  # the failure was executed twice
    names = {path.name for path in (folder / "snapshot").iterdir()}
    assert names == {"records.jsonl.xz", "verdicts.json.xz", "snapshot.json", "README.md"}
    return {"DASK_MATRIX_SNAPSHOT": str(folder / "snapshot"), "XDG_CACHE_HOME": str(folder / "cache")}


def test_snapshot_shows_the_matrix_it_was_made_from(real_data: Path, shipped: dict[str, str], tmp_path: Path) -> None:
    """The same matrix, and no data folder is created."""
    done = dask_matrix("show", "--snapshot", "--json", data=tmp_path / "none", **shipped)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(dask_matrix("show", "--json", data=real_data).stdout)
    assert not (tmp_path / "none").exists()
    text = dask_matrix("show", "--snapshot", data=tmp_path / "none", **shipped).stdout
    assert "The snapshot that ships with dask-matrix, made 20" in text


@contextmanager
def serving(*arguments: str, **variables: str) -> Iterator[str]:
    """Serve on a free port; yield the URL."""
    command = command_line("serve", "--port", "0", *arguments)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ(**variables)) as process:
        try:
            assert process.stderr
            line = process.stderr.readline()
            assert "http://" in line, line
            yield line.split()[2]
        finally:
            process.terminate()


def fetch(address: str) -> str:
    """Return a response; a server that has just opened its port may need a moment."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError(address)


def test_snapshot_is_served_with_a_note(shipped: dict[str, str], tmp_path: Path) -> None:
    """Pages and JSON, as from a data folder."""
    grid = json.loads(dask_matrix("show", "--snapshot", "--json", **shipped).stdout)
    with serving("--snapshot", DASK_MATRIX_DATA=str(tmp_path / "none"), **shipped) as address:
        assert "The snapshot that ships with dask-matrix" in fetch(f"{address}/")
        assert json.loads(fetch(f"{address}/api/v1/matrix")) == grid
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", [("show",), ("serve", "--port", "0")])
def test_missing_snapshot_is_reported(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With a way to make one."""
    done = dask_matrix(*command, "--snapshot", DASK_MATRIX_SNAPSHOT=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 2
    assert f"No snapshot in {tmp_path}: snapshot.json is missing. Create one with `nox -s snapshot`" in done.stderr
    assert "Traceback" not in done.stderr


def test_export_without_results_is_an_error(tmp_path: Path) -> None:
    """And writes nothing."""
    done = dask_matrix("export", "--snapshot", tmp_path / "s", data=tmp_path / "d")
    assert done.returncode == 2
    assert (
        f"No result below {tmp_path / 'd' / 'records'} belongs to the current scenarios, so nothing was written"
        in done.stderr
    )
    assert not (tmp_path / "s").exists()


def rows(matrix: dict[str, Any], part: str) -> dict[str, str]:
    """Return a part of the columnar matrix by scenario."""
    return {row["id"]: cells for row, cells in zip(matrix["scenarios"], matrix[part], strict=True)}


@pytest.mark.parametrize(
    ("narrowing", "told"),
    [
        (("-q", "nosuch"), "-q nosuch"),
        (("--from", "2030.1.0"), "--from 2030.1.0"),
        (("--lane", "latest"), "--lane latest"),
    ],
)
def test_filter_without_matches_is_reported(real_data: Path, narrowing: tuple[str, ...], told: str) -> None:
    """No header without rows, and no advice to run what has already run."""
    done = dask_matrix("show", *narrowing, data=real_data)
    assert (done.returncode, done.stdout) == (0, f"No scenario or environment matches {told}.\n")


def test_unknown_area_lists_the_existing_ones(real_data: Path) -> None:
    """A typo must not print an empty matrix."""
    done = dask_matrix("show", "--area", "nosuch", data=real_data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No area 'nosuch'. Nearest: area" in done.stderr


def test_known_failures_are_marked_on_the_terminal_and_in_json(real_data: Path, tmp_path: Path) -> None:
    """By a lower-case letter, or an exclamation mark if it passes; the legend explains both."""
    (tmp_path / "known.toml").write_text(KNOWN)
    matrix = json.loads(dask_matrix("show", "--json", "--scenarios", tmp_path, data=real_data).stdout)
    failing, holding = "area/small/says_its_release[1.0]", "area/small/says_its_release[2025.2.0]"
    assert rows(matrix, "overlays") == {"area/small/adds": "  ", failing: "k ", holding: "! "}
    assert rows(matrix, "cells")[failing] == "FU"
    shown = dask_matrix("show", "--scenarios", tmp_path, data=real_data).stdout
    assert f"fU  {failing}" in shown
    assert f"!U  {holding}" in shown
    assert "known failures" in shown
    assert "known failures" not in dask_matrix("show", data=real_data).stdout


def test_invalid_known_toml_is_reported(real_data: Path, tmp_path: Path) -> None:
    """Before anything is shown without its known failures."""
    (tmp_path / "known.toml").write_text("[[known]]\n")
    for command in (("show",), ("serve", "--port", "0")):
        done = dask_matrix(*command, "--scenarios", tmp_path, data=real_data)
        assert (done.returncode, "known.toml: known[1].scenario: required key is missing" in done.stderr) == (2, True)


def test_snapshot_in_the_repository_has_the_current_format() -> None:
    """If there is one, this version can show it."""
    from dask_matrix.store.snapshots import snapshot  # noqa: PLC0415 - only here

    folder = places.bundled("snapshot")
    if not folder.exists():
        pytest.skip("none is there yet")
    assert snapshot.read(folder).bytes == (folder / snapshot.RECORDS).stat().st_size
