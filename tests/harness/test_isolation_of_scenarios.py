"""The futures scenarios end alike, forked and in fresh interpreters, on a real release."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from dask_matrix.places import scenarios
from tests.harness.bench import ISOLATIONS
from tests.harness.specimen_starts import Start, Target, start

#: What the futures area needs; each fresh interpreter imports it anew.
MODULES = ["dask", "distributed"]


@pytest.fixture(scope="module")
def starts(dask_target: Target, tmp_path_factory: pytest.TempPathFactory) -> list[Start]:
    """A start over the futures area in each isolation."""
    tests = tmp_path_factory.mktemp("seed") / "scenarios"
    shutil.copytree(scenarios() / "futures", tests / "futures", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(scenarios() / "conftest.py", tests)
    fields: dict[str, Any] = {"imports": MODULES, "jobs": 2}
    return [start(tmp_path_factory.mktemp(each), dask_target, tests, isolation=each, **fields) for each in ISOLATIONS]


def test_fates_do_not_depend_on_the_isolation(starts: list[Start]) -> None:
    """Outcome, phase, reason and exception of every attempt."""
    forked, spawned = starts
    assert len(forked.endings()) > 60
    assert forked.endings() == spawned.endings()


def test_leaks_do_not_depend_on_the_isolation(starts: list[Start]) -> None:
    """There are none: the fixtures of the set close what they open."""
    assert [each.leaks() for each in starts] == [{}, {}]
