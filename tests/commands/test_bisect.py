"""`dask-matrix bisect` as a command: interrupting and resuming it, and its exit codes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from dask_matrix.collect.bisection.endpoints import NamedEndpoints, find_endpoints
from dask_matrix.collect.bisection.find_scenario import find_scenario
from dask_matrix.collect.bisection.stored_observations import ObservationQuery, Setting
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.transitions.transitions import Transition
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.store.store import Store
from dask_matrix.web import repeat_commands
from tests.collect.bisection.conftest import PYTHON, SCENARIO, Laboratory, installed_pytest, laboratory
from tests.collect.bisection.repositories import BEGIN, FAILS
from tests.conftest import command_line, dask_matrix, environ

__all__ = ["installed_pytest", "laboratory"]
RELEASED = "dask@2025.3.0+distributed@2025.3.0"


def executions(data: Path) -> Counter[str]:
    """Return the number of executions of the scenario per environment."""
    lines = (line for path in (data / "records").rglob("*.jsonl") for line in path.read_text().splitlines())
    records = map(json.loads, lines)
    return Counter(each["environment"] for each in records if each["kind"] == "result")


def recorded_ends(data: Path) -> list[str]:
    """Return how runs ended according to their records, in the order in which they began."""
    files = sorted((data / "records").glob("*/run.jsonl"))
    records = (json.loads(line) for path in files for line in path.read_text().splitlines())
    return [each["how"] for each in records if each["kind"] == "end"]


def start_command(*arguments: str | Path, data: Path) -> subprocess.Popen[str]:
    """Start the command without waiting, so that it can be interrupted."""
    return subprocess.Popen(
        command_line(*arguments), env=environ(data), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_interrupted_search_resumes(laboratory: Laboratory, how: signal.Signals, code: int) -> None:
    """Nothing finished is executed again, and the commit is found; every run except a killed one records its end."""
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
    process = start_command(*arguments, data=data)
    assert process.stderr
    for line in process.stderr:
        if "4 of 4 passed" in line:
            break
    os.kill(process.pid, how)
    process.communicate()
    assert process.returncode == code
    assert list(executions(data).values()) == [4]
    before = ["interrupted"] if how is signal.SIGINT else []
    assert recorded_ends(data) == before
    done = dask_matrix(*arguments, "--json", data=data)
    found = json.loads(done.stdout)
    assert (done.returncode, [each["commit"] for each in found["suspects"]]) == (0, [culprit]), done.stderr
    assert "known: dask" in done.stderr
    assert set(executions(data).values()) == {4}
    assert recorded_ends(data) == [*before, "finished"]


def test_missing_python_is_reported_with_the_installed_ones(laboratory: Laboratory) -> None:
    """Before any search; nothing is recorded."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": "FFFF"})
    data = laboratory.folder / "data"
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, "--python", "9.9", data=data)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Python 9.9 not found on this machine; found: {PYTHON}" in done.stderr
    assert not list((data / "records").rglob("*.jsonl"))


def test_search_without_any_result_is_not_recorded(laboratory: Laboratory) -> None:
    """It is only printed."""
    laboratory.release({"2025.1.0": "U", "2025.2.0": "U"})
    data = laboratory.folder / "data"
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, data=data)
    assert (done.returncode, "Cannot bisect: an endpoint could not be tested" in done.stdout) == (1, True)
    assert not list((data / "records").rglob("bisect.jsonl"))


@pytest.mark.parametrize(("lane", "more"), [(Lane.AS_RELEASED, []), (Lane.LATEST, ["--lane", "latest"])])
@pytest.mark.parametrize(("was", "now"), [(Verdict.PASS, Verdict.FAIL), (Verdict.FAIL, Verdict.PASS)])
def test_command_shown_on_pages_has_the_endpoints_of_the_transition(
    laboratory: Laboratory, lane: Lane, more: list[str], was: Verdict, now: Verdict
) -> None:
    """For a release and for commits; with the lane and Python of both sides."""
    laboratory.release({"2025.1.0": "...."})
    workspace, here = laboratory.workspace, Python.parse(PYTHON)
    releases = Release.parse("2025.1.0"), workspace.git.pair("main")
    before, after = (Environment(each.text, each, here, lane, "linux", BEGIN) for each in releases)
    turn = Transition(Scenario(SCENARIO, "", "behaviour", "f"), before, after, Judgement(was), Judgement(now))
    words = shlex.split(repeat_commands.bisect(turn))
    named = [words[words.index(each) + 1] for each in ("--good", "--bad")]
    mends = "--find-fix" in words
    with Store.open(workspace.places.database) as store:
        query = ObservationQuery(find_scenario(SCENARIO, catalog.read(workspace.tests), store), Setting(lane, here))
        found = find_endpoints(
            NamedEndpoints(*(reversed(named) if mends else named), find_fix=mends), query, workspace, store
        )
    assert (found.start, found.end) == releases
    assert words[-2 - len(more) :] == [*more, "--python", PYTHON]


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ({"2025.1.0": "....", "2025.2.0": "FFFF"}, 0, "### 2025.2.0 broke it"),
        ({"2025.1.0": "....", "2025.1.1": "U", "2025.2.0": "FFFF"}, 1, "### Inconclusive: one of 2 releases broke it"),
        ({"2025.1.0": "....", "2025.2.0": "U"}, 1, "### Cannot bisect: an endpoint could not be tested"),
        ({"2025.1.0": "FFFF", "2025.2.0": "FFFF"}, 3, "### Bisect stopped: an endpoint is not good or bad as given"),
        ({"2025.1.0": "...."}, 2, "No release '2025.2.0'"),
    ],
)
def test_exit_codes(laboratory: Laboratory, row: dict[str, str], code: int, message: str) -> None:
    """One commit or release, several or none, a wrong endpoint, a usage error."""
    laboratory.release(row)
    arguments = ("--good", "2025.1.0", "--bad", "2025.2.0", "--scenarios", laboratory.folder / "set")
    done = dask_matrix("bisect", "behaviour/holds", *arguments, data=laboratory.folder / "data")
    assert (done.returncode, message in (done.stdout or done.stderr)) == (code, True), done.stderr
