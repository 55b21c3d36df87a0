"""`pytest --quick`, for the inner loop: the tests that start no process and are not marked `slow`, and those marked `quick`.

Nobody keeps a list of them. A test that is about to start a process is skipped there and then, and the summary says how
many were, by program.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"}
"""What Python reports of a process that is about to start: `audit events table <library/audit_events>`."""
NOT_QUICK = ": not quick"
SERVERS = {"chromium", "cluster", "postgresql"}
"""Fixtures, and parameters that stand for them, which make folders or start threads before they start a process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--quick",
        action="store_true",
        help="run only the tests that start no process and are not slow, or are marked quick",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and what skips."""
    config.addinivalue_line("markers", "quick: run by --quick too, although it starts a process")
    config.addinivalue_line("markers", "slow: not run by --quick: takes about a second or more, alone or with its kin")
    if config.option.quick:
        config.pluginmanager.register(Quick())


class Quick:
    """A plugin that skips each test when it is about to start a process."""

    def __init__(self) -> None:
        self._skips = False
        sys.addaudithook(self._on_event)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect what needs a server, or is slow."""
        left_out = {item: None for item in items if needs_server(item) or item.get_closest_marker("slow")}
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Watch the fixtures of a test."""
        yield from self._watch(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Watch a test."""
        yield from self._watch(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give all that is skipped here one place, by which the summary counts it."""
        report = yield
        if report.skipped and isinstance(report.longrepr, tuple) and report.longrepr[2].endswith(NOT_QUICK):
            report.longrepr = (__file__, 1, report.longrepr[2])
        return report

    def _watch(self, item: pytest.Item) -> Generator[None, None, None]:
        self._skips = item.get_closest_marker("quick") is None
        try:
            yield
        finally:
            self._skips = False

    def _on_event(self, event: str, arguments: Sequence[Any]) -> None:
        if self._skips and event in STARTS and threading.current_thread() is threading.main_thread():
            self._skips = False
            pytest.skip(f"starts {program(event, arguments)}{NOT_QUICK}")


def needs_server(item: pytest.Item) -> bool:
    """Whether a test needs a browser or PostgreSQL."""
    named = set(getattr(item, "fixturenames", ()))
    given = getattr(item, "callspec", None)
    values = {value for value in given.params.values() if isinstance(value, str)} if given else set()
    return not (named | values).isdisjoint(SERVERS)


def program(event: str, arguments: Sequence[Any]) -> str:
    """Return the name of the program that a process is started with, for the summary."""
    if event != "subprocess.Popen":
        return "a process"
    return Path(str(arguments[0] or arguments[1][0])).name
