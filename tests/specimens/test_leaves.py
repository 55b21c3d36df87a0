"""Tests that leave something behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

KEPT = []
SLEEPS = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
STARTS_ONE_THAT_SLEEPS = f"import subprocess; subprocess.Popen({SLEEPS!r}, start_new_session=True)"


def test_leaves_a_process():
    subprocess.Popen(SLEEPS)


def test_leaves_a_grandchild_in_a_session_of_its_own():
    subprocess.run([sys.executable, "-S", "-c", STARTS_ONE_THAT_SLEEPS], check=True)


@pytest.mark.scenario(timeout=0.7)
def test_hangs_with_descendants():
    subprocess.run([sys.executable, "-S", "-c", STARTS_ONE_THAT_SLEEPS], check=True)
    subprocess.Popen(SLEEPS)
    time.sleep(600)


def test_leaves_files():
    assert os.listdir() == []
    assert os.listdir(tempfile.gettempdir()) == []
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "file"), "w") as file:
        file.write("left")
    with open("here", "w") as file:
        file.write("left")
    os.chmod(folder, 0o500)


def test_leaves_files_again():
    test_leaves_files()


def note_port(server):
    """Tell whoever looks for it later."""
    (Path(os.environ["SPECIMENS_NOTES"]) / f"port-{server.getsockname()[1]}").touch()


LISTENS = """
import os, socket, time
from pathlib import Path
server = socket.create_server(("127.0.0.1", 0))
(Path(os.environ["SPECIMENS_NOTES"]) / f"port-{server.getsockname()[1]}").touch()
print("listens", flush=True)
time.sleep(600)
"""


def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, name="forgotten").start()


def test_leaves_a_daemon_thread():
    threading.Thread(target=threading.Event().wait, name="daemonic", daemon=True).start()


def test_leaves_an_executor_at_work():
    KEPT.append(ThreadPoolExecutor(1, thread_name_prefix="busy"))
    KEPT[0].submit(time.sleep, 600)


def test_leaves_an_idle_executor():
    KEPT.append(ThreadPoolExecutor(2))
    assert KEPT[0].submit(int).result() == 0


def test_leaves_an_open_port():
    KEPT.append(socket.create_server(("127.0.0.1", 0)))
    note_port(KEPT[0])


@pytest.mark.scenario(timeout=0.7)
def test_hangs_with_an_open_port():
    KEPT.append(socket.create_server(("127.0.0.1", 0)))
    note_port(KEPT[0])
    time.sleep(600)


def test_leaves_a_process_that_listens():
    KEPT.append(subprocess.Popen([sys.executable, "-S", "-c", LISTENS], stdout=subprocess.PIPE, text=True))
    assert KEPT[0].stdout.readline() == "listens\n"


def test_dies_with_a_process_that_listens():
    test_leaves_a_process_that_listens()
    os._exit(5)


def test_closes_a_port():
    with socket.create_server(("127.0.0.1", 0)):
        pass


def test_leaves_a_temporary_file():
    Path(tempfile.gettempdir(), "forgotten.txt").write_text("left")


def test_removes_a_temporary_file():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("gone")


def test_has_its_files_where_pytest_keeps_them(tmp_path):
    (tmp_path / "file").write_text("pytest removes it some day")


@pytest.fixture
def closes():
    with ThreadPoolExecutor(1) as executor, socket.create_server(("127.0.0.1", 0)) as server:
        yield executor, server


def test_has_a_fixture_that_cleans_up(closes):
    executor, _ = closes
    assert executor.submit(int).result() == 0
