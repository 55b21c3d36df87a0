"""What several rooms' tests share: the command as users start it, and a data folder with real environments in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from .fork_server import PROGRAM, ForkServer
from .postgres import (  # noqa: F401 - fixtures of all rooms
    cluster,
    like,
    migrated_file,
    new_bare,
    new_database,
    postgresql,
    sqlite,
    url,
)
from .quick import pytest_addoption  # noqa: F401 - a hook
from .quick import pytest_configure as configure_quick

Command = Callable[..., "subprocess.CompletedProcess[str]"]
NOT_A_USERS = ("DASK_MATRIX", "NOX", "COLUMNS", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
"""What a command under test does not get from who tests: a path makes it start anew, no bytecode makes it compile all."""
TIMEOUT = 300
"""Maximum seconds of a command, on a loaded machine."""

INSTALLED = ("environments", "locks", "pytest", "index")
"""What of a data folder depends on no run."""

SMALL_SET = {
    "area/test_small.py": '''\
"""Scenarios that take no time."""
import dask
import pytest

def test_adds():
    """Two delayed numbers add up."""
    assert dask.delayed(sum)([1, 2]).compute() == 3

@pytest.mark.parametrize("release", ["2025.2.0", "1.0"])
def test_says_its_release(release):
    """Dask says its own version."""
    assert dask.__version__ == release
''',
}
"""A scenario set of a user's own: three scenarios, one of which fails on every release."""


def pytest_configure(config: pytest.Config) -> None:
    """Commands under test can be interrupted, also where pytest itself was started in the background of a shell."""
    configure_quick(config)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """End the process that commands are forked from, if one was."""
    if fork_server.cache_info().currsize:
        fork_server().close()


@cache
def fork_server() -> ForkServer:
    """Return the process that commands are forked from."""
    return ForkServer(environ())


def environ(data: Path | None = None, **changes: str) -> dict[str, str]:
    """Return the variables of a user who has set nothing of ours, but for the data folder, and who wants no surface."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_A_USERS)}
    quicker = {"DASK_MATRIX_NO_SURFACE": "1"}
    return kept | quicker | ({"DASK_MATRIX_DATA": str(data)} if data else {}) | changes


def command_line(*arguments: str | Path) -> list[str]:
    """Return the command as a process that starts from nothing: for signals, pipes and limits."""
    return [str(PROGRAM), *map(str, arguments)]


def dask_matrix(
    *arguments: str | Path, data: Path | None = None, cwd: Path | None = None, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a fork, or from nothing if variables of Python's change; return its exit code and output."""
    if not any(name.startswith("PYTHON") for name in changes):
        return fork_server().run(list(map(str, arguments)), environ(data, **changes), cwd, TIMEOUT)
    return subprocess.run(
        command_line(*arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environ(data, **changes),
        timeout=TIMEOUT,
    )


@contextmanager
def mounted_disk(folder: Path, size: str) -> Iterator[Path]:
    """Make a folder a small disk of its own, such as ``4m``; skip the test where none can be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"cannot mount a tmpfs: {error}")
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def write_set(folder: Path, files: dict[str, str] = SMALL_SET) -> Path:
    """Write a scenario set; return its folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def real_data(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which a real release was run over the small set, and one that does not install.

    The first process that asks for it runs them. Each has records of its own, and what is installed in common.
    """
    made = shared / "real-run"
    with FileLock(f"{made}.lock"):
        if not (made / "output").exists():
            (made / "output").write_text(run_small_set(made))
    folder = tmp_path_factory.mktemp("real")
    write_set(folder / "set")
    shutil.copytree(made / "data", folder / "data", ignore=shutil.ignore_patterns(*INSTALLED))
    for name in INSTALLED:
        (folder / "data" / name).symlink_to(made / "data" / name)
    return folder / "data"


def run_small_set(folder: Path) -> str:
    """Run both releases into the folder's ``data``; return what the command says."""
    tests = write_set(folder / "set")
    releases = ("--release", "2025.2.0", "--release", "2026.1.0")
    done = dask_matrix("run", *releases, "--scenarios", tests, data=folder / "data")
    assert done.returncode == 0, done.stderr
    return done.stderr
