"""A test bench for the harness: a folder of tests, a job for it, and starts of the harness with that job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

#: Keeps the project's own pytest plugins out of the harness's pytest.
ENVIRON = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
HARNESS = Path(__file__).parents[2] / "scenarios" / "dask_matrix_harness"
ISOLATIONS = ("fork", "spawn")
#: What the harness keeps in its scratch folder.
SCRATCH_KEPT = {"pycache", "pytest.ini"}
#: Longest wait for a process that is about to end, in seconds; generous for busy machines.
PATIENCE = 10.0

TWO_TESTS = """
    def test_one():
        pass

    def test_two():
        pass
"""

#: The second test notes its process, a child and a grandchild of it in a session of its own, and waits.
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
        #: A folder that tests know as `$NOTES`; no start empties it.
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.scratch = folder / "scratch"
        self.job: dict[str, Any] = {
            "tests": str(self.tests),
            "records": str(folder / "records.jsonl"),
            "scratch": str(self.scratch),
            "run": "r1",
            "environment": "0123456789abcdef",
            "release": "2025.2.0",
            "jobs": 1,
        }
        self._stderr_file = folder / "stderr"

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
        environ = os.environ | ENVIRON | {"PIDS": str(self.pids), "NOTES": str(self.notes)}
        with self._stderr_file.open("w") as stderr:
            return subprocess.Popen(command, env=environ, stderr=stderr)

    def run(self, *arguments: str, **fields: Any) -> int:
        """Run the harness and return its exit code."""
        return self.begin(*arguments, **fields).wait()

    @property
    def stderr(self) -> str:
        """What the last start wrote to stderr."""
        return self._stderr_file.read_text()

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Records of one kind, of all starts."""
        file = Path(self.job["records"])
        lines = file.read_text().splitlines() if file.exists() else []
        return [record for record in map(json.loads, lines) if record["kind"] == kind]

    def result(self, scenario: str) -> dict[str, Any]:
        """The only result of a scenario, of all starts."""
        (result,) = [record for record in self.records("result") if record["scenario"] == scenario]
        return result

    def outcomes(self) -> dict[str, str]:
        """Outcomes of all starts."""
        return {record["scenario"]: record["outcome"] for record in self.records("result")}

    def executed(self) -> list[tuple[str, int, str]]:
        """Every result of all starts in the order of their records: scenario, attempt, outcome."""
        return [(record["scenario"], record["attempt"], record["outcome"]) for record in self.records("result")]

    def wait_for_processes(self, harness: subprocess.Popen[bytes]) -> list[int]:
        """Wait until the scenario that waits has started; its process, a child and a grandchild of it."""
        while not (self.pids.exists() and self.pids.read_text().count(" ") == 2):
            assert harness.poll() is None, "the harness has ended"
            time.sleep(0.01)
        return [int(pid) for pid in self.pids.read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie that waits for some reaper outside the harness."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes_with_variable(variable: str, value: str) -> list[str]:
    """Command lines of living processes that were started with a variable of that value."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{variable}={value}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found
