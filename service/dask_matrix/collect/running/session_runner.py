"""Run the sessions of one run: write their job files, follow them, and ingest what they record."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.files import write_atomically
from dask_matrix.collect.git.wheels import BuildRefused, with_wheels
from dask_matrix.collect.supervising.follow import POLL, SessionWatcher, follow
from dask_matrix.collect.supervising.job import SessionJob, job_environ, nox_command
from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.collect.supervising.session_log import SessionLog
from dask_matrix.collect.supervising.tally import Tally
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.places import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from dask_matrix.collect.environments.resolution import ResolvedEnvironment
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.records.records import Rejection
    from dask_matrix.domain.verdicts.durations import Timings
    from dask_matrix.store.store import Store

BAD_ARGUMENTS = 2
"""Exit code of the harness if pytest rejects its arguments."""
HARNESS_SAYS = "harness: "
"""How a line of a session's log begins in which the harness says why it could not do its work."""
SURFACE_VERSION = 3
"""The least version of the observing code that sees all there is to see; older observations are made again."""
LOG_TAIL = 12
"""Number of lines of a session's log shown when it fails."""


class BadArguments(DaskMatrixError):
    """Pytest rejected its arguments."""


class Stopped(Exception):
    """The run was stopped before an environment's turn."""


@dataclass(frozen=True)
class SessionWork:
    """What one session executes: every scenario not in ``done``, and exactly these ``attempts`` of some scenarios."""

    done: dict[str, str]
    attempts: dict[str, list[int]] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """Stage of the session while it executes."""
        return Stage.CONFIRMING if self.attempts else Stage.RUNNING


@dataclass
class SessionTotals:
    """Totals over the sessions of a run: a tally of results, selected scenarios, and invalid record lines."""

    tally: Tally = field(default_factory=Tally)
    matched: int = 0
    rejected: list[Rejection] = field(default_factory=list)


class SessionRunner:
    """Runs the sessions of one run. ``command`` returns the command that starts one from its job file."""

    def __init__(
        self,
        request: RunRequest,
        workspace: Workspace,
        store: Store,
        run: str,
        report: Report,
        command: Callable[[Path], list[str]] = nox_command,
    ) -> None:
        self.request, self.config, self.places = request, workspace.config, workspace.places
        self.store, self.report, self.command, self.run = store, report, command, run
        self.wheel_cache = workspace.wheel_cache
        self.folder = self.places.records / run
        self.scratch = self.places.scratch / run
        self.totals = SessionTotals()
        self.stop = threading.Event()
        self._counting = threading.Lock()
        self._first_session = threading.Lock()
        self._scenarios_started = threading.Event()

    @cached_property
    def timings(self) -> Timings:
        """Durations of scenarios before this run."""
        return self.store.timings()

    def ingest(self, files: Iterable[Path]) -> None:
        """Ingest new lines of record files into the store."""
        for path in sorted(files):
            if path.exists():
                self.totals.rejected += self.store.ingest_file(path, self.places.records).rejected

    def start(self, resolved: ResolvedEnvironment, work: SessionWork) -> Step:
        """Run one environment's session. Others wait until the first executes scenarios, so that it gets all cores."""
        is_first = self._first_session.acquire(blocking=False)
        try:
            while not is_first and not self._scenarios_started.wait(POLL):
                if self.stop.is_set():
                    raise Stopped
            return self._follow_session(resolved, work)
        finally:
            self._scenarios_started.set()

    def _follow_session(self, resolved: ResolvedEnvironment, work: SessionWork) -> Step:
        job = self._job(resolved, work)
        path = job.save(Path(f"{job.scratch}.json"))
        log, records = SessionLog(self.folder / f"{resolved.selected.spec.slug}.log"), Path(job.records)
        watcher = SessionWatcher(resolved.label, records, self.report, self._scenarios_started, work.stage)
        self.report(Step(resolved.label, Stage.CONFIRMING if work.attempts else Stage.INSTALLING))

        def poll() -> None:
            self.ingest([records])
            watcher.poll()

        try:
            code = follow(self.command(path), job_environ(path), log, poll, self.stop)
        finally:  # whatever stops it, what it recorded counts
            watcher.poll()
            with self._counting:
                self.totals.tally.update(watcher.tally)
                self.totals.matched += watcher.matched
        return self._final_step(code, watcher, log)

    def _job(self, resolved: ResolvedEnvironment, work: SessionWork) -> SessionJob:
        interpreter, lock = resolved.interpreter, resolved.lock_path
        if interpreter is None or lock is None:
            raise ValueError(resolved)  # a refused environment has no session
        spec = resolved.selected.spec
        records, scratch = self.folder / f"{spec.slug}.jsonl", self.scratch / spec.slug
        if resolved.pair:
            wheels = self._wheels(resolved.pair, interpreter)
            lock = Path(f"{scratch}.lock.txt")
            write_atomically(lock, with_wheels(resolved.lock, wheels))
        return SessionJob(
            label=resolved.label,
            key=resolved.key,
            run=self.run,
            interpreter=str(interpreter.path),
            lock=str(lock),
            folder=str(self.places.environments / resolved.key),
            pytest_folder=str(self.places.pytest / str(spec.python)),
            harness_folder=str(scenarios() / "dask_matrix_harness"),
            scratch=str(scratch),
            records=str(records),
            pytest_arguments=self.request.pytest_arguments,
            harness=self._harness_job(resolved, work, records, scratch),
            environments_limit=self.config.environments_limit,
        )

    def _wheels(self, pair: Pair, interpreter: Interpreter) -> dict[str, Path]:
        """Return the wheels of two commits. They were built on resolution; only wheels deleted since are built here."""
        try:
            return self.wheel_cache.wheels(pair, interpreter)
        except BuildRefused as error:
            raise DaskMatrixError(f"{pair.short} no longer builds: {error}") from None

    def _harness_job(
        self, resolved: ResolvedEnvironment, work: SessionWork, records: Path, scratch: Path
    ) -> dict[str, Any]:
        """Return the job of the harness (see docs/records.md)."""
        spec = resolved.selected.spec
        return {
            "tests": str(self.request.catalog.folder.resolve()),
            "records": str(records),
            "pytest": str(self.places.pytest / str(spec.python)),
            "bytecode": str(self.places.pytest / str(spec.python) / ".bytecode"),
            "scratch": str(scratch),
            "run": self.run,
            "environment": resolved.key,
            "release": str(spec.release),
            "imports": self.config.imports,
            "paths": [str(path) for path in self.request.catalog.import_paths],
            "fingerprints": self.request.catalog.fingerprints,
            "done": work.done,
            "attempts": work.attempts,
            "expected": self.timings.expected(resolved.key),
            "jobs": self.request.jobs,
            "surface": self._wants_surface(resolved, work),
            "alive": os.getpid(),
            "gate": str(self.scratch / "gate"),
            **self.request.limits.as_job(),
            **self.request.harness_fields(),
        }

    def _wants_surface(self, resolved: ResolvedEnvironment, work: SessionWork) -> bool:
        """Whether the surface of an environment is to be observed: of published releases, once, not for confirmations."""
        wanted = self.request.surface and not work.attempts and resolved.pair is None
        return wanted and not self.store.is_observed(resolved.key, SURFACE_VERSION)

    def _final_step(self, code: int, watcher: SessionWatcher, log: SessionLog) -> Step:
        if watcher.refusal:
            return Step(watcher.label, Stage.UNINSTALLABLE, note=watcher.refusal)
        if self.stop.is_set():
            return Step(watcher.label, Stage.WAITING, watcher.done, watcher.total)
        if code:
            raise self._session_error(code, log)
        return Step(watcher.label, Stage.DONE, watcher.done, max(watcher.done, watcher.total))

    def _session_error(self, code: int, log: SessionLog) -> DaskMatrixError:
        """Return an error for a failed session: what the harness says, else the end of its log."""
        lines = list(log.lines)
        arguments = self.request.pytest_arguments
        if arguments and (code == BAD_ARGUMENTS or f"(exit code {BAD_ARGUMENTS})" in "".join(lines[-LOG_TAIL:])):
            return BadArguments(f"pytest rejects {' '.join(arguments)!r}: {_pytest_message(lines)}")
        if told := [line for line in lines if line.startswith(HARNESS_SAYS)]:
            return DaskMatrixError(f"{told[-1].removeprefix(HARNESS_SAYS)} (log: {log.path})")
        return DaskMatrixError(
            "\n".join([f"the session exited with code {code}; end of its log {log.path}:", *lines[-LOG_TAIL:]])
        )


def _pytest_message(lines: list[str]) -> str:
    """Return pytest's error message about its arguments, without the lines around it."""
    message = [line.removeprefix("ERROR: ") for line in lines if not re.match(r"nox > |usage: |harness: ", line)]
    return " ".join(" ".join(message[-3:]).split()) or "see `pytest --help`"
