"""Every way in which a test can come to its end."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time

import pytest


def test_passes():
    """A scenario that passes.

    Its description goes on.
    """
    print("to stdout")
    print("to stderr", file=sys.stderr)


def test_fails_by_assertion():
    expected = {"rows": 3}
    assert {"rows": 4} == expected, "the number of rows"


def test_raises():
    raise LookupError("no such key")


def test_raises_system_exit():
    raise SystemExit(0)


def test_raises_keyboard_interrupt():
    raise KeyboardInterrupt


def test_raises_a_base_exception():
    raise BaseException("neither an error nor a request to end")


def test_raises_an_exception_that_cannot_be_shown():
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise KeyboardInterrupt("not even str()")

        __repr__ = __str__

    raise Unspeakable


def test_raises_a_long_message():
    raise ValueError("x" * 50_000_000)


@pytest.mark.scenario(timeout=0.5)
def test_hangs():
    time.sleep(600)


@pytest.mark.scenario(timeout=0.5)
def test_hangs_and_ignores_requests_to_end():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(600)


@pytest.mark.scenario(timeout=0.5)
def test_hangs_with_no_handler_of_any_signal():
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    time.sleep(600)


@pytest.mark.scenario(timeout=0.5)
def test_hangs_in_python():
    while True: pass


@pytest.mark.scenario(timeout=0.5)
def test_hangs_in_a_regular_expression():
    """Which holds the interpreter's lock."""
    re.match(r"(a+)+$", "a" * 60 + "b")


@pytest.mark.scenario(timeout=0.5)
def test_hangs_in_c():
    """Without giving the interpreter's lock back, and with no handler of Python's ever called."""
    libc = ctypes.PyDLL(None)
    while True: libc.sleep(600)


def test_exits_with_0():
    os._exit(0)


def test_exits_with_3():
    os._exit(3)


def test_segfaults():
    print("just before")
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(60)


def test_reads_where_nothing_is():
    print("just before")
    ctypes.string_at(0)


def test_aborts():
    os.abort()


def test_is_killed():
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def test_forks_and_comes_back_twice():
    """The fork runs on into pytest; only the child's own end counts."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
    assert pid, "this is the fork"
