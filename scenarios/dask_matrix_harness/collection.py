"""Collecting: what pytest finds in the folder of scenarios, and what of it could not be read."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from .exceptions import described, plain_traceback
from .importing import Importing
from .neighbours import Neighbours
from .scenario import Catalogue, Scenario, Settled
from .stop import Stop
from .text import shorten


class Collection:
    """A pytest plugin: names scenarios as they are found; a file that fails hides no other."""

    def __init__(self, catalogue: Catalogue, neighbours: Neighbours, importing: Importing, stop: Stop) -> None:
        self._catalogue = catalogue
        self._neighbours = neighbours
        self._importing = importing
        self._stop = stop
        self._items: list[pytest.Item] = []
        self._files: list[Path] = []
        self.broken: list[Scenario] = []

    def everything(self) -> list[Scenario]:
        """What was collected before -k and the like, and after it what stands for files that could not be."""
        return [*map(self._catalogue.of_item, self._items), *self.broken]

    def selected(self, items: Sequence[pytest.Item]) -> list[Scenario]:
        """What is left of everything if only `items` are; a file that could not be collected always is."""
        return [*map(self._catalogue.of_item, items), *self.broken]

    def files(self) -> dict[str, str]:
        """The files that were looked at as a whole, each with its fingerprint."""
        return self._catalogue.files(self._files)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, Any, None]:
        """The conftest.py at the top cannot be left out: if it fails, it stands for everything."""
        self._neighbours.enter_for_conftests(early_config.pluginmanager, self._importing)
        outcome = yield
        if outcome.excinfo is not None and hasattr(outcome.excinfo[1], "path"):
            problem = outcome.excinfo[1]
            self.broken.append(self._catalogue.of_file(Path(problem.path), _errored(problem)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Not if it is known to end the harness; then that is its result."""
        settled = self._importing.settled(collection_path)
        if settled is None:
            return None
        self._files.append(collection_path)
        self.broken.append(self._catalogue.of_file(_file_of(collection_path), settled))
        return True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, None]:
        """Around the import of each test file: its neighbours at hand, its failure noted."""
        is_file = isinstance(collector, pytest.Module)
        if is_file:
            self._neighbours.enter(collector.path.parent)
            self._files.extend([collector.path] if _is_wanted_whole(collector) else [])
        with self._importing.of(collector.path) if is_file else nullcontext():
            outcome = yield
        if outcome.excinfo is not None and not self._stop.requested:
            outcome.force_result(_report_of_exit(collector, outcome.excinfo[1]))
        if is_file:
            self._neighbours.remember(collector.path.parent)
        settled = _settled(outcome.get_result())
        if settled is not None and not isinstance(collector, pytest.Session):
            classes = [node.name for node in collector.listchain() if isinstance(node, pytest.Class)]
            self.broken.append(self._catalogue.of_file(_file_of(collector.path), settled, classes))

    @pytest.hookimpl
    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Noted, and its id given, before -k can leave out any."""
        self._items.append(item)
        self._catalogue.name(item)


def _is_wanted_whole(collector: pytest.Collector) -> bool:
    """Not if an argument such as `file::name` asks for a part of the file only."""
    parts = [argument.partition("::")[0] for argument in collector.config.args if "::" in argument]
    return str(collector.path) not in {os.path.abspath(part) for part in parts}


def _file_of(path: Path) -> Path:
    """The file to blame if a folder can't be collected."""
    candidates = (path, path / "conftest.py", path / "__init__.py")
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), path)


def _report_of_exit(collector: pytest.Collector, problem: BaseException) -> pytest.CollectReport:
    """A file that raises `SystemExit` or `KeyboardInterrupt` when imported has failed like any other."""
    report = pytest.CollectReport(collector.nodeid, "failed", plain_traceback(problem, collector.config.rootpath), [])
    report.__dict__["problem"] = problem
    return report


def _settled(report: pytest.CollectReport) -> Settled | None:
    if report.skipped and isinstance(report.longrepr, tuple):
        return Settled("skipped", str(report.longrepr[2]).partition("Skipped: ")[2])
    if not report.failed:
        return None
    call = report.__dict__.get("call")
    problem = call.excinfo.value if call is not None and call.excinfo else report.__dict__.get("problem")
    return _errored(problem, report.longreprtext)


def _errored(problem: BaseException | None, traceback: str = "") -> Settled:
    """What a file raised comes wrapped into an exception of pytest's; the record names the first."""
    first = (problem.__cause__ or problem) if problem is not None else None
    text = traceback or (plain_traceback(first) if first is not None else "")
    return Settled("errored", "could not be collected", described(first), shorten(text))
