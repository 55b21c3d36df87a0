"""What pytest prints: nothing, since records take the place of its report."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from . import marker


def silence(config: pytest.Config) -> None:
    """Have pytest's report written into the void, and declare our marker."""
    config.addinivalue_line("markers", marker.HELP)
    # Assertion rewriting needs the reporter to be there, so it stays.
    config.pluginmanager.unregister(name="terminalreporter")
    silent = pytest.TerminalReporter(config, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - stays open
    config.pluginmanager.register(silent, "terminalreporter")
