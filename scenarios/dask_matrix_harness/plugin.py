"""The pytest plugin that replaces pytest's run loop: decide which scenarios to execute, and write the records."""

from __future__ import annotations

import gc
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from . import execution_order, process_start
from .cluster_imports import import_what_clusters_import
from .collection import Collection
from .evidence import Evidence
from .execution import Execution
from .import_guard import ImportGuard
from .job import Job
from .loop import Attempt, Loop, StartProcess
from .records import Records, now
from .run_lock import hold_run_lock
from .scenario import Catalogue, PresetResult, Scenario
from .sibling_modules import Entry, SiblingModules
from .stop_signals import StopSignals
from .terminal import silence

NOTHING_COLLECTED = 4
STOPPED = 5
NO_MEANS = 6


class Plugin:
    """One start of the harness: executes the job's scenarios and writes the records."""

    def __init__(self, job: Job, records: Records, stop: StopSignals) -> None:
        #: The harness's exit code; `None` until the scenarios are finished.
        self.exit_code: int | None = None
        self._job = job
        self._records = records
        self._stop = stop
        self._arguments: list[str] = []
        self._siblings = SiblingModules(job.tests)
        self._evidence = Evidence(job.tests)
        self._entries: dict[Path, Entry] = {}
        import_guard = ImportGuard(job.tests, job.scratch, job.timeout, job.broken)
        self.collection = Collection(Catalogue(job.tests, job.fingerprints), self._siblings, import_guard, stop)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Turn off pytest's terminal report, which records replace."""
        silence(config)

    @pytest.hookimpl
    def pytest_internalerror(self, excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Print internal errors of pytest, although its report is off; say which means the harness lacks, such as disk."""
        print(excrepr, file=sys.stderr)
        if isinstance(excinfo.value, OSError):
            print(self._job.without_means(excinfo.value), file=sys.stderr)
            self.exit_code = NO_MEANS

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Execute the collected tests, in place of pytest's own loop."""
        given = session.config.option.file_or_dir
        self._arguments = [each for each in session.config.invocation_params.args if each not in given]
        # After every conftest.py: the plugin registered last is asked first.
        session.config.pluginmanager.register(self._evidence, "scenario evidence")
        self.execute(session.items, only_collect=session.config.option.collectonly)
        return True

    def execute(self, items: Sequence[pytest.Item], *, only_collect: bool = False) -> None:
        """Write a record of the collection, then execute each scenario of `items` that is due."""
        everything = self.collection.everything()
        selected = self.collection.selected(items)
        due = [scenario for scenario in selected if not only_collect and self._is_due(scenario)]
        self._describe(everything, len(selected), len(due))
        release = _release(self._job.release)
        due = [self._preset(scenario, release) for scenario in due]
        for scenario in due:
            if scenario.preset is not None:
                self._append_preset(scenario, scenario.preset)
        is_complete = self._run([scenario for scenario in due if scenario.preset is None])
        has_matched = items or (selected and len(selected) == len(everything))
        self.exit_code = STOPPED if not is_complete else 0 if has_matched else NOTHING_COLLECTED

    def _is_due(self, scenario: Scenario) -> bool:
        return scenario.id in self._job.attempts or self._job.done.get(scenario.id) != scenario.fingerprint

    def _preset(self, scenario: Scenario, release: Version | None) -> Scenario:
        """The scenario, with a preset result if it ended the harness before or is declared not to apply to `release`."""
        ended = self._job.ends_harness.get(scenario.id)
        if ended is not None and not scenario.preset:
            return replace(
                scenario, preset=PresetResult(ended["outcome"], ended["reason"], None, ended["traceback"], "call")
            )
        reason = scenario.declaration.why_not_for(release)
        return replace(scenario, preset=PresetResult("skipped", reason)) if reason and not scenario.preset else scenario

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

    def _append_preset(self, scenario: Scenario, preset: PresetResult) -> None:
        result: dict[str, Any] = {
            "environment": self._job.environment,
            "scenario": scenario.id,
            "fingerprint": scenario.fingerprint,
            "outcome": preset.outcome,
            "phase": preset.phase,
            "reason": preset.reason,
            "exception": preset.exception,
            "traceback": preset.traceback,
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
        """Execute scenarios; return whether all were executed."""
        scratch = self._job.scratch / "x"  # short, since sockets live below it
        shutil.rmtree(scratch, ignore_errors=True)
        if self._job.isolation == "fork":
            import_what_clusters_import(scenarios, scratch / "cluster")
        loop = Loop(self._start_process(), self._stop, scratch)
        attempts = execution_order.planned_attempts(scenarios, self._job)
        alone = [attempt for attempt in attempts if attempt.scenario.id in self._job.alone]
        others = [attempt for attempt in attempts if attempt.scenario.id not in self._job.alone]
        # Exempt existing objects from garbage collection in the children, which would copy their memory pages.
        gc.collect()
        gc.freeze()
        try:
            with hold_run_lock(self._job.gate, self._stop) as release_lock:
                return loop.run(alone, self._finish, 1, lambda: None) and loop.run(
                    others, self._finish, self._job.jobs, release_lock
                )
        finally:
            self._note_abandoned(loop.abandoned)
            shutil.rmtree(scratch, ignore_errors=True)

    def _note_abandoned(self, scenarios: list[str]) -> None:
        """Tell whoever started the harness what was running when it was stopped: one of them may have sent the signal."""
        if scenarios:
            with suppress(OSError):
                self._job.abandoned.write_text("\n".join(scenarios), encoding="utf-8")

    def _finish(self, execution: Execution) -> Attempt | None:
        """Write the result; return the retry, if one is due."""
        result = execution.result(self._job.environment)
        self._records.append("result", result)
        return execution_order.next_attempt(execution, result["outcome"], self._job)

    def _start_process(self) -> StartProcess:
        if self._job.isolation == "spawn":
            return lambda execution: process_start.spawn(execution, self._job.file, self._arguments)
        return self._fork

    def _fork(self, execution: Execution) -> int:
        assert execution.scenario.item is not None
        entry = self._entry(execution.scenario.item.path.parent)
        return process_start.fork(execution, self._evidence, lambda: self._prepare_child(entry))

    def _entry(self, folder: Path) -> Entry:
        """What entering `folder` changes in a fork; the same each time, since all files are imported."""
        if folder not in self._entries:
            self._entries[folder] = self._siblings.entry(folder)
        return self._entries[folder]

    def _prepare_child(self, entry: Entry) -> None:
        self._records.close()
        self._stop.close()
        entry.enter()


def _release(name: str) -> Version | None:
    """The job's release; for a git ref, the installed version of dask; `None` if unknown."""
    try:
        return Version(name)
    except InvalidVersion:
        pass
    try:
        return Version(metadata.version("dask"))
    except (metadata.PackageNotFoundError, InvalidVersion):
        return None
