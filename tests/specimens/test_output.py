"""Tests that say much, or strange things."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
import warnings

import pytest


def test_floods_stdout():
    print("first line")
    for _ in range(200):
        print("x" * 1_000_000)
    print("last line")
    assert os.fstat(1).st_size < 1_000_000, "it goes to disk"


def test_floods_stderr_from_a_process_of_its_own():
    floods = "import sys\nfor _ in range(10): print('x' * 999_999, file=sys.stderr)"
    subprocess.run([sys.executable, "-S", "-c", floods], check=True)


def test_closes_its_output():
    print("before")
    os.close(1)
    os.close(2)


def test_prints_invalid_utf8_and_nul():
    os.write(1, b"before \xff\xfe\x00 after\n")
    sys.stderr.write("lone \udc80 surrogate\n")


def test_logs():
    logging.getLogger("specimen").warning("a warning in the log")


def test_logs_and_dies():
    logging.getLogger("specimen").warning("a last warning in the log")
    os._exit(4)


@pytest.mark.scenario(timeout=0.5)
def test_logs_and_hangs():
    logging.getLogger("specimen").warning("a long wait begins")
    time.sleep(600)


def test_warns():
    for _ in range(3):
        warnings.warn("old news", DeprecationWarning, stacklevel=1)
    warnings.warn("other news", stacklevel=1)


async def test_awaits():
    await asyncio.sleep(0)


async def test_awaits_and_fails():
    await asyncio.sleep(0)
    raise TimeoutError("awaited for nothing")


def test_writes_from_a_process_of_its_own():
    os.system("echo from a shell")
