"""End to end on real Dask releases: from the index to the matrix, killed and resumed, by command and nox."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.environments.environment import packages
from dask_matrix.domain.records.run_end import EndStatus
from dask_matrix.places import Places
from dask_matrix.store.store import Store
from tests.conftest import command_line, dask_matrix, environ, write_set

ROOT = Path(__file__).parents[1]
PATIENCE = 120
"""Maximum seconds to wait for anything here, on a loaded machine."""
SLOW_SET = {
    "test_slow.py": """\
import time
import pytest

@pytest.mark.parametrize("number", range(24))
def test_takes_a_while(number):
    time.sleep(0.4)
"""
}
DEAF = "import signal\nfor number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, signal.SIG_IGN)\n"


def shown(data: Path, *arguments: str) -> Any:
    """Return the output of ``show --json``."""
    done = dask_matrix("show", "--json", *arguments, data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def results(data: Path) -> list[dict[str, Any]]:
    """Return every result recorded in a data folder."""
    lines = (line for path in (data / "records").rglob("*.jsonl") for line in path.read_text().splitlines())
    return [record for record in map(json.loads, lines) if record["kind"] == "result"]


def free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def own(data: Path, run: str) -> list[dict[str, Any]]:
    """Return the records in a run's own file."""
    return [json.loads(line) for line in (data / "records" / run / "run.jsonl").read_text().splitlines()]


def wait_until(condition: Any, process: subprocess.Popen[str]) -> None:
    """Wait for a condition while a process runs."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_a_real_release_and_one_that_does_not_install_become_two_columns(real_data: Path) -> None:
    """With the verdicts of three scenarios, and the resolver's words."""
    grid = shown(real_data, "--area", "area")
    assert [(each["release"], each["status"]) for each in grid["environments"]] == [
        ("2025.2.0", "installable"),
        ("2026.1.0", "uninstallable"),
    ]
    assert "distributed==2026.1.0 depends on dask" in grid["environments"][1]["refusal"]["message"]
    verdicts = {
        row["id"]: [grid["legend"][cell] for cell in cells]
        for row, cells in zip(grid["scenarios"], grid["cells"], strict=True)
    }
    assert verdicts == {
        "area/small/adds": ["pass", "uninstallable"],
        "area/small/says_its_release[2025.2.0]": ["pass", "uninstallable"],
        "area/small/says_its_release[1.0]": ["fail", "uninstallable"],
    }


def test_run_records_its_plan_and_its_progress(real_data: Path) -> None:
    """Both environments, though one is uninstallable; each scenario once, and one of them twice."""
    with Store.open(Places(real_data).database) as store:
        first = store.runs.page(100)[-1]
        parts = store.runs.parts(first.record.id)
    assert (first.record.environments, first.environments) == (2, 2)
    assert (first.progress.done, first.progress.planned, first.progress.results) == (3, 3, 4)
    assert sorted(part.refusal for part in parts) == ["", "resolve"]


def test_run_records_its_end_and_its_installations(real_data: Path) -> None:
    """In the last line of its own file; uv's whole output for the installed environment, nothing for the other."""
    with Store.open(Places(real_data).database) as store:
        first = store.runs.page(100)[-1]
        keys = {str(each.release): each.key for each in store.matrix().environments}
        made, refused = (store.installation(keys[release]) for release in ("2025.2.0", "2026.1.0"))
    assert first.end is not None
    assert first.end.how is EndStatus.FINISHED
    assert [each["kind"] for each in own(real_data, first.record.id)] == ["run", "end"]
    assert made is not None
    assert (made.run, made.seconds > 0) == (first.record.id, True)
    assert " + dask==2025.2.0\n" in made.log
    assert refused is None


def test_environment_has_exactly_the_packages_of_its_lock(real_data: Path) -> None:
    """No pytest, no pip, no dask-matrix."""
    key = next(each["key"] for each in shown(real_data)["environments"] if each["release"] == "2025.2.0")
    with Store.open(Places(real_data).database) as store:
        lock = packages(store.environment(key).lock)
    python = real_data / "environments" / key / "bin" / "python"
    freeze = [sys.executable, "-m", "uv", "pip", "freeze", "--python", python]
    installed = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
    assert packages(installed) == lock
    assert lock["dask"] == "2025.2.0"


def test_failure_has_an_exception_and_a_traceback(real_data: Path) -> None:
    """The traceback shows the compared values."""
    failure = next(each for each in results(real_data) if each["outcome"] == "failed")
    assert failure["exception"]["type"] == "AssertionError"
    assert "'2025.2.0' == '1.0'" in failure["traceback"]


def test_finished_scenarios_do_not_run_again(real_data: Path) -> None:
    """If nothing changed, nothing runs and nothing is recorded."""
    tests = write_set(real_data.parent / "set")
    before = len(results(real_data))
    done = dask_matrix("run", "--release", "2025.2.0", "--release", "2026.1.0", "--scenarios", tests, data=real_data)
    assert (done.returncode, len(results(real_data))) == (0, before)
    assert "nothing to do 3/3" in done.stderr
    planned = dask_matrix("plan", "--json", "--release", "2025.2.0", "--scenarios", tests, data=real_data)
    assert [each["executions"] for each in json.loads(planned.stdout)] == [0]


def test_failed_option_reruns_failures(real_data: Path) -> None:
    """Only those, each with one retry."""
    tests = write_set(real_data.parent / "set")
    before = len(results(real_data))
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, "--failed", data=real_data)
    assert done.returncode == 0, done.stderr
    assert len(results(real_data)) == before + 2


def test_expression_that_matches_nothing_is_an_error(real_data: Path) -> None:
    """Exit code 2, and the expression is quoted."""
    tests = write_set(real_data.parent / "other", {"test_other.py": "def test_other():\n    pass\n"})
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, "-k", "nonsense", data=real_data)
    assert done.returncode == 2
    assert "No scenario matches '-k nonsense'" in done.stderr


def test_rebuild_gives_the_same_answers(real_data: Path) -> None:
    """From the record files alone."""
    before = shown(real_data)
    done = dask_matrix("rebuild", data=real_data)
    assert done.returncode == 0, done.stderr
    assert shown(real_data) == before


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_interrupted_run_resumes(real_data: Path, tmp_path: Path, how: signal.Signals, code: int) -> None:
    """No finished result is lost or repeated, and no process is left behind; only a killed run records no end."""
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    tests = write_set(tmp_path / "set", SLOW_SET)
    command = command_line("run", "--release", "2025.2.0", "--scenarios", tests)
    process = subprocess.Popen(command, env=environ(data), stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(results(data)) >= 3, process)
    os.kill(process.pid, how)
    said = process.communicate()[1]
    assert process.returncode == code
    if how is not signal.SIGKILL:
        assert "run the same command again to continue" in said
    wait_until_gone(str(data / "scratch"))
    (run,) = (path.name for path in (data / "records").iterdir())
    ended = [each["how"] for each in own(data, run) if each["kind"] == "end"]
    assert ended == ([] if how is signal.SIGKILL else ["interrupted"])
    stopped = len(results(data))
    assert 3 <= stopped < 24
    assert dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data).returncode == 0
    assert Counter(each["scenario"] for each in results(data)) == Counter(
        f"slow/takes_a_while[{number}]" for number in range(24)
    )
    assert shown(data)["cells"] == ["."] * 24


def test_ctrl_c_in_nox_gives_the_run_time_to_end(real_data: Path, tmp_path: Path) -> None:
    """Otherwise nox kills it half a second later and no end is recorded. Here scenarios take seconds to end."""
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    tests = write_set(tmp_path / "set", {"test_slow.py": DEAF + SLOW_SET["test_slow.py"]})
    up = [sys.executable, "-m", "nox", "-f", ROOT / "noxfile.py", "-s", "up", "--"]
    command = [*up, "--release", "2025.2.0", "--scenarios", tests, "--port", str(free_port())]
    process = subprocess.Popen(
        command, env=environ(data), start_new_session=True
    )  # a terminal sends Ctrl-C to the whole process group
    wait_until(lambda: len(results(data)) >= 3, process)
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    wait_until_gone(str(data / "scratch"))
    (run,) = (path.name for path in (data / "records").iterdir())
    assert own(data, run)[-1]["how"] == "interrupted"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_of_a_run_ends_with_it(real_data: Path, how: signal.Signals) -> None:
    """However the run ends, its port is free for the same command again."""
    port = free_port()
    command = command_line("run", "--release", "2026.1.0", "--serve", "--port", str(port))
    run = subprocess.Popen(command, env=environ(real_data), stderr=subprocess.PIPE, text=True)
    assert run.stderr
    try:
        while "Still serving on" not in run.stderr.readline():
            assert run.poll() is None
        assert '"ok"' in get(f"http://127.0.0.1:{port}/healthz", run)
        run.send_signal(how)
    except BaseException:
        run.kill()
        raise
    finally:
        run.communicate()
    wait_until_gone(str(port))


def test_two_runs_at_once_do_nothing_twice(real_data: Path, tmp_path: Path) -> None:
    """The same command in two terminals: the second waits, and finds everything done."""
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    tests = write_set(tmp_path / "set", {"test_two.py": SLOW_SET["test_slow.py"].replace("24", "6")})
    command = command_line("run", "--release", "2025.2.0", "--scenarios", tests)
    runs = [subprocess.Popen(command, env=environ(data), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(run.communicate()[1].splitlines()[-2] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert [line.rpartition(": ")[2] for line in said] == ["done 6/6", "nothing to do 6/6"]
    assert Counter(each["scenario"] for each in results(data)) == Counter(
        f"two/takes_a_while[{number}]" for number in range(6)
    )
    assert list((data / "scratch").iterdir()) == []


def test_tests_that_only_pytest_finds_run_once_too(real_data: Path, tmp_path: Path) -> None:
    """Imported by *, or a unittest.TestCase; a file that does not parse gets a row; files that pytest skips do not."""
    tests = write_set(
        tmp_path / "set",
        {
            "shared.py": "def test_shared():\n    pass\n",
            "test_star.py": "from shared import *\n",
            "test_case.py": "import unittest\n\nclass MyCase(unittest.TestCase):\n    def test_it(self):\n        pass\n",
            "test_broken.py": "def test_(:\n",
            "build/test_unseen.py": "def test_unseen():\n    pass\n",
        },
    )
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    for code in (1, 0):  # what errored is told once: nothing runs the second time
        done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data)
        assert done.returncode == code, done.stderr
    outcomes = Counter((each["scenario"], each["outcome"]) for each in results(data))
    assert outcomes == Counter([("star/shared", "passed"), ("case/MyCase/it", "passed"), ("broken", "errored")])


def test_folder_in_which_pytest_finds_nothing_is_reported(real_data: Path, tmp_path: Path) -> None:
    """Even with a test_*.py file; exit code 2, each time."""
    tests = write_set(tmp_path / "set", {"test_nothing.py": "x = 1\n"})
    for _ in range(2):
        done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=real_data)
        assert (done.returncode, f"No tests in {tests}" in done.stderr) == (2, True)


def wait_until_gone(word: str) -> None:
    """Wait until no process has a word on its command line (the harness and its children have their job file there)."""
    deadline = time.monotonic() + PATIENCE
    while any(word.encode() in line for line in command_lines()):
        assert time.monotonic() < deadline, "a process outlived its run"
        time.sleep(0.1)


def command_lines() -> list[bytes]:
    """Return the command lines of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found


def nox(data: Path, *arguments: str) -> str:
    """Run nox on the checkout's noxfile; return what it printed."""
    command = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ(data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nox_lists_a_session_for_each_environment_of_a_set(real_data: Path) -> None:
    """As JSON, to feed a CI matrix."""
    names = [each["session"] for each in json.loads(nox(real_data, "-t", "quick", "--list", "--json"))]
    assert len(names) == 10
    assert any(re.fullmatch(r"scenarios\(2025\.2\.0, py3\d+, as-released\)", name) for name in names)


def test_session_by_name_runs_one_environment(real_data: Path) -> None:
    """As cell pages print it, also if no set lists it: --again is handled here, other arguments go to pytest."""
    (python,) = {each["python"] for each in shown(real_data)["environments"] if each["release"] == "2025.2.0"}
    name = f"scenarios(2025.2.0, py{python.replace('.', '')}, latest)"
    row = "futures/from_delayed/computes_twice"

    def executions() -> int:
        return sum(each["scenario"] == row for each in results(real_data))

    for arguments, expected in (((), 1), ((), 1), (("--again",), 2)):
        nox(real_data, "-s", name, "--", "-k", "test_from_delayed and test_computes_twice", *arguments)
        assert executions() == expected


def get(url: str, server: subprocess.Popen[str]) -> str:
    """Return a page, once the server is up."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - this machine
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:  # the server is not up yet
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
