"""How the harness starts and ends: jobs, exit codes, selection, and stop requests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.harness.bench import ISOLATIONS, PATIENCE, SCRATCH_KEPT, TWO_TESTS, WAITS, Bench, is_alive

#: A fork of the harness waits, before anything else, until the harness is gone.
FORKS_LATE = """
    import os, pathlib, time

    harness = os.getpid()

    def wait_for_the_end_of_the_harness():
        if os.getppid() == harness:
            pathlib.Path(os.environ["PIDS"]).write_text(str(os.getpid()))
        while os.getppid() == harness:
            time.sleep(0.001)

    os.register_at_fork(after_in_child=wait_for_the_end_of_the_harness)

    def test_waits():
        time.sleep(600)
"""


@pytest.mark.quick
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


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_nothing_outlives_the_process_the_harness_works_for(bench: Bench, isolation: str) -> None:
    """When that is gone all scenarios end; what was finished is kept, the rest has no result."""
    bench.write("test_x.py", WAITS)
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]) as master:
        harness = bench.begin(alive=master.pid, isolation=isolation)
        pids = bench.wait_for_processes(harness)
        assert all(map(is_alive, pids))
        master.kill()
    assert harness.wait() == 5
    assert not any(map(is_alive, pids))
    assert bench.outcomes() == {"x/a_is_quick": "passed"}
    assert {path.name for path in bench.scratch.iterdir()} <= SCRATCH_KEPT


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_scenarios_too(bench: Bench, number: int, isolation: str) -> None:
    """In whatever session their processes are."""
    bench.write("test_x.py", WAITS)
    harness = bench.begin(isolation=isolation)
    pids = bench.wait_for_processes(harness)
    harness.send_signal(number)
    assert harness.wait() == 5
    assert not any(map(is_alive, pids))
    assert bench.outcomes() == {"x/a_is_quick": "passed"}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_scenario_dies_with_a_harness_that_is_killed(bench: Bench, isolation: str) -> None:
    """Its own process at least: nothing else can be done then."""
    bench.write("test_x.py", WAITS)
    harness = bench.begin(isolation=isolation)
    scenario, *others = bench.wait_for_processes(harness)
    harness.kill()
    harness.wait()
    while is_alive(scenario):
        time.sleep(0.01)
    for pid in others:
        os.kill(pid, signal.SIGKILL)


def test_a_scenario_dies_with_a_harness_that_was_killed_while_it_was_forked(bench: Bench) -> None:
    """A process whose parent is gone by then asks in vain to be killed with it."""
    bench.write("test_x.py", FORKS_LATE)
    harness = bench.begin()
    while not (bench.pids.exists() and bench.pids.read_text()):
        assert harness.poll() is None, bench.stderr
        time.sleep(0.01)
    harness.kill()
    harness.wait()
    scenario = int(bench.pids.read_text())
    give_up = time.monotonic() + PATIENCE
    while is_alive(scenario) and time.monotonic() < give_up:
        time.sleep(0.01)
    outlived = is_alive(scenario)
    if outlived:
        os.kill(scenario, signal.SIGKILL)
    assert not outlived


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
        ("tests", "/no/such/folder", "tests: no such folder: /no/such/folder"),
        ("jobs", 0, "jobs: 0 is not a number of processes, 1 or more"),
        ("timeout", "long", "timeout: 'long' is not seconds, more than 0"),
        ("imports", "dask", "imports: 'dask' is not a list of module names"),
        ("memory", 0, "memory: 0 is not MiB, more than 0, or null"),
        ("output", -1, "output: -1 is not KiB, more than 0"),
        ("isolation", "thread", "isolation: 'thread' is not one of fork, spawn"),
        ("rounds", 0, "rounds: 0 is not a number of rounds, 1 or more"),
        ("retries", -1, "retries: -1 is not a number of executions"),
        ("seed", "dice", "seed: 'dice' is not a whole number or null"),
    ],
)
def test_a_bad_job_is_refused_by_the_name_of_its_field(bench: Bench, field: str, value: object, says: str) -> None:
    """Exit code 2 and one line."""
    assert bench.run(**{field: value}) == 2
    assert bench.stderr.endswith(f"{says}\n")


def test_unknown_arguments_are_refused(bench: Bench) -> None:
    """By pytest, in its words."""
    bench.write("test_x.py", TWO_TESTS)
    assert bench.run("--no-such-option") == 2
    assert "unrecognized arguments: --no-such-option" in bench.stderr


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


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_users_folders_come_after_the_environment_and_before_pytest(bench: Bench, isolation: str) -> None:
    """Nothing of theirs replaces what is under test, nothing of ours replaces a module of theirs."""
    theirs, ours = bench.tests.parent / "theirs", bench.tests.parent / "overlay"
    for folder in (theirs, ours):
        folder.mkdir()
        (folder / "in_both.py").write_text(f"FOLDER = {folder.name!r}\n")
        (folder / "types.py").write_text("raise RuntimeError\n")
    bench.write(
        "test_paths.py",
        """
        import types
        import in_both
        def test_theirs():
            assert in_both.FOLDER == "theirs"
            assert types.SimpleNamespace
        """,
    )
    assert bench.run(isolation=isolation, paths=[str(theirs)], pytest=str(ours)) == 0
    assert [each["outcome"] for each in bench.records("result")] == ["passed"]
