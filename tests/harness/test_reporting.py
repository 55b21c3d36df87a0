"""What keeps a child from reporting is the harness's accident, never the scenario's: `errored`, with the cause."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import mounted_disk
from tests.harness.bench import Bench

#: Each disturbs what the harness needs for its report, and passes.
DISTURBS = """
    import builtins, json, os, shutil, signal, sys, time
    from pathlib import Path

    def sink():
        # The pipe with the highest number is the report's.
        pipes = [int(name) for name in os.listdir("/proc/self/fd") if link(name).startswith("pipe:")]
        return max(pipes)

    def link(name):
        try:
            return os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            return ""

    def test_has_no_stdout():
        sys.stdout = sys.stderr = None

    def test_has_a_stdout_that_raises():
        sys.stdout = object()

    def test_replaces_what_the_harness_calls():
        json.dumps = builtins.open = os.getpid = os._exit = os.write = Path.open = None

    def test_writes_garbage_to_its_folder():
        for name in ("report", "evidence", "phases", "stacks"):
            Path("..", name).write_bytes(b'\\xff{"evidence": {"outcome": "passed"}}\\nnull\\n')

    def test_writes_garbage_to_the_report():
        os.write(sink(), b'{"evidence": 3}\\n[]\\n\\xff{"phase"')

    def test_removes_its_folder():
        shutil.rmtree(Path.cwd().parent)

    def test_closes_all_files():
        os.closerange(3, 1000)

    def test_takes_the_number_of_the_report():
        number = sink()
        os.close(number)
        assert os.dup2(os.open("mine", os.O_WRONLY | os.O_CREAT), number) == number
        os.set_inheritable(number, True)

    def test_runs_out_of_files():
        kept = []
        try:
            while len(kept) < 100_000:
                kept.append(open(os.devnull))
        except OSError:
            globals()["KEPT"] = kept

    def test_leaves_little_room_on_the_stack():
        sys.setrecursionlimit(200)
"""
#: Each ends its own process, before the harness has it back.
ENDS = """
    import os, signal

    def test_exits_with_0():
        os._exit(0)

    def test_exits_with_1():
        os._exit(1)

    def test_is_killed():
        os.kill(os.getpid(), signal.SIGKILL)

    def test_closes_all_files_and_exits():
        os.closerange(3, 1000)
        os._exit(0)
"""
ENDS_REPORTS = """
    import os, shutil
    from pathlib import Path

    def test_leaves_no_way():
        shutil.rmtree(Path.cwd().parent)
        os.closerange(3, 1000)
"""
#: The first fills the disk for the others.
FILLS = """
    import os
    from pathlib import Path

    def fill():
        try:
            with open(Path(os.environ["NOTES"], "big"), "wb", buffering=0) as file:
                while True:
                    file.write(bytes(65536))
        except OSError:
            pass

    def test_a_passes_on_a_full_disk():
        fill()

    def test_b_passes_without_a_disk():
        pass

    def test_c_needs_room():
        Path("big").write_bytes(bytes(2**21))

    def test_d_dies_of_it():
        os._exit(3)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    with mounted_disk(tmp_path / "small", "4m") as folder:
        yield folder


def test_a_scenario_that_disturbs_the_harness_has_its_own_outcome_or_errored(bench: Bench) -> None:
    """The report needs neither streams nor files; where the rest of the harness cannot go on, it says why."""
    bench.write("test_x.py", DISTURBS)
    assert bench.run(jobs=2, retries=0) == 0, bench.stderr
    assert len(bench.outcomes()) == 10
    errored = {scenario for scenario, outcome in bench.outcomes().items() if outcome != "passed"}
    assert errored == {"x/replaces_what_the_harness_calls", "x/closes_all_files"}, bench.records("result")
    for scenario in errored:
        result = bench.result(scenario)
        assert result["outcome"] == "errored"
        assert re.match(r"the harness itself failed: (TypeError|OSError): ", result["reason"])


@pytest.mark.quick
def test_a_scenario_that_ends_its_process_has_crashed(bench: Bench) -> None:
    """Whatever the exit code, and with all its files closed."""
    bench.write("test_x.py", ENDS)
    assert bench.run(jobs=2, retries=0) == 0, bench.stderr
    found = {
        scenario: (bench.result(scenario)["outcome"], bench.result(scenario)["reason"]) for scenario in bench.outcomes()
    }
    assert found == {
        "x/exits_with_0": ("crashed", "exit code 0"),
        "x/exits_with_1": ("crashed", "exit code 1"),
        "x/is_killed": ("crashed", "signal SIGKILL"),
        "x/closes_all_files_and_exits": ("crashed", "exit code 0"),
    }


def test_a_child_that_cannot_report_at_all_has_errored(bench: Bench) -> None:
    """Neither by its pipe nor by a file."""
    bench.write("test_x.py", ENDS_REPORTS)
    assert bench.run(retries=0) == 0, bench.stderr
    result = bench.result("x/leaves_no_way")
    assert result["outcome"] == "errored"
    assert result["reason"] == "the harness itself failed: no evidence could be sent (exit code 97)"


def test_a_fresh_interpreter_that_does_not_begin_has_errored(bench: Bench) -> None:
    """What ended it was not the scenario."""
    bench.write(
        "test_x.py",
        "import os\n\nif os.environ.get('AGAIN'):\n    os._exit(3)\nos.environ['AGAIN'] = '1'\n\ndef test_one():\n    pass\n",
    )
    assert bench.run(isolation="spawn", retries=0) == 0, bench.stderr
    result = bench.result("x/one")
    assert result["outcome"] == "errored"
    assert result["reason"] == "the harness itself failed: no scenario had begun (exit code 3)"


def test_a_file_whose_import_an_accident_ended_is_not_collected_as_a_whole(bench: Bench) -> None:
    """So that it is tried again; one that can never be imported counts as collected."""
    bench.write("test_x.py", "raise OSError(28, 'No space left on device')\n")
    bench.write("test_y.py", "import no_such_module\n")
    assert bench.run(retries=0) == 0, bench.stderr
    assert bench.outcomes() == {"x": "errored", "y": "errored"}
    (collection,) = bench.records("collection")
    assert list(collection["files"]) == ["test_y.py"]


def test_a_full_disk_is_never_a_scenario_s_fault(bench: Bench, small_disk: Path) -> None:
    """Who needs no disk passes; whoever fails or dies on it has errored, told with the cause."""
    bench.write("test_x.py", FILLS)
    bench.notes = small_disk
    assert bench.run(retries=0, scratch=str(small_disk / "scratch")) == 0, bench.stderr
    assert bench.outcomes() == {
        "x/a_passes_on_a_full_disk": "passed",
        "x/b_passes_without_a_disk": "passed",
        "x/c_needs_room": "errored",
        "x/d_dies_of_it": "errored",
    }
    place = f"cannot write to {small_disk / 'scratch' / 'x'}"
    assert bench.result("x/c_needs_room")["reason"] in {
        f"{place}: the disk is full",
        f"{place}: {os.strerror(28)}",
    }
    assert place in bench.result("x/d_dies_of_it")["reason"]
    assert bench.result("x/d_dies_of_it")["reason"].endswith("(exit code 3)")
