"""Every way to name a test."""

from __future__ import annotations

import os

import pytest
from helper_of_names import ANSWER, test_comes_from_a_helper

__all__ = ["test_comes_from_a_helper"]

LONG = [pytest.param("long", id="long" * 75), pytest.param("longer", id="long" * 75 + "er")]
ODD = ["plain", "with space", "tab\tnew\nline", "ünïcødé", "a/b", "../up", "50% off?#\\", "", *LONG]


@pytest.mark.parametrize("text", ODD)
def test_is_parametrized(text):
    assert isinstance(text, str)


@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.parametrize("y", ["a"])
def test_is_parametrized_twice(x, y):
    assert (x, y) != (2, "a")


def test_größer_als_zwei():
    """Ein Name in einer anderen Sprache."""


class TestInAClass:
    def test_is_a_method(self):
        """A method of a class."""

    class TestWithin:
        def test_is_a_method(self):
            assert ANSWER == 42


def test_original():
    """One function under two names."""
    assert os.environ["PYTEST_CURRENT_TEST"].startswith("test_names.py::test_original ")


test_assigned = test_original
