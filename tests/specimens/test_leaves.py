"""Tests that leave something behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import pytest

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
