"""How a start of the harness begins and ends: jobs, exit codes, what is not run, and what stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

#: The project's own pytest plugins are no part of this.
ENVIRON = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
HARNESS = Path(__file__).parents[2] / "scenarios" / "harness"

TWO_TESTS = """
    def test_one():
        pass

    def test_two():
        pass
"""

WAITS = """
    import os, pathlib, subprocess, sys, time

    SLEEPS = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]

    def test_a_is_quick():
        pass

    def test_b_waits():
        quiet = "stdout=subprocess.DEVNULL, start_new_session=True"
        starts = f"import subprocess; print(subprocess.Popen({SLEEPS!r}, {quiet}).pid)"
        grandchild = subprocess.check_output([sys.executable, "-S", "-c", starts], text=True).strip()
        child = subprocess.Popen(SLEEPS, start_new_session=True).pid
        pathlib.Path(os.environ["PIDS"]).write_text(f"{os.getpid()} {child} {grandchild}")
        time.sleep(600)
"""


class Bench:
    """A folder of tests with a job for it, and the starts of the harness with that job."""

    def __init__(self, folder: Path) -> None:
        self.tests = folder / "outer" / "tests"
        self.tests.mkdir(parents=True)
        self.pids = folder / "pids"
        self.job: dict[str, Any] = {
            "tests": str(self.tests),
            "records": str(folder / "records.jsonl"),
            "scratch": str(folder / "scratch"),
            "run": "r1",
            "environment": "0123456789abcdef",
            "release": "2025.2.0",
            "jobs": 1,
        }
        self._said = folder / "said"

    def write(self, file: str, text: str) -> None:
        """Write one file of the folder of tests, or around it."""
        path = self.tests / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def begin(self, *arguments: str, **fields: Any) -> subprocess.Popen[bytes]:
        """Start the harness."""
        job = self.tests.parent / "job.json"
        job.write_text(json.dumps(self.job | fields))
        command = [sys.executable, str(HARNESS), "--job", str(job), *arguments]
        with self._said.open("w") as said:
            return subprocess.Popen(command, env=os.environ | ENVIRON | {"PIDS": str(self.pids)}, stderr=said)

    def run(self, *arguments: str, **fields: Any) -> int:
        """Start the harness, wait for its end, return its exit code."""
        return self.begin(*arguments, **fields).wait()

    @property
    def said(self) -> str:
        """What the last start wrote to stderr."""
        return self._said.read_text()

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Records of one kind, of all starts."""
        lines = Path(self.job["records"]).read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["kind"] == kind]

    def outcomes(self) -> dict[str, str]:
        """Outcomes of all starts."""
        return {record["scenario"]: record["outcome"] for record in self.records("result")}

    def processes_at_work(self, harness: subprocess.Popen[bytes]) -> list[int]:
        """Wait until the scenario that waits has started; its process, a child and a grandchild of it."""
        while not (self.pids.exists() and self.pids.read_text().count(" ") == 2):
            assert harness.poll() is None, "the harness has ended"
            time.sleep(0.01)
        return [int(pid) for pid in self.pids.read_text().split()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """An empty folder of tests."""
    return Bench(tmp_path)


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie that waits for some reaper outside the harness."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_done_is_not_run_again(bench: Bench) -> None:
    """A scenario with a result of the same fingerprint is collected, not executed; another fingerprint is."""
    bench.write("area/test_x.py", TWO_TESTS)
    prints = {"area/test_x.py::test_one": "f1", "area/test_x.py::test_two": "f2"}
    assert bench.run(fingerprints=prints, done={"area/x/one": "f1", "area/x/two": "older"}) == 0
    (collection,) = bench.records("collection")
    assert collection["scenarios"] == {"area/x/one": "f1", "area/x/two": "f2"}
    assert collection["functions"] == {
        "area/x/one": "area/test_x.py::test_one",
        "area/x/two": "area/test_x.py::test_two",
    }
    assert (collection["selected"], collection["to_run"]) == (2, 1)
    assert bench.outcomes() == {"area/x/two": "passed"}


def test_what_is_deselected_is_still_collected(bench: Bench) -> None:
    """The collection says what there is, not what was asked for."""
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run("-k", "two", fingerprints={"test_x.py": "f"}) == 0
    (collection,) = bench.records("collection")
    assert sorted(collection["scenarios"]) == ["x/one", "x/two"]
    assert collection["files"] == {"test_x.py": "f"}
    assert (collection["selected"], collection["to_run"]) == (1, 1)
    assert bench.outcomes() == {"x/two": "passed"}


def test_a_file_asked_for_in_part_is_not_a_file_looked_at(bench: Bench) -> None:
    """Its other tests may well exist."""
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run("test_x.py::test_two") == 0
    assert bench.records("collection")[0]["files"] == {}
    assert bench.outcomes() == {"x/two": "passed"}


def test_nothing_outlives_the_process_the_harness_works_for(bench: Bench) -> None:
    """When that is gone all scenarios end; what was finished is kept, the rest has no result."""
    bench.write("test_x.py", WAITS)
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]) as master:
        harness = bench.begin(alive=master.pid)
        pids = bench.processes_at_work(harness)
        assert all(map(is_alive, pids))
        master.kill()
    assert harness.wait() == 5
    assert not any(map(is_alive, pids))
    assert bench.outcomes() == {"x/a_is_quick": "passed"}
    assert {path.name for path in Path(bench.job["scratch"]).iterdir()} <= {"pycache", "pytest.ini"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_scenarios_too(bench: Bench, number: int) -> None:
    """In whatever session their processes are."""
    bench.write("test_x.py", WAITS)
    harness = bench.begin()
    pids = bench.processes_at_work(harness)
    harness.send_signal(number)
    assert harness.wait() == 5
    assert not any(map(is_alive, pids))
    assert bench.outcomes() == {"x/a_is_quick": "passed"}


def test_a_scenario_dies_with_a_harness_that_is_killed(bench: Bench) -> None:
    """Its own process at least: nothing else can be done then."""
    bench.write("test_x.py", WAITS)
    harness = bench.begin()
    scenario, *others = bench.processes_at_work(harness)
    harness.kill()
    harness.wait()
    while is_alive(scenario):
        time.sleep(0.01)
    for pid in others:
        os.kill(pid, signal.SIGKILL)


def test_a_process_that_is_gone_already_is_not_worked_for(bench: Bench) -> None:
    """Nothing is started then."""
    bench.write("test_x.py", TWO_TESTS)
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as gone:
        gone.wait()
    assert bench.run(alive=gone.pid) == 5


def test_a_refused_import_is_recorded_whole(bench: Bench) -> None:
    """With its traceback, and nothing is run."""
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run(imports=["json", "no_such_module"]) == 3
    (refusal,) = bench.records("refusal")
    assert refusal["phase"] == "import"
    assert refusal["message"].startswith("Traceback (most recent call last):\n")
    assert refusal["message"].endswith("ModuleNotFoundError: No module named 'no_such_module'\n")
    assert bench.records("result") == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("tests", "/no/such/folder", "tests: no folder /no/such/folder"),
        ("jobs", 0, "jobs: 0 is not a number of processes, 1 or more"),
        ("timeout", "long", "timeout: 'long' is not seconds, more than 0"),
        ("imports", "dask", "imports: 'dask' is not a list of module names"),
    ],
)
def test_a_bad_job_is_refused_by_the_name_of_its_field(bench: Bench, field: str, value: object, says: str) -> None:
    """Exit code 2 and one line."""
    assert bench.run(**{field: value}) == 2
    assert bench.said.endswith(f"{says}\n")


def test_unknown_arguments_are_refused(bench: Bench) -> None:
    """By pytest, in its words."""
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run("--no-such-option") == 2
    assert "unrecognized arguments: --no-such-option" in bench.said


def test_nothing_collected_has_an_exit_code_of_its_own(bench: Bench) -> None:
    """In a folder without tests, and where the arguments match none."""
    assert bench.run() == 4
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run("-k", "no_such_test") == 4


def test_a_conftest_that_fails_stands_for_its_folder(bench: Bench) -> None:
    """At the top for everything, else for what is beneath it; the others run."""
    bench.write("conftest.py", "import no_such_module")
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run() == 0
    assert bench.outcomes() == {"conftest": "errored"}
    bench.write("conftest.py", "")
    bench.write("area/conftest.py", "raise RuntimeError('not today')")
    bench.write("area/test_y.py", TWO_TESTS)
    assert bench.run() == 0
    assert bench.outcomes() == {
        "conftest": "errored",
        "area/conftest": "errored",
        "x/one": "passed",
        "x/two": "passed",
    }


def test_only_settings_within_the_folder_count(bench: Bench) -> None:
    """Neither those above it nor its conftest.py files are for these tests."""
    bench.write("../pytest.ini", "[pytest]\npython_files = nothing_*.py\n")
    bench.write("../conftest.py", "raise RuntimeError('not ours')")
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run() == 0
    assert sorted(bench.outcomes()) == ["x/one", "x/two"]
    bench.write("pytest.ini", "[pytest]\npython_functions = check_*\n")
    bench.write("test_x.py", "def check_three(): pass")
    assert bench.run() == 0
    assert sorted(bench.outcomes()) == ["x/check_three", "x/one", "x/two"]


def test_a_torn_line_does_not_spoil_the_next_record(bench: Bench) -> None:
    """A full disk may have left one."""
    bench.write("test_x.py", TWO_TESTS)
    Path(bench.job["records"]).write_text('{"v": 1, "ki')
    assert bench.run() == 0
    _, *lines = Path(bench.job["records"]).read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["collection", "scenario", "scenario", "result", "result"]
