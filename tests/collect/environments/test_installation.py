"""Environments on disk are complete or reinstalled, kept within a limit, shared by processes, and not evicted in use."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from dask_matrix.collect.environments.eviction import evict
from dask_matrix.collect.environments.installation import install, recorded_size, size_of
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.machine.scratch import install_lock

ROOT = Path(__file__).parents[3]
INSTALLS = """\
import sys
from pathlib import Path
from dask_matrix.collect.environments.installation import install
from dask_matrix.collect.index.settings import index_settings
folder, lock = map(Path, sys.argv[1:])
print(install(folder, lock, Path(sys.executable), index_settings()).made)
"""
LOCKS = """\
import sys
from pathlib import Path
from dask_matrix.collect.machine.scratch import session_lock
with session_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
MIB = 2**20


def wheel() -> bytes:
    """Return a wheel with one module."""
    info = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "value = 1\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with BytesIO() as data:
        with zipfile.ZipFile(data, "w") as archive:
            for name, text in (files | {f"{info}/RECORD": record}).items():
                archive.writestr(name, text)
        return data.getvalue()


class WheelServer(ThreadingHTTPServer):
    """Serves the wheel once ``open`` is set; ``requested`` is set on the first request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _WheelHandler)
        self.open, self.requested, self.wheel = threading.Event(), threading.Event(), wheel()

    @property
    def lock(self) -> str:
        """The lock of an environment with the wheel."""
        return f"tiny @ http://127.0.0.1:{self.server_address[1]}/tiny-1.0-py3-none-any.whl\n"


class _WheelHandler(BaseHTTPRequestHandler):
    server: WheelServer

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.wheel)))
        self.end_headers()

    def do_GET(self) -> None:
        self.server.requested.set()
        self.server.open.wait()
        self.do_HEAD()
        self.wfile.write(self.server.wheel)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WheelServer]:
    """A wheel server, with an empty uv cache."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with WheelServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.open.set()
        server.shutdown()
        thread.join()


def start_install(folder: Path, lock: Path) -> subprocess.Popen[str]:
    """Start an installation in another process."""
    command = [sys.executable, "-c", INSTALLS, str(folder), str(lock)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def is_free(folder: Path) -> bool:
    """Whether the lock of an installation is free."""
    try:
        with install_lock(folder, wait=False):
            return True
    except BlockingIOError:
        return False


def value_in(python: Path) -> str:
    """Return the value in the wheel's module in an environment; its bytecode would change the size of that."""
    return subprocess.check_output([python, "-B", "-c", "import tiny; print(tiny.value)"], text=True).strip()


def test_a_killed_installation_is_incomplete(server: WheelServer, tmp_path: Path) -> None:
    """Its uv outlives it and holds the lock; then the environment is installed again."""
    folder, lock = tmp_path / "environments" / "one", tmp_path / "lock.txt"
    lock.write_text(server.lock)
    first = start_install(folder, lock)
    assert server.requested.wait(60)
    first.kill()
    first.communicate()
    assert (folder / "bin" / "python").exists()
    assert recorded_size(folder) is None
    assert not is_free(folder)
    second = start_install(folder, lock)
    server.open.set()
    assert second.communicate()[0] == "True\n"
    assert value_in(folder / "bin" / "python") == "1"
    assert recorded_size(folder) == size_of(folder) - (folder / ".ready").stat().st_blocks * 512


def test_two_processes_install_an_environment_once(server: WheelServer, tmp_path: Path) -> None:
    """The second finds it installed."""
    folder, lock = tmp_path / "environments" / "one", tmp_path / "lock.txt"
    lock.write_text(server.lock)
    server.open.set()
    both = [start_install(folder, lock) for _ in range(2)]
    assert sorted(each.communicate()[0] for each in both) == ["False\n", "True\n"]


def test_an_installation_returns_the_output_of_uv_and_its_duration(tmp_path: Path) -> None:
    """Without colours and progress bars; both are empty if it was installed before."""
    path, lock = tmp_path / "tiny-1.0-py3-none-any.whl", tmp_path / "lock.txt"
    path.write_bytes(wheel())
    lock.write_text(f"tiny @ {path.as_uri()}\n")
    folder = tmp_path / "environments" / "one"
    made = install(folder, lock, Path(sys.executable), index_settings())
    assert made.made
    assert "Creating virtual environment at: " in made.log
    assert "Installed 1 package in " in made.log
    assert f" + tiny==1.0 (from {path.as_uri()})\n" in made.log
    assert not {"\x1b", "\r"} & set(made.log)
    assert made.seconds > 0
    again = install(folder, lock, Path(sys.executable), index_settings())
    assert (again.made, again.log, again.seconds) == (False, "", 0)


def fake(folder: Path, name: str, *, used: int, mib: int | None = 10) -> Path:
    """Write an environment of a recorded size, last used at second ``used``; incomplete if ``mib`` is None."""
    path = folder / name
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").write_bytes(b"x" * 5000)
    if mib is not None:
        (path / ".ready").write_text(str(mib * MIB) if mib else "")
        os.utime(path / ".ready", (used, used))
    return path


def left(folder: Path) -> set[str]:
    """Return the names of the environments."""
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_over_the_limit_the_least_recently_used_are_evicted(tmp_path: Path) -> None:
    """As few as needed, and never the one just installed."""
    new = fake(tmp_path, "new", used=0)
    for name, used in (("c", 3), ("a", 1), ("b", 2), ("d", 4)):
        fake(tmp_path, name, used=used)
    evict(new, 50 * MIB)
    assert left(tmp_path) == {"new", "a", "b", "c", "d"}
    evict(new, 35 * MIB)
    assert left(tmp_path) == {"new", "c", "d"}
    evict(new, 1)
    assert left(tmp_path) == {"new"}


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Let another process use an environment."""
    command = [sys.executable, "-c", LOCKS, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("")


def test_an_environment_in_use_stays(tmp_path: Path) -> None:
    """Whether by a session or an installation, and even if the limit cannot be met."""
    new, used, made = (fake(tmp_path, name, used=1) for name in ("new", "used", "made"))
    with in_use(used), install_lock(made):
        evict(new, 1)
        assert left(tmp_path) == {"new", "used", "made"}
    evict(new, 1)
    assert left(tmp_path) == {"new"}


def test_concurrent_evictions_remove_no_more_than_one(tmp_path: Path) -> None:
    """They run one at a time."""
    for number in range(12):
        fake(tmp_path, f"old{number:02}", used=number)
    new = [fake(tmp_path, f"new{number}", used=100) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: evict(each, 70 * MIB), new))
    assert left(tmp_path) == {f"new{number}" for number in range(4)} | {"old09", "old10", "old11"}


def test_incomplete_environments_are_always_removed(tmp_path: Path) -> None:
    """Within the limit or not."""
    new = fake(tmp_path, "new", used=2)
    fake(tmp_path, "old", used=1)
    fake(tmp_path, "half", used=1, mib=None)
    evict(new, 100 * MIB)
    assert left(tmp_path) == {"new", "old"}


def test_last_use_is_recorded_and_a_missing_size_is_measured(tmp_path: Path) -> None:
    """Environments of an older version have no recorded size."""
    old, known = fake(tmp_path, "old", used=1, mib=0), fake(tmp_path, "known", used=1)
    assert recorded_size(old) == 0
    for folder in (old, known):
        assert not install(folder, tmp_path / "no.lock", Path(sys.executable), index_settings()).made
        assert (folder / ".ready").stat().st_mtime > 1
    assert recorded_size(known) == 10 * MIB
    assert recorded_size(old) == (old / "bin" / "python").stat().st_blocks * 512
