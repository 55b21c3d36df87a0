"""`pytest --quick` runs what starts no process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import os, subprocess, sys
import pytest

def start():
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)

@pytest.fixture
def started():
    start()

@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param

def test_that_starts_none():
    pass

def test_that_starts_one():
    start()

def test_whose_fixture_starts_one(started):
    pass

def test_that_forks():
    if not os.fork():
        os._exit(0)

def test_of_a_server(kind):
    pass

@pytest.mark.quick
def test_that_is_marked(started):
    start()

@pytest.mark.slow
def test_that_takes_long():
    pass
"""
FLAGS = ("--strict-markers", "-rs", "-q", "-p", "no:cacheprovider", "-p", "tests.quick")


def report(folder: Path, *arguments: str) -> list[str]:
    """Return the lines that pytest prints of the tests above."""
    (folder / "test_them.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", *FLAGS, "--rootdir", str(folder), str(folder), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.quick
def test_a_test_that_starts_a_process_is_skipped_and_counted(tmp_path: Path) -> None:
    """By program, whether it is the test that starts it or a fixture; the marker runs it all the same."""
    *_, skipped, forked, last = report(tmp_path, "--quick")
    assert skipped.startswith("SKIPPED [2]")
    assert skipped.endswith(f"starts {Path(sys.executable).name}: not quick")
    assert forked.endswith("starts a process: not quick")
    assert last.startswith("3 passed, 3 skipped, 2 deselected")


def test_without_the_option_everything_runs(tmp_path: Path) -> None:
    """Nothing is skipped, nothing deselected."""
    *_, last = report(tmp_path)
    assert last.startswith("8 passed in")
