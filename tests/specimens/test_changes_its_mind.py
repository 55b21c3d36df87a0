"""Tests whose attempts differ. What they remember of the last attempt lies outside of all that is isolated."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest


def is_first_attempt(name):
    """Whether `name` was not attempted before in this start of the harness."""
    note = Path(os.environ["SPECIMENS_NOTES"]) / name
    if note.exists():
        return False
    note.write_text("attempted")
    return True


def test_passes_on_the_second_attempt():
    assert not is_first_attempt("passes")


def test_dies_before_it_fails():
    if is_first_attempt("dies"):
        os._exit(9)
    raise LookupError("alive, but wrong")


@pytest.mark.scenario(timeout=0.5)
def test_hangs_before_it_is_skipped():
    if is_first_attempt("hangs"):
        time.sleep(600)
    pytest.skip("not the second time")


@pytest.fixture
def shaky():
    assert not is_first_attempt("shaky")


def test_errs_before_it_passes(shaky):
    pass
