"""Environments on disk: whole or made anew, within a limit, shared by processes, never taken from under one."""

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
from dask_matrix.collect.environments.installation import install, size_noted, size_of
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
HOLDS = """\
import sys
from pathlib import Path
from dask_matrix.collect.machine.scratch import session_lock
with session_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
MIB = 2**20


def wheel() -> bytes:
    """Return a package with one module."""
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


class Shop(ThreadingHTTPServer):
    """Serves the wheel once ``open`` is set; ``asked`` is set when it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.open, self.asked, self.wheel = threading.Event(), threading.Event(), wheel()

    @property
    def lock(self) -> str:
        """The lock of an environment that holds the wheel."""
        return f"tiny @ http://127.0.0.1:{self.server_address[1]}/tiny-1.0-py3-none-any.whl\n"


class _Clerk(BaseHTTPRequestHandler):
    server: Shop

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.wheel)))
        self.end_headers()

    def do_GET(self) -> None:
        self.server.asked.set()
        self.server.open.wait()
        self.do_HEAD()
        self.wfile.write(self.server.wheel)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        """Quiet."""


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    """A shop, and a cache of uv's that is empty."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.open.set()
        server.shutdown()
        thread.join()


def begin(folder: Path, lock: Path) -> subprocess.Popen[str]:
    """Start an installation in a process of its own."""
    command = [sys.executable, "-c", INSTALLS, str(folder), str(lock)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def is_free(folder: Path) -> bool:
    """Whether nobody holds the lock of an installation."""
    try:
        with install_lock(folder, wait=False):
            return True
    except BlockingIOError:
        return False


def value_in(python: Path) -> str:
    """Return what the wheel's module says in an environment."""
    return subprocess.check_output([python, "-c", "import tiny; print(tiny.value)"], text=True).strip()


def test_an_installation_killed_in_the_middle_is_never_taken_for_whole(shop: Shop, tmp_path: Path) -> None:
    """Its uv, which outlives it, keeps the lock; then the folder is made anew."""
    folder, lock = tmp_path / "environments" / "one", tmp_path / "lock.txt"
    lock.write_text(shop.lock)
    first = begin(folder, lock)
    assert shop.asked.wait(60)
    first.kill()
    first.communicate()
    assert (folder / "bin" / "python").exists()
    assert size_noted(folder) is None
    assert not is_free(folder)
    second = begin(folder, lock)
    shop.open.set()
    assert second.communicate()[0] == "True\n"
    assert value_in(folder / "bin" / "python") == "1"
    assert size_noted(folder) == size_of(folder) - (folder / ".ready").stat().st_blocks * 512


def test_two_processes_install_an_environment_once(shop: Shop, tmp_path: Path) -> None:
    """The second finds it whole."""
    folder, lock = tmp_path / "environments" / "one", tmp_path / "lock.txt"
    lock.write_text(shop.lock)
    shop.open.set()
    both = [begin(folder, lock) for _ in range(2)]
    assert sorted(each.communicate()[0] for each in both) == ["False\n", "True\n"]


def test_an_installation_says_what_uv_said_and_how_long_it_took(tmp_path: Path) -> None:
    """As a person would see it, without colours and bars; who finds it whole hears nothing."""
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
    """Write an environment that says its size, was last used at second ``used``, and is not whole without a size."""
    path = folder / name
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").write_bytes(b"x" * 5000)
    if mib is not None:
        (path / ".ready").write_text(str(mib * MIB) if mib else "")
        os.utime(path / ".ready", (used, used))
    return path


def left(folder: Path) -> set[str]:
    """Return the environments there are."""
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_over_the_limit_the_least_recently_used_go(tmp_path: Path) -> None:
    """As few as will do, and never the one just installed, be it the oldest."""
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
def at_work(folder: Path) -> Iterator[None]:
    """Another process works in an environment."""
    command = [sys.executable, "-c", HOLDS, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("")


def test_an_environment_in_use_stays(tmp_path: Path) -> None:
    """Whether a session works in it or it is being installed, and even if the limit can't be met."""
    new, used, made = (fake(tmp_path, name, used=1) for name in ("new", "used", "made"))
    with at_work(used), install_lock(made):
        evict(new, 1)
        assert left(tmp_path) == {"new", "used", "made"}
    evict(new, 1)
    assert left(tmp_path) == {"new"}


def test_evictions_at_once_remove_no_more_than_one_would(tmp_path: Path) -> None:
    """They take turns."""
    for number in range(12):
        fake(tmp_path, f"old{number:02}", used=number)
    new = [fake(tmp_path, f"new{number}", used=100) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: evict(each, 70 * MIB), new))
    assert left(tmp_path) == {f"new{number}" for number in range(4)} | {"old09", "old10", "old11"}


def test_what_a_killed_removal_or_installation_left_goes_first(tmp_path: Path) -> None:
    """It is of no use to anybody, within the limit or not."""
    new = fake(tmp_path, "new", used=2)
    fake(tmp_path, "old", used=1)
    fake(tmp_path, "half", used=1, mib=None)
    evict(new, 100 * MIB)
    assert left(tmp_path) == {"new", "old"}


def test_a_use_is_noted_and_an_unmeasured_environment_is_measured(tmp_path: Path) -> None:
    """Those of an older version say no size."""
    old, known = fake(tmp_path, "old", used=1, mib=0), fake(tmp_path, "known", used=1)
    assert size_noted(old) == 0
    for folder in (old, known):
        assert not install(folder, tmp_path / "no.lock", Path(sys.executable), index_settings()).made
        assert (folder / ".ready").stat().st_mtime > 1
    assert size_noted(known) == 10 * MIB
    assert size_noted(old) == (old / "bin" / "python").stat().st_blocks * 512
