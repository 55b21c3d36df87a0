"""Keep compiled test files out of the user's folders."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


class CompiledFiles:
    """A pytest plugin that puts what Python compiles from now on into `folder`, not next to the user's test files.

    pytest is imported by then: each start would compile it again if it, too, had to come from a new folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Take effect before the first file of the user's is imported."""
        sys.pycache_prefix = str(self._folder)
