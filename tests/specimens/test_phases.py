"""Trouble before and after the call, and what is declared beforehand."""

from __future__ import annotations

import os
import time

import pytest


@pytest.fixture
def broken():
    raise RuntimeError("no cluster today")


@pytest.fixture
def breaks_afterwards():
    yield
    raise RuntimeError("the cluster does not close")


@pytest.fixture
def hangs():
    time.sleep(600)


@pytest.fixture
def dies_afterwards():
    yield
    os._exit(1)


def test_fails_in_setup(broken):
    pass


def test_fails_in_teardown(breaks_afterwards):
    pass


def test_fails_in_call_and_teardown(breaks_afterwards):
    assert [] == [1]


@pytest.mark.scenario(timeout=0.5)
def test_hangs_in_setup(hangs):
    pass


def test_dies_in_teardown(dies_afterwards):
    pass


def test_asks_for_an_unknown_fixture(no_such_fixture):
    pass


@pytest.mark.skip(reason="not on this platform")
def test_is_marked_as_skipped():
    raise AssertionError


def test_skips_itself():
    pytest.skip("nothing to see here")


def test_needs_a_module_that_is_not_there():
    pytest.importorskip("no_such_module_anywhere")


@pytest.mark.xfail(reason="dask/dask#1")
def test_is_expected_to_fail():
    raise ValueError("as expected")


@pytest.mark.xfail(reason="dask/dask#2")
def test_passes_unexpectedly():
    pass


@pytest.mark.xfail(reason="dask/dask#3", strict=True)
def test_passes_although_it_must_not():
    pass
