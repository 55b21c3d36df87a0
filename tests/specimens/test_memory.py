"""Tests that take much memory, alone or with others. Limits are in MiB."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

MIB = 1024 * 1024
EATS = """
import sys, time
kept = []
for _ in range(int(sys.argv[1])):
    kept.append(b"x" * 8 * 1024 * 1024)
    time.sleep(0.01)
time.sleep(600)
"""


def eat(blocks):
    """Start a process that takes so many blocks of 8 MiB and keeps them."""
    return subprocess.Popen([sys.executable, "-S", "-c", EATS, str(blocks)])


@pytest.mark.scenario(memory=300, timeout=30)
def test_eats_memory():
    print("hungry")
    kept = []
    for _ in range(200): kept.append(b"x" * 8 * MIB), time.sleep(0.01)
    time.sleep(600)


@pytest.mark.scenario(memory=300, timeout=30)
def test_has_a_child_that_eats_memory():
    eat(200).wait()


@pytest.mark.scenario(memory=300, timeout=30)
def test_has_children_that_eat_memory_together():
    """None of them is over the limit alone."""
    for process in [eat(15), eat(15), eat(15)]:
        process.wait()


@pytest.mark.scenario(memory=300)
def test_eats_less_than_it_may():
    kept = b"x" * 150 * MIB
    time.sleep(0.5)
    assert len(kept) == 150 * MIB


@pytest.fixture
def greedy():
    kept = []
    for _ in range(200): kept.append(b"x" * 8 * MIB), time.sleep(0.01)
    time.sleep(600)


@pytest.mark.scenario(memory=300, timeout=30)
def test_eats_memory_in_setup(greedy):
    pass
