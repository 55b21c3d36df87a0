"""Repeated executions: doubtful verdicts until they are confirmed, and everything with --verify."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import dask_matrix, write_set

SET = {
    "test_turns.py": '''\
import dask
import pytest

def test_holds():
    """A release is there."""

def test_turns():
    """It fails from 2025.2.0 on."""
    assert dask.__version__ < "2025.2.0"

@pytest.fixture
def broken():
    raise OSError

def test_errs(broken):
    """Our own fixture fails."""
'''
}
EARLIER = "e" * 16


def results(data: Path, release: str = "2025.2.0") -> Counter[tuple[str, int]]:
    """Return (scenario, attempt) -> number of results in the newest run on a release."""
    path = max((data / "records").glob(f"*/{release}-*.jsonl"), key=lambda each: each.parent.name)
    records = map(json.loads, path.read_text().splitlines())
    return Counter((each["scenario"], each["attempt"]) for each in records if each["kind"] == "result")


def plant_earlier_release(data: Path) -> None:
    """Add an earlier release that passes where the real one fails: copies of the real records, changed."""
    place = max((data / "records").glob("*/2025.2.0-*.jsonl"))
    environments = (place.parent / "environments.jsonl").read_text().splitlines()
    lines = []
    for record in map(json.loads, [*environments, *place.read_text().splitlines()]):
        changed: dict[str, Any] = {"id": f"x{record['id']}"[:64], "environment": EARLIER}
        if record["kind"] == "environment":
            changed |= {"key": EARLIER, "release": "2025.1.0"}
        if record["kind"] == "result" and record["outcome"] == "failed":
            changed |= {"outcome": "passed"}
        lines.append(json.dumps(record | changed))
    planted = data / "records" / "0" / "planted.jsonl"
    planted.parent.mkdir()
    planted.write_text("\n".join(lines) + "\n")


@pytest.fixture
def data(real_data: Path, tmp_path: Path) -> Path:
    """Return a data folder without results in which a release is installed."""
    folder = tmp_path / "data"
    folder.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (folder / kept).symlink_to(real_data / kept)
    return folder


def test_change_from_the_neighbouring_release_is_confirmed_once(data: Path, tmp_path: Path) -> None:
    """Four executions in total; a permanently failing fixture is not retried forever; --no-retries confirms nothing."""
    tests = write_set(tmp_path / "set", SET)
    command = ("run", "--release", "2025.2.0", "--scenarios", tests)
    done = dask_matrix(*command, "--no-retries", data=data)
    assert done.returncode == 1, done.stderr
    assert "turns/errs: in setup: OSError\n" in done.stderr
    assert done.stderr.endswith("3 results recorded: 1 passed, 1 failed, 1 errored.\n")
    assert results(data) == Counter([("turns/holds", 1), ("turns/turns", 1), ("turns/errs", 1)])
    plant_earlier_release(data)
    dask_matrix("rebuild", data=data)
    (planned,) = json.loads(dask_matrix("plan", "--json", *command[1:], data=data).stdout)
    assert planned["confirmations"] == 3
    assert planned["reasons"]["confirming: its verdict differs from the neighbouring release's"] == 1
    done = dask_matrix(*command, "-k", "turns and not errs", data=data)
    assert done.returncode == 0, done.stderr  # nothing was executed in this run, so nothing of it is in doubt
    done = dask_matrix(*command, data=data)
    assert done.returncode == 1, done.stderr  # the errored one was tried again
    assert ": confirming" in done.stderr
    assert {(scenario, attempt) for scenario, attempt in results(data) if scenario == "turns/turns"} == {
        ("turns/turns", attempt) for attempt in (1, 2, 3)
    }
    done = dask_matrix(*command, "-k", "turns and not errs", data=data)
    assert "confirming" not in done.stderr


def test_verification_lists_flaky_scenarios(data: Path, tmp_path: Path) -> None:
    """With counts and rate, and exit code 1; the seed is printed."""
    marks = tmp_path / "marks"
    source = f"""\
from pathlib import Path

MARKS = Path({str(marks)!r})

def test_constant():
    pass

def test_every_other():
    MARKS.touch() if (odd := not MARKS.exists()) else MARKS.unlink()
    assert odd
"""
    tests = write_set(tmp_path / "set", {"test_v.py": source})
    command = ("run", "--release", "2025.2.0", "--scenarios", tests, "--verify", "4")
    done = dask_matrix(*command, "--seed", "7", "--json", data=data)
    assert done.returncode == 1, done.stderr
    output = json.loads(done.stdout)
    assert (output["rounds"], output["seed"], output["results"]) == (4, 7, 8)
    (found,) = output["unstable"]
    assert (found["scenario"], found["outcomes"], found["rate"]) == ("v/every_other", {"passed": 2, "failed": 2}, 0.5)
    done = dask_matrix(*command, "-k", "constant", data=data)
    assert done.returncode == 0, done.stderr
    assert "No flaky scenarios in 4 rounds (--seed " in done.stdout


def test_expression_that_pytest_rejects_is_a_usage_error(data: Path, tmp_path: Path) -> None:
    """With pytest's message, once."""
    tests = write_set(tmp_path / "set", SET)
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, "-k", "and and", data=data)
    assert done.returncode == 2
    assert "pytest rejects '-k and and': Wrong expression passed to '-k': and and" in done.stderr
    assert "Traceback" not in done.stderr
