"""A session supervises its harness: no process is left behind, and a file that ends it on import affects no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _pytest
import pytest

from dask_matrix.collect.supervising.import_failures import LIMIT, shortened
from dask_matrix.collect.supervising.job import SessionJob
from tests.collect.environments.test_installation import wheel as tiny
from tests.conftest import write_set

ROOT = Path(__file__).parents[3]
KEY = "0123456789abcdef"
BACKEND = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "broken"
version = "1"
"""
STAND_IN = """\
import faulthandler, json, pathlib, sys
job = json.loads(pathlib.Path(sys.argv[2]).read_text())
with pathlib.Path(job["tests"], "starts").open("a") as starts:
    starts.write(json.dumps(job.get("broken", {})) + "\\n")
importing, stacks = (pathlib.Path(job["scratch"], name) for name in ("importing", "importing.stacks"))
for path in sorted(pathlib.Path(job["tests"]).glob("test_*.py")):
    if path.name not in job.get("broken", {}) or job["release"] == "stubborn":
        importing.write_text(path.name + "\\n")
        with stacks.open("w") as file:
            faulthandler.enable(file)
            faulthandler.dump_traceback_later(job["timeout"], exit=True, file=file)
            exec(path.read_text(), {"job": job})
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()
        importing.unlink()
        stacks.unlink()
"""
"""Imports files as docs/records.md describes; writes no records, only the ``broken`` entries of each start."""
LEAVES_A_DAEMON = """\
import os, pathlib, signal, subprocess, sys
sleeps = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
starts = f"import subprocess; print(subprocess.Popen({sleeps!r}, stdout=-3, start_new_session=True).pid)"
daemon = subprocess.check_output([sys.executable, "-S", "-c", starts], text=True)
pathlib.Path(job["tests"], "pids.part").write_text(f"{os.getpid()} {daemon}")
pathlib.Path(job["tests"], "pids.part").rename(pathlib.Path(job["tests"], "pids"))
"""
"""Leaves an orphan process in its own session, and writes its pid."""
WAITS = "import time\ntime.sleep(600)\n"


class Bench:
    """A session's job in its own folder: the environment is this Python, the harness a stand-in or the real one."""

    def __init__(self, folder: Path) -> None:
        self.tests, self.scratch, self.records = folder / "tests", folder / "scratch", folder / "records.jsonl"
        self.tests.mkdir()
        self.harness = folder / "harness"
        self.harness.mkdir()
        (self.harness / "__main__.py").write_text(STAND_IN)
        self.folder, self.pytest = folder / "environments" / KEY, folder / "pytest"
        self.lock = folder / "lock.txt"
        venv.create(self.folder, symlinks=True)
        (self.folder / ".ready").write_text("1")
        _link_pytest(self.pytest)

    def write(self, file: str, text: str) -> None:
        """Write a test file."""
        (self.tests / file).write_text(text)

    def begin(self, **fields: Any) -> subprocess.Popen[str]:
        """Start the session; ``fields`` are added to the harness job."""
        places = {"tests": self.tests, "records": self.records, "pytest": self.pytest, "scratch": self.scratch}
        harness = {name: str(place) for name, place in places.items()}
        harness |= {"run": "r1", "environment": KEY, "release": "2025.2.0", "jobs": 1, "timeout": 60, **fields}
        job = SessionJob(
            lock=str(self.lock),
            label="2025.2.0-py3.11-as-released",
            key=KEY,
            run="r1",
            interpreter=sys.executable,
            folder=str(self.folder),
            pytest_folder=str(self.pytest),
            harness_folder=str(self.harness),
            scratch=str(self.scratch),
            records=str(self.records),
            pytest_arguments=(),
            harness=harness,
        )
        path = job.save(self.tests.parent / "job.json")
        command = [sys.executable, "-m", "dask_matrix.collect.running.install_and_run", str(path)]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def run(self, **fields: Any) -> int:
        """Run the session; return its exit code."""
        session = self.begin(**fields)
        session.communicate()
        return session.returncode

    def starts(self) -> list[Any]:
        """Return the ``broken`` entries of each start of the stand-in."""
        return [json.loads(line) for line in (self.tests / "starts").read_text().splitlines()]

    def results(self) -> dict[str, Any]:
        """Return the results that the real harness recorded, by scenario; each occurs once."""
        records = map(json.loads, self.records.read_text().splitlines())
        found = [(record["scenario"], record) for record in records if record["kind"] == "result"]
        assert len(found) == len(dict(found))
        return dict(found)

    def pids(self) -> list[int]:
        """Wait for and return the pids of the harness and the daemon it leaves."""
        wait_until((self.tests / "pids").exists)
        return [int(pid) for pid in (self.tests / "pids").read_text().split()]


def _link_pytest(folder: Path) -> None:
    folder.mkdir()
    site = Path(_pytest.__file__).parents[1]
    for name in ("pytest", "_pytest", "py.py", "pluggy", "iniconfig", "packaging", "pygments"):
        for path in (site / name, *site.glob(f"{name}-*.dist-info")):
            (folder / path.name).symlink_to(path)
    (folder / ".ready").touch()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a session in a folder without tests."""
    return Bench(tmp_path)


def wait_until(happens: Callable[[], bool]) -> None:
    """Wait for a condition, without a timeout of its own."""
    while not happens():
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; a zombie counts, as only a process outside the session can reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize(
    ("text", "outcome", "reason", "traceback"),
    [
        ("import ctypes; ctypes.string_at(0)", "crashed", "signal SIGSEGV", "Fatal Python error: Segmentation fault"),
        ("import os; os.abort()", "crashed", "signal SIGABRT", "Fatal Python error: Aborted"),
        ("import os; os.kill(os.getpid(), 9)", "crashed", "signal SIGKILL", ""),
        ("import os; os._exit(3)", "crashed", "exit code 3", ""),
        ("import os; os._exit(0)", "crashed", "exit code 0", ""),
        ("while True: pass", "timed-out", "did not finish within 0.5 s", "Timeout (0:00:00.500000)!"),
    ],
)
def test_file_whose_import_ends_the_harness_is_passed_to_the_next_start(
    bench: Bench, text: str, outcome: str, reason: str, traceback: str
) -> None:
    """With outcome, reason and traceback; the other files run."""
    bench.write("test_a.py", "")
    bench.write("test_b.py", text)
    assert bench.run(timeout=0.5) == 0
    first, second = bench.starts()
    assert first == {}
    assert second.keys() == {"test_b.py"}
    broken = second["test_b.py"]
    assert (broken["outcome"], broken["reason"], broken["traceback"][: len(traceback)]) == (outcome, reason, traceback)


def test_each_such_file_costs_one_start(bench: Bench) -> None:
    """Files already listed in the job cost none."""
    for name in ("test_a.py", "test_b.py", "test_c.py"):
        bench.write(name, "import os; os._exit(1)")
    known = {"outcome": "crashed", "reason": "known", "traceback": ""}
    assert bench.run(broken={"test_c.py": known}) == 0
    assert [sorted(start) for start in bench.starts()] == [
        ["test_c.py"],
        ["test_a.py", "test_c.py"],
        ["test_a.py", "test_b.py", "test_c.py"],
    ]
    assert bench.starts()[-1]["test_c.py"] == known


def test_harness_that_ends_at_the_same_file_twice_is_not_restarted(bench: Bench) -> None:
    """A file is imported twice at most."""
    bench.write("test_a.py", "import os; os._exit(7)")
    assert bench.run(release="stubborn") == 7
    assert len(bench.starts()) == 2


def test_harness_stopped_while_importing_is_not_restarted(bench: Bench) -> None:
    """The import did not end it."""
    bench.write("test_a.py", LEAVES_A_DAEMON + WAITS)
    session = bench.begin()
    pids = bench.pids()
    session.terminate()
    session.communicate()
    assert session.returncode not in (0, -signal.SIGTERM)
    assert all(map(is_gone, pids))
    assert len(bench.starts()) == 1


def test_harness_killed_after_its_driver_is_not_restarted(bench: Bench) -> None:
    """SIGKILL may come from the kernel when memory runs out, but not if the driver is gone too."""
    with subprocess.Popen([sys.executable, "-c", WAITS]) as driver:
        ends_both = (
            f"import os\nos.kill({driver.pid}, 9)\nwhile 'Z' not in open('/proc/{driver.pid}/stat').read():\n pass\n"
        )
        bench.write("test_a.py", f"{ends_both}os.kill(os.getpid(), 9)\n")
        assert bench.run(alive=driver.pid) != 0
    assert len(bench.starts()) == 1


def test_nothing_outlives_a_killed_harness(bench: Bench) -> None:
    """Neither an orphan in its own session nor a temporary file."""
    (bench.harness / "__main__.py").write_text(f"{STAND_IN}\n{LEAVES_A_DAEMON}\nos.kill(os.getpid(), 9)\n")
    assert bench.run() != 0
    assert all(map(is_gone, bench.pids()))
    assert not bench.scratch.exists()


def test_harness_that_does_not_stop_is_killed(bench: Bench) -> None:
    """Before the driver kills the session."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    bench.write("test_a.py", deaf + LEAVES_A_DAEMON + WAITS)
    session = bench.begin()
    pids = bench.pids()
    os.killpg(session.pid, signal.SIGTERM)
    session.communicate()
    assert all(map(is_gone, pids))
    assert len(bench.starts()) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a Linux signal on parent death")
def test_harness_stops_when_its_session_is_killed(bench: Bench) -> None:
    """The driver is alive, so otherwise the harness would continue."""
    bench.write("test_a.py", LEAVES_A_DAEMON + WAITS)
    session = bench.begin(alive=os.getpid())
    harness, daemon = bench.pids()
    session.kill()
    wait_until(lambda: is_gone(harness))
    os.kill(daemon, signal.SIGKILL)  # the stand-in leaves it, and nothing else ends it
    session.communicate()


def test_harness_that_recorded_anything_is_not_restarted(bench: Bench) -> None:
    """Nothing is recorded before all files are imported; recorded results are never repeated."""
    bench.write("test_a.py", 'print(1, file=open(job["records"], "a"), flush=True)\nimport os; os._exit(1)\n')
    assert bench.run() == 1
    assert len(bench.starts()) == 1


def test_real_harness_records_a_result_for_a_file_that_ends_it(bench: Bench) -> None:
    """And runs the other files."""
    bench.harness = ROOT / "scenarios" / "dask_matrix_harness"
    bench.write("test_crashes.py", "import ctypes\nctypes.string_at(0)\n\ndef test_one():\n    pass\n")
    bench.write("test_hangs.py", "while True:\n    pass\n")
    bench.write("test_passes.py", "def test_one():\n    pass\n")
    assert bench.run(timeout=2) == 0
    outcomes = {(result["outcome"], result["reason"]) for result in bench.results().values()}
    assert outcomes == {("crashed", "signal SIGSEGV"), ("timed-out", "did not finish within 2 s"), ("passed", "")}


KILLS = """\
import os, signal, time
import pytest

def test_a_passes():
    pass

def test_b_kills_the_harness():
    os.kill(os.getppid(), signal.{signal})
    time.sleep(600)

def test_c_waits():
    time.sleep(0.3)

def test_d_passes():
    pass
"""


@pytest.mark.parametrize(
    ("sent", "how"), [("SIGKILL", "signal SIGKILL"), ("SIGTERM", "a signal to stop")], ids=["SIGKILL", "SIGTERM"]
)
def test_scenario_that_ends_the_real_harness_is_named(bench: Bench, sent: str, how: str) -> None:
    """And has errored; the one beside it is executed again, alone, and no finished one twice."""
    bench.harness = ROOT / "scenarios" / "dask_matrix_harness"
    bench.write("test_x.py", KILLS.format(signal=sent))
    assert bench.run(jobs=2, retries=0) == 0
    found = {scenario: (result["outcome"], result["reason"]) for scenario, result in bench.results().items()}
    assert found == {
        "x/a_passes": ("passed", ""),
        "x/b_kills_the_harness": ("errored", f"executing it ended the harness by {how}"),
        "x/c_waits": ("passed", ""),
        "x/d_passes": ("passed", ""),
    }


def test_file_that_raises_does_not_end_the_real_harness(bench: Bench) -> None:
    """Not even a shared conftest.py."""
    bench.harness = ROOT / "scenarios" / "dask_matrix_harness"
    bench.write("conftest.py", "raise ValueError(1)\n")
    bench.write("test_one.py", "def test_one():\n    pass\n")
    assert bench.run() == 0
    assert {result["outcome"] for result in bench.results().values()} == {"errored"}


def test_long_stacks_keep_head_and_tail() -> None:
    """With a note of how much was left out."""
    text = "head" + "x" * LIMIT + "tail"
    kept = shortened(text)
    assert kept.startswith("head")
    assert kept.endswith("tail")
    assert "\n[... 8 characters left out ...]\n" in kept
    assert shortened(text[8:]) == text[8:]


def test_installation_is_recorded(bench: Bench) -> None:
    """Once, before any other record of its environment; not if the environment was already installed."""
    wheel = bench.folder.parent / "tiny-1.0-py3-none-any.whl"
    wheel.write_bytes(tiny())
    bench.lock.write_text(f"tiny @ {wheel.as_uri()}\n")
    bench.harness = ROOT / "scenarios" / "dask_matrix_harness"
    bench.write("test_one.py", "import tiny\n\ndef test_one():\n    pass\n")
    (bench.folder / ".ready").unlink()
    assert [bench.run(), bench.run()] == [0, 0]
    records = [json.loads(line) for line in bench.records.read_text().splitlines()]
    (made,) = [each for each in records if each["kind"] == "installation"]
    assert records[0] == made
    assert (made["run"], made["environment"]) == ("r1", KEY)
    assert " + tiny==1.0" in made["log"]
    assert made["seconds"] > 0


def test_failed_installation_is_recorded_as_a_refusal_only(bench: Bench) -> None:
    """Without an installation record: the package would have to be built."""
    source = bench.folder.parent / "broken"
    write_set(source, {"pyproject.toml": BACKEND, "backend.py": ""})
    bench.lock.write_text(f"broken @ {source.as_uri()}\n")
    (bench.folder / ".ready").unlink()
    assert bench.run() == 0
    (record,) = [json.loads(line) for line in bench.records.read_text().splitlines()]
    assert (record["kind"], record["phase"], "disabled" in record["message"]) == ("refusal", "install", True)


def test_a_file_that_is_gone_is_no_refusal(bench: Bench) -> None:
    """Nothing is recorded, and the session says that it could not be run."""
    bench.lock.write_text(f"tiny @ {(bench.folder / 'tiny-1.0-py3-none-any.whl').as_uri()}\n")
    (bench.folder / ".ready").unlink()
    assert bench.run() == 1
    assert not bench.records.exists()
