"""Turn off pytest's terminal output, which records replace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from . import marker


def silence(config: pytest.Config) -> None:
    """Send pytest's report to /dev/null, and register the `scenario` marker."""
    config.addinivalue_line("markers", marker.HELP)
    # Assertion rewriting needs a terminal reporter.
    config.pluginmanager.unregister(name="terminalreporter")
    silent = pytest.TerminalReporter(config, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - stays open
    config.pluginmanager.register(silent, "terminalreporter")
