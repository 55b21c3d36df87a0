"""A module beside the tests, imported by them."""

from __future__ import annotations

ANSWER = 42


def test_comes_from_a_helper():
    """A test that is written elsewhere."""
    assert ANSWER == 42
