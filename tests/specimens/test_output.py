"""Tests that say much, or strange things."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import warnings


def test_floods_stdout():
    print("first line")
    for _ in range(10):
        print("x" * 1_000_000)
    print("last line")


def test_prints_invalid_utf8_and_nul():
    os.write(1, b"before \xff\xfe\x00 after\n")
    sys.stderr.write("lone \udc80 surrogate\n")


def test_logs():
    logging.getLogger("specimen").warning("a warning in the log")


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
