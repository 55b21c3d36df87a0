"""Fixtures for the scenarios of the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def script():
    """A function that gives the command for a console script of this environment."""

    def command(name):
        # The interpreter that a script names in its first line may have moved, with the environment.
        return sys.executable, str(Path(sys.executable).parent / name)

    return command


@pytest.fixture
def surroundings(tmp_path):
    """The environment variables of a command: a home of its own, and nothing said to pytest."""
    return {**os.environ, "HOME": str(tmp_path), "DASK_CONFIG": str(tmp_path / "config"), "COLUMNS": "200"}


@pytest.fixture
def run(tmp_path, surroundings):
    """A function that runs a command to its end."""

    def run_command(*command):
        return subprocess.run(
            command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=30, check=False
        )

    return run_command


@pytest.fixture
def begin(tmp_path, surroundings):
    """A function that starts a command that goes on; it is ended with the test."""
    begun = []

    def begin_command(*command):
        with open(tmp_path / f"output-{len(begun)}", "wb") as output:
            begun.append(subprocess.Popen(command, cwd=tmp_path, env=surroundings, stdout=output, stderr=output))

    yield begin_command
    for process in reversed(begun):
        process.terminate()
    for process in begun:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
