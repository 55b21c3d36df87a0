"""`dask-matrix bisect` as users start it: interrupted and gone on with, and what its exit codes say."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from dask_matrix.collect.bisection.endpoints import Named, ends
from dask_matrix.collect.bisection.find_scenario import named as scenario_named
from dask_matrix.collect.bisection.stored_observations import Asked, Setting
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.transitions.transitions import Turn
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.store.store import Store
from dask_matrix.web import repeat_commands
from tests.collect.bisection.conftest import PYTHON, SCENARIO, Laboratory, laboratory
from tests.collect.bisection.repositories import BEGIN, FAILS
from tests.conftest import command_line, dask_matrix, environ

__all__ = ["laboratory"]
RELEASED = "dask@2025.3.0+distributed@2025.3.0"


def executions(data: Path) -> Counter[str]:
    """Return how often the scenario was executed in each environment."""
    lines = (line for path in (data / "records").rglob("*.jsonl") for line in path.read_text().splitlines())
    records = map(json.loads, lines)
    return Counter(each["environment"] for each in records if each["kind"] == "result")


def told_ends(data: Path) -> list[str]:
    """Return how runs said that they ended, in the order in which they began."""
    files = sorted((data / "records").glob("*/run.jsonl"))
    records = (json.loads(line) for path in files for line in path.read_text().splitlines())
    return [each["how"] for each in records if each["kind"] == "end"]


def started(*arguments: str | Path, data: Path) -> subprocess.Popen[str]:
    """Start the command in the middle of which it is interrupted."""
    return subprocess.Popen(
        command_line(*arguments), env=environ(data), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_search_that_is_interrupted_goes_on_with_what_is_missing(
    laboratory: Laboratory, how: signal.Signals, code: int
) -> None:
    """Nothing finished is executed again, and the commit is found; each but a killed one says how it ended."""
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
    before = ["interrupted"] if how is signal.SIGINT else []
    assert told_ends(data) == before
    done = dask_matrix(*arguments, "--json", data=data)
    found = json.loads(done.stdout)
    assert (done.returncode, [each["commit"] for each in found["suspects"]]) == (0, [culprit]), done.stderr
    assert "known: dask" in done.stderr
    assert set(executions(data).values()) == {4}
    assert told_ends(data) == [*before, "finished"]


def test_a_python_that_is_not_on_this_machine_is_refused(laboratory: Laboratory) -> None:
    """Before anything is looked into, with those that are; no record is kept of it."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": "FFFF"})
    data = laboratory.folder / "data"
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, "--python", "9.9", data=data)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"No Python 9.9 is on this machine; found: {PYTHON}" in done.stderr
    assert not list((data / "records").rglob("*.jsonl"))


def test_where_nothing_was_seen_no_record_is_kept(laboratory: Laboratory) -> None:
    """It is told, and that is all there is to it."""
    laboratory.release({"2025.1.0": "U", "2025.2.0": "U"})
    data = laboratory.folder / "data"
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, data=data)
    assert (done.returncode, "An end could not be seen" in done.stdout) == (1, True)
    assert not list((data / "records").rglob("bisect.jsonl"))


@pytest.mark.parametrize(("lane", "more"), [(Lane.AS_RELEASED, []), (Lane.LATEST, ["--lane", "latest"])])
@pytest.mark.parametrize(("was", "now"), [(Verdict.PASS, Verdict.FAIL), (Verdict.FAIL, Verdict.PASS)])
def test_the_ends_of_the_command_that_pages_show_are_those_of_the_turning(
    laboratory: Laboratory, lane: Lane, more: list[str], was: Verdict, now: Verdict
) -> None:
    """A release and two commits alike; it looks where both sides were looked at."""
    laboratory.release({"2025.1.0": "...."})
    workplace, here = laboratory.workplace, Python.parse(PYTHON)
    releases = Release.parse("2025.1.0"), workplace.git.pair("main")
    before, after = (Environment(each.text, each, here, lane, "linux", BEGIN) for each in releases)
    turn = Turn(Scenario(SCENARIO, "", "behaviour", "f"), before, after, Judgement(was), Judgement(now))
    words = shlex.split(repeat_commands.bisect(turn))
    named = [words[words.index(each) + 1] for each in ("--good", "--bad")]
    mends = "--find-fix" in words
    with Store.open(workplace.places.database) as store:
        asked = Asked(scenario_named(SCENARIO, catalog.read(workplace.tests), store), Setting(lane, here))
        found = ends(Named(*(reversed(named) if mends else named), mends=mends), asked, workplace, store)
    assert (found.start, found.end) == releases
    assert words[-2 - len(more) :] == [*more, "--python", PYTHON]


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
