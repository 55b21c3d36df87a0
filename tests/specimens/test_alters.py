"""A test that changes everything it can reach, and one after it that finds all of that untouched."""

from __future__ import annotations

import builtins
import locale
import os
import random
import signal
import socket
import sys
import tempfile
import warnings
from pathlib import Path

MARK = "specimen-was-here"


def handle(number, frame):
    """A handler of signals."""


def umask():
    """The present one."""
    present = os.umask(0o22)
    os.umask(present)
    return present


def shared():
    """What every process started from here has in common."""
    return {
        "path": os.environ.get("PATH"),
        "locale": locale.setlocale(locale.LC_ALL),
        "signals": [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPIPE)],
        "socket timeout": socket.getdefaulttimeout(),
        "umask": umask(),
        "print": builtins.print,
    }


UNTOUCHED = shared()
KEPT = []


def test_changes_everything():
    assert shared() == UNTOUCHED
    Path("left").write_text(MARK)
    os.chdir("/")
    os.environ["SPECIMEN"] = MARK
    os.environ["TMPDIR"] = "/no/such/folder"
    del os.environ["PATH"]
    tempfile.tempdir = "/no/such/folder"
    locale.setlocale(locale.LC_ALL, "C.UTF-8")
    locale.setlocale(locale.LC_NUMERIC, "C")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGVTALRM):
        signal.signal(number, handle)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.path.insert(0, f"/no/such/folder/{MARK}")
    sys.modules[MARK] = sys
    socket.setdefaulttimeout(0.001)
    os.umask(0o77)
    builtins.print = KEPT.append
    KEPT.append(MARK)
    random.seed(MARK)
    warnings.simplefilter("error")
    assert {name for name, value in shared().items() if value != UNTOUCHED[name]} == set(UNTOUCHED)


def test_finds_everything_untouched():
    assert shared() == UNTOUCHED
    assert os.listdir() == []
    assert "SPECIMEN" not in os.environ
    assert os.listdir(os.environ["TMPDIR"]) == os.listdir(tempfile.gettempdir()) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert f"/no/such/folder/{MARK}" not in sys.path
    assert MARK not in sys.modules
    assert KEPT == []
    assert random.random() != random.Random(MARK).random()
    warnings.warn("no error", stacklevel=1)


def test_fails_where_its_folder_is_gone():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)
    assert os.path.exists(folder), "it is gone"
