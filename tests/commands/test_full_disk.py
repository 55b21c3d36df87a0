"""The data disk runs full during a run: a sentence, exit code 1, right counts, and no result is lost or made up."""

from __future__ import annotations

import json
import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import command_line, dask_matrix, environ, mounted_disk, write_set

SET = """\
import os
from pathlib import Path

import pytest

FILLER, FILLS = Path({filler!r}), Path({fills!r})

@pytest.mark.parametrize("number", range(3))
def test_a_passes(number):
    print("x" * 20_000)

def test_b_fills_the_disk():
    with FILLER.open("ab", buffering=0) as file:
        while FILLS.exists():
            try:
                file.write(bytes(4096))
            except OSError:
                break

@pytest.mark.parametrize("number", range(3))
def test_c_passes(number):
    print("x" * 20_000)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 6 MiB."""
    with mounted_disk(tmp_path / "disk", "6m") as folder:
        yield folder


def data_in(folder: Path, real_data: Path) -> Path:
    """Return a data folder without results in which a release is installed, on another disk."""
    data = folder / "data"
    data.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    return data


def outcomes(data: Path) -> list[str]:
    """Return the outcomes of all results; a torn line fails here."""
    lines = [line for path in data.glob("records/**/*.jsonl") for line in path.read_text().splitlines()]
    return [record["outcome"] for record in map(json.loads, lines) if record["kind"] == "result"]


def counted(stderr: str) -> int:
    """Return how many results the command says it recorded."""
    found = re.search(r"(\d+) results? recorded", stderr)
    assert found, stderr
    return int(found[1])


def test_disk_that_runs_full_loses_nothing_and_blames_no_scenario(disk: Path, real_data: Path, tmp_path: Path) -> None:
    """What is recorded counts, the rest runs when there is room again, and then there is nothing to do."""
    data, filler, fills = data_in(disk, real_data), disk / "filler", tmp_path / "fills"
    fills.touch()
    tests = write_set(tmp_path / "set", {"test_x.py": SET.format(filler=str(filler), fills=str(fills))})
    command = ("run", "--release", "2025.2.0", "--scenarios", tests, "--jobs", "1")
    full = dask_matrix(*command, data=data)
    assert full.returncode == 1, full.stderr
    assert "No space left on device" in full.stderr or "disk is full" in full.stderr
    assert "Traceback" not in full.stderr
    assert set(outcomes(data)) == {"passed"}
    assert counted(full.stderr) == len(outcomes(data)) >= 3
    filler.unlink()
    fills.unlink()
    done = dask_matrix(*command, data=data)
    assert (done.returncode, done.stderr.count("not a record")) == (0, 0), done.stderr
    assert outcomes(data) == ["passed"] * 7
    done = dask_matrix(*command, data=data)
    assert "nothing to do" in done.stderr
    assert "0 results recorded" in done.stderr


def test_disk_that_is_full_from_the_start_is_one_sentence(disk: Path, real_data: Path, tmp_path: Path) -> None:
    """It says which file could not be written."""
    data, tests = data_in(disk, real_data), write_set(tmp_path / "set")
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    full = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data)
    assert full.returncode == 1, full.stderr
    (line,) = full.stderr.splitlines()
    assert str(data) in line
    assert "full" in line


def test_quota_is_no_traceback(real_data: Path, tmp_path: Path) -> None:
    """Files of at most 40 kB, as `ulimit -f` sets: the database cannot be made."""
    (tmp_path / "small").mkdir()
    data, tests = data_in(tmp_path / "small", real_data), write_set(tmp_path / "set")
    done = subprocess.run(
        command_line("run", "--release", "2025.2.0", "--scenarios", tests),
        env=environ(data, PYTHONDONTWRITEBYTECODE="1"),  # Python would leave files of bytecode that are cut off
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert str(data) in done.stderr
    assert outcomes(data) == []
