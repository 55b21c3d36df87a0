"""The pytest plugin that executes: pytest knows how to run a test; when and in which process is decided here."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from . import child, marker
from .collection import Collection
from .execution import Execution
from .gate import passing
from .job import Job
from .loop import Loop
from .neighbours import Neighbours
from .records import Records, now
from .scenario import Catalogue, Scenario, Settled
from .stop import Stop

NOTHING_COLLECTED = 4
STOPPED = 5


class Plugin:
    """One start of the harness: executes the job's scenarios and writes the records."""

    def __init__(self, job: Job, records: Records, stop: Stop) -> None:
        #: What the harness exits with; `None` until the scenarios are done with.
        self.exit_code: int | None = None
        self._job = job
        self._records = records
        self._stop = stop
        self._neighbours = Neighbours(job.tests)
        self.collection = Collection(Catalogue(job.tests, job.fingerprints), self._neighbours, stop)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the marker; records take the place of pytest's report on the terminal."""
        config.addinivalue_line("markers", marker.HELP)
        # Assertion rewriting needs the reporter to be there, so it stays and writes into the void.
        config.pluginmanager.unregister(name="terminalreporter")
        silent = pytest.TerminalReporter(config, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - stays open
        config.pluginmanager.register(silent, "terminalreporter")

    @pytest.hookimpl
    def pytest_internalerror(self, excrepr: Any) -> None:
        """The one thing that is not for the void."""
        print(excrepr, file=sys.stderr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        self.execute(session.items, only_collect=session.config.option.collectonly)
        return True

    @pytest.hookimpl
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a coroutine that no other plugin has taken."""
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - as other plugins for coroutines do
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True

    def execute(self, items: Sequence[pytest.Item], *, only_collect: bool = False) -> None:
        """Write what was collected, then a result for each scenario of `items` that is not done."""
        everything = self.collection.everything()
        selected = self.collection.selected(items)
        due = [scenario for scenario in selected if not only_collect and self._is_due(scenario)]
        self._describe(everything, len(selected), len(due))
        release = _release(self._job.release)
        due = [_settled(scenario, release) for scenario in due]
        for scenario in due:
            if scenario.settled is not None:
                self._append_settled(scenario, scenario.settled)
        is_complete = self._run([scenario for scenario in due if scenario.settled is None])
        has_matched = items or (selected and len(selected) == len(everything))
        self.exit_code = STOPPED if not is_complete else 0 if has_matched else NOTHING_COLLECTED

    def _is_due(self, scenario: Scenario) -> bool:
        return self._job.done.get(scenario.id) != scenario.fingerprint

    def _describe(self, scenarios: Sequence[Scenario], selected: int, due: int) -> None:
        collected = {
            "environment": self._job.environment,
            "scenarios": {scenario.id: scenario.fingerprint for scenario in scenarios},
            "selected": selected,
            "to_run": due,
            "functions": {scenario.id: scenario.origin for scenario in scenarios},
            "files": self.collection.files(),
        }
        self._records.append("collection", collected)
        for scenario in scenarios:
            self._records.append_once("scenario", scenario.record())

    def _append_settled(self, scenario: Scenario, settled: Settled) -> None:
        result: dict[str, Any] = {
            "environment": self._job.environment,
            "scenario": scenario.id,
            "fingerprint": scenario.fingerprint,
            "outcome": settled.outcome,
            "phase": "collection",
            "reason": settled.reason,
            "exception": settled.exception,
            "traceback": settled.traceback,
            "stdout": "",
            "stderr": "",
            "log": "",
            "warnings": [],
            "seconds": 0.0,
            "started": now(),
            "attempt": 1,
        }
        self._records.append("result", result)

    def _run(self, scenarios: Sequence[Scenario]) -> bool:
        """Whether all were executed."""
        scratch = Path(tempfile.mkdtemp(prefix="h", dir=self._job.scratch))
        loop = Loop(self._launch, self._stop, scratch, self._job.jobs, self._job.timeout)
        # What is alive now stays so: the collector of a child needs not look at it, nor copy its pages.
        gc.collect()
        gc.freeze()
        try:
            with passing(self._job.gate, self._stop):
                return loop.run(scenarios, self._append_result)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _append_result(self, execution: Execution) -> None:
        self._records.append("result", execution.result(self._job.environment))

    def _launch(self, execution: Execution) -> int:
        item = execution.scenario.item
        assert item is not None
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            # numpy has started threads; its own handlers see to it that a fork gets along without them.
            warnings.filterwarnings("ignore", message=".*use of fork", category=DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            child.run(item, self._job.tests, execution.folder, lambda: self._prepare_child(item.path.parent))
        return pid

    def _prepare_child(self, folder: Path) -> None:
        self._records.close()
        self._stop.close()
        self._neighbours.enter(folder)


def _settled(scenario: Scenario, release: Version | None) -> Scenario:
    """With its result, if it is declared not to apply to `release`."""
    reason = scenario.declaration.not_for(release)
    return replace(scenario, settled=Settled("skipped", reason)) if reason and not scenario.settled else scenario


def _release(name: str) -> Version | None:
    """The job's release; for a git ref the version that dask gives itself; `None` if there is no telling."""
    try:
        return Version(name)
    except InvalidVersion:
        pass
    try:
        return Version(metadata.version("dask"))
    except (metadata.PackageNotFoundError, InvalidVersion):
        return None
