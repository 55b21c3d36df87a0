"""The pytest plugin that executes: pytest knows how to run a test; when and in which process is decided here."""

from __future__ import annotations

import gc
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from . import launch, order
from .collection import Collection
from .execution import Execution
from .gate import passing
from .importing import Importing
from .job import Job
from .loop import Launch, Loop, Turn
from .neighbours import Neighbours
from .records import Records, now
from .scenario import Catalogue, Scenario, Settled
from .stop import Stop
from .terminal import silence

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
        self._arguments: list[str] = []
        self._neighbours = Neighbours(job.tests)
        importing = Importing(job.tests, job.scratch, job.timeout, job.broken)
        self.collection = Collection(Catalogue(job.tests, job.fingerprints), self._neighbours, importing, stop)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Records take the place of pytest's report on the terminal."""
        silence(config)

    @pytest.hookimpl
    def pytest_internalerror(self, excrepr: Any) -> None:
        """The one thing that is not for the void."""
        print(excrepr, file=sys.stderr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        given = session.config.option.file_or_dir
        self._arguments = [each for each in session.config.invocation_params.args if each not in given]
        self.execute(session.items, only_collect=session.config.option.collectonly)
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
        return scenario.id in self._job.attempts or self._job.done.get(scenario.id) != scenario.fingerprint

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
        scratch = self._job.scratch / "x"  # short, since sockets live below it
        shutil.rmtree(scratch, ignore_errors=True)
        loop = Loop(self._launch(), self._stop, scratch, self._job.jobs)
        # What is alive now stays so: the collector of a child needs not look at it, nor copy its pages.
        gc.collect()
        gc.freeze()
        try:
            with passing(self._job.gate, self._stop) as let_others_pass:
                return loop.run(order.turns(scenarios, self._job), self._finish, let_others_pass)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _finish(self, execution: Execution) -> Turn | None:
        """Write the result; one that is not believed at once calls for another."""
        result = execution.result(self._job.environment)
        self._records.append("result", result)
        return order.once_more(execution, result["outcome"], self._job)

    def _launch(self) -> Launch:
        if self._job.isolation == "spawn":
            return lambda execution: launch.spawn(execution, self._job.file, self._arguments)
        return lambda execution: launch.fork(execution, self._job.tests, self._prepare_child)

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
