"""Record what pytest collects in the folder of scenarios, including files that fail to import."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from .exceptions import described, plain_traceback
from .import_guard import ImportGuard
from .scenario import Catalogue, PresetResult, Scenario
from .sibling_modules import SiblingModules
from .stop_signals import StopSignals
from .text_limits import shorten

#: Exceptions of this machine: they say nothing about the file, which may be importable the next time.
ACCIDENTS = (OSError, MemoryError)


class Collection:
    """A pytest plugin that names scenarios as they are collected; a file that fails does not stop the others."""

    def __init__(
        self, catalogue: Catalogue, siblings: SiblingModules, import_guard: ImportGuard, stop: StopSignals
    ) -> None:
        self._catalogue = catalogue
        self._siblings = siblings
        self._import_guard = import_guard
        self._stop = stop
        self._items: list[pytest.Item] = []
        self._files: list[Path] = []
        self.broken: list[Scenario] = []

    def everything(self) -> list[Scenario]:
        """All scenarios collected, before -k and the like, then one for each file that could not be collected."""
        return [*map(self._catalogue.of_item, self._items), *self.broken]

    def selected(self, items: Sequence[pytest.Item]) -> list[Scenario]:
        """The scenarios of `items`, then one for each file that could not be collected: these are never deselected."""
        return [*map(self._catalogue.of_item, items), *self.broken]

    def files(self) -> dict[str, str]:
        """File -> fingerprint, for files that were collected as a whole."""
        return self._catalogue.files(self._files)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, Any, None]:
        """Record a failing top-level conftest.py as the result of the whole set: pytest cannot go on without it."""
        self._siblings.enter_for_conftests(early_config.pluginmanager, self._import_guard)
        outcome = yield
        if outcome.excinfo is not None and hasattr(outcome.excinfo[1], "path"):
            problem = outcome.excinfo[1]
            self.broken.append(self._catalogue.of_file(Path(problem.path), _errored(problem)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Skip a file whose import is known to kill the harness, and record that as its result."""
        preset = self._import_guard.preset(collection_path)
        if preset is None:
            return None
        self._files.append(collection_path)
        self.broken.append(self._catalogue.of_file(_file_of(collection_path), preset))
        return True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, None]:
        """Import each test file with its sibling modules importable, and record its failure."""
        is_file = isinstance(collector, pytest.Module)
        if is_file:
            self._siblings.enter(collector.path.parent)
            self._files.extend([collector.path] if _is_collected_whole(collector) else [])
        with self._import_guard.of(collector.path) if is_file else nullcontext():
            outcome = yield
        if outcome.excinfo is not None and not self._stop.requested:
            outcome.force_result(_report_of_exit(collector, outcome.excinfo[1]))
        if is_file:
            self._siblings.remember(collector.path.parent)
        preset = _preset(outcome.get_result())
        if is_file and isinstance(_problem(outcome.get_result()), ACCIDENTS):
            self._files = [
                path for path in self._files if path != collector.path
            ]  # so that the next run tries it again
        if preset is not None and not isinstance(collector, pytest.Session):
            classes = [node.name for node in collector.listchain() if isinstance(node, pytest.Class)]
            self.broken.append(self._catalogue.of_file(_file_of(collector.path), preset, classes))

    @pytest.hookimpl
    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Remember and name each item before -k deselects any."""
        self._items.append(item)
        self._catalogue.name(item)


def _is_collected_whole(collector: pytest.Collector) -> bool:
    """Whether no argument such as `file::name` selects only a part of the file."""
    parts = [argument.partition("::")[0] for argument in collector.config.args if "::" in argument]
    return str(collector.path) not in {os.path.abspath(part) for part in parts}


def _file_of(path: Path) -> Path:
    """The file that is responsible if `path`, maybe a folder, cannot be collected."""
    candidates = (path, path / "conftest.py", path / "__init__.py")
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), path)


def _report_of_exit(collector: pytest.Collector, problem: BaseException) -> pytest.CollectReport:
    """A failed report for a file that raises `SystemExit` or `KeyboardInterrupt` when imported."""
    report = pytest.CollectReport(collector.nodeid, "failed", plain_traceback(problem, collector.config.rootpath), [])
    report.__dict__["problem"] = problem
    return report


def _preset(report: pytest.CollectReport) -> PresetResult | None:
    if report.skipped and isinstance(report.longrepr, tuple):
        return PresetResult("skipped", str(report.longrepr[2]).partition("Skipped: ")[2])
    if not report.failed:
        return None
    return _errored(_problem(report), report.longreprtext)


def _problem(report: pytest.CollectReport) -> BaseException | None:
    """The exception that a failed report is about, without pytest's own around it."""
    call = report.__dict__.get("call")
    problem = call.excinfo.value if call is not None and call.excinfo else report.__dict__.get("problem")
    return (problem.__cause__ or problem) if report.failed and problem is not None else None


def _errored(problem: BaseException | None, traceback: str = "") -> PresetResult:
    """An `errored` result with the exception that the file raised, which pytest wraps into its own."""
    first = (problem.__cause__ or problem) if problem is not None else None
    text = traceback or (plain_traceback(first) if first is not None else "")
    return PresetResult("errored", "could not be collected", described(first), shorten(text))
