"""`dask-matrix bisect` as users start it: interrupted and gone on with, and what its exit codes say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from .collect.bisection.conftest import Laboratory, laboratory
from .collect.bisection.repositories import FAILS
from .conftest import command_line, dask_matrix, environ

__all__ = ["laboratory"]
RELEASED = "dask@2025.3.0+distributed@2025.3.0"


def executions(data: Path) -> Counter[str]:
    """Return how often the scenario was executed in each environment."""
    lines = (line for path in (data / "records").rglob("*.jsonl") for line in path.read_text().splitlines())
    records = map(json.loads, lines)
    return Counter(each["environment"] for each in records if each["kind"] == "result")


def started(*arguments: str | Path, data: Path) -> subprocess.Popen[str]:
    """Start the command in the middle of which it is interrupted."""
    return subprocess.Popen(
        command_line(*arguments), env=environ(data), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_search_that_is_interrupted_goes_on_with_what_is_missing(
    laboratory: Laboratory, how: signal.Signals, code: int
) -> None:
    """Nothing finished is executed again, and the commit is found."""
    dask, data = laboratory.dask, laboratory.folder / "data"
    dask.commit(1, "Still good")
    culprit = dask.commit(2, "Break it", FAILS)
    arguments = (
        "bisect",
        "holds",
        "--good",
        RELEASED,
        "--bad",
        "main",
        "--scenarios",
        laboratory.folder / "set",
        "--log",
    )
    process = started(*arguments, data=data)
    assert process.stderr
    for line in process.stderr:
        if "4 of 4 passed" in line:
            break
    os.kill(process.pid, how)
    process.communicate()
    assert process.returncode == code
    assert list(executions(data).values()) == [4]
    done = dask_matrix(*arguments, "--json", data=data)
    found = json.loads(done.stdout)
    assert (done.returncode, [each["commit"] for each in found["suspects"]]) == (0, [culprit]), done.stderr
    assert "known: dask" in done.stderr
    assert set(executions(data).values()) == {4}


@pytest.mark.parametrize(
    ("row", "code", "told"),
    [
        ({"2025.1.0": "....", "2025.2.0": "FFFF"}, 0, "### 2025.2.0 broke it"),
        ({"2025.1.0": "....", "2025.1.1": "U", "2025.2.0": "FFFF"}, 1, "### One of 2 releases broke it"),
        ({"2025.1.0": "....", "2025.2.0": "U"}, 1, "### An end could not be seen"),
        ({"2025.1.0": "FFFF", "2025.2.0": "FFFF"}, 3, "### An end is not what it was said to be"),
        ({"2025.1.0": "...."}, 2, "No release '2025.2.0'"),
    ],
)
def test_the_exit_code_says_what_was_found(laboratory: Laboratory, row: dict[str, str], code: int, told: str) -> None:
    """One commit or release, a set or nothing, an end that was not as said, wrong usage."""
    laboratory.release(row)
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, data=laboratory.folder / "data")
    assert (done.returncode, told in (done.stdout or done.stderr)) == (code, True), done.stderr
