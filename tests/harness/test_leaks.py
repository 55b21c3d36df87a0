"""Leaks: what a scenario leaves behind becomes a warning on its result, and is cleaned up."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import ISOLATIONS, Bench
from tests.harness.specimen_starts import LEAK, Target, start

LEAVES_TWO_OF_EACH = """
    import socket, subprocess, sys, tempfile, threading
    from pathlib import Path

    KEPT = []

    def test_leaves():
        for number in (1, 2):
            KEPT.append(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]))
            KEPT.append(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=threading.Event().wait, name=f"forgotten-{number}").start()
            Path(tempfile.gettempdir(), f"forgotten-{number}.txt").touch()
"""


def leaks(result: dict[str, Any]) -> list[str]:
    """What a scenario left."""
    return sorted(warning["message"] for warning in result["warnings"] if warning["category"] == LEAK)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_is_left_is_counted_and_named(bench: Bench, isolation: str) -> None:
    """Each kind in a warning of its own."""
    bench.write("test_x.py", LEAVES_TWO_OF_EACH)
    assert bench.run(isolation=isolation) == 0
    result = bench.result("x/leaves")
    ports, processes, files, threads = leaks(result)
    assert result["outcome"] == "passed"
    assert processes.startswith("left 2 processes behind: ")
    assert re.fullmatch(r"left 2 open ports behind: 127\.0\.0\.1:\d+\W+127\.0\.0\.1:\d+", ports)
    assert re.fullmatch(r"left 2 threads behind: forgotten-1 \(.+\)\W+forgotten-2 \(.+\)", threads)
    assert re.fullmatch(r"left 2 temporary files behind: forgotten-1\.txt\W+forgotten-2\.txt", files)


def test_a_process_is_told_however_young_it_is(tmp_path: Path, target: Callable[[str], Target]) -> None:
    """Also while the system still loads its program and knows no command line of it."""
    tests = tmp_path / "tests"
    tests.mkdir()
    tests.joinpath("test_x.py").write_text(
        textwrap.dedent("""
        import subprocess, sys
        import pytest

        @pytest.mark.parametrize("number", range(30))
        def test_leaves(number):
            subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        """)
    )
    leaks = start(tmp_path, target("newest"), tests).leaks()
    assert len(leaks) == 30
    assert all("time.sleep(600)" in leak for (leak,) in leaks.values())


@pytest.mark.quick
def test_what_a_fixture_takes_away_is_no_leak(bench: Bench) -> None:
    """Only what is there when the scenario was torn down counts."""
    bench.write(
        "test_x.py",
        """
        import subprocess, sys, threading
        import pytest

        @pytest.fixture
        def helpers():
            go = threading.Event()
            thread = threading.Thread(target=go.wait)
            thread.start()
            process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
            yield
            process.kill()
            process.wait()
            go.set()
            thread.join()

        def test_uses(helpers):
            pass
        """,
    )
    assert bench.run() == 0
    assert bench.result("x/uses")["warnings"] == []


def test_a_thread_is_told_by_where_it_is(bench: Bench) -> None:
    """In the code of the scenario, not in the depths of the standard library."""
    bench.write(
        "test_x.py",
        """
        import threading

        def waits(event):
            event.wait()

        def test_leaves():
            threading.Thread(target=waits, args=[threading.Event()], name="forgotten").start()
        """,
    )
    assert bench.run() == 0
    assert leaks(bench.result("x/leaves")) == ["left 1 thread behind: forgotten (in waits, test_x.py:5)"]


def test_a_failure_can_leak_as_well(bench: Bench) -> None:
    """The outcome is not affected."""
    bench.write(
        "test_x.py",
        """
        import threading

        def test_fails():
            threading.Thread(target=threading.Event().wait, name="forgotten").start()
            raise LookupError
        """,
    )
    assert bench.run(retries=0) == 0
    result = bench.result("x/fails")
    assert (result["outcome"], result["exception"]["type"]) == ("failed", "LookupError")
    assert [leak.partition(" (")[0] for leak in leaks(result)] == ["left 1 thread behind: forgotten"]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_was_there_before_is_not_the_scenario_s(bench: Bench, isolation: str) -> None:
    """An import may start what it needs."""
    bench.write(
        "conftest.py",
        """
        import socket, threading
        SERVER = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        """,
    )
    bench.write("test_x.py", "def test_one():\n    pass\n")
    assert bench.run(isolation=isolation) == 0
    assert bench.result("x/one")["warnings"] == []
