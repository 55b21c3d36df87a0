"""A conftest.py in several folders."""

from __future__ import annotations

import pytest


@pytest.fixture
def side():
    return "left"
