"""Runs the sessions of one run: writes their jobs, follows them, and takes in what they record."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.files import write_whole
from dask_matrix.collect.git.wheels import BuildRefused, with_wheels
from dask_matrix.collect.supervising.follow import POLL, Watch, follow
from dask_matrix.collect.supervising.job import SessionJob, job_environ, nox_command
from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.places import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from dask_matrix.collect.environments.resolution import Described
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.records.records import Rejection
    from dask_matrix.domain.verdicts.durations import Timings
    from dask_matrix.store.store import Store

BAD_ARGUMENTS = 2
"""Exit code of a harness that pytest did not let begin."""
TAIL = 12
"""Lines of a session's log that are shown when it failed."""


class BadArguments(DaskMatrixError):
    """What was to go to pytest makes no sense to it."""


class Stopped(Exception):
    """The run was told to stop before an environment's turn came."""


@dataclass(frozen=True)
class Work:
    """What one session executes: all that is not ``done``, and of some scenarios exactly these ``attempts``."""

    done: dict[str, str]
    attempts: dict[str, list[int]] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """What the session is at while it executes."""
        return Stage.CONFIRMING if self.attempts else Stage.RUNNING


@dataclass
class Gained:
    """What the sessions of a run recorded: results, scenarios that were selected, and lines that are no records."""

    results: int = 0
    matched: int = 0
    rejected: list[Rejection] = field(default_factory=list)


class Sessions:
    """The sessions of one run. ``command`` gives what starts one from its job file."""

    def __init__(
        self,
        order: Order,
        workplace: Workplace,
        store: Store,
        run: str,
        report: Report,
        command: Callable[[Path], list[str]] = nox_command,
    ) -> None:
        self.order, self.config, self.places = order, workplace.config, workplace.places
        self.store, self.report, self.command, self.run = store, report, command, run
        self.builds = workplace.builds
        self.folder = self.places.records / run
        self.scratch = self.places.scratch / run
        self.gained = Gained()
        self.stop = threading.Event()
        self._first = threading.Lock()
        self._underway = threading.Event()

    @cached_property
    def timings(self) -> Timings:
        """How long scenarios took before this run."""
        return self.store.timings()

    def take(self, files: Iterable[Path]) -> None:
        """Take in what record files have gained."""
        for path in sorted(files):
            if path.exists():
                self.gained.rejected += self.store.take_file(path, self.places.records).rejected

    def start(self, described: Described, work: Work) -> Step:
        """Run one environment's session. The first gets all cores until its scenarios execute: a newcomer waits for it."""
        is_first = self._first.acquire(blocking=False)
        try:
            while not is_first and not self._underway.wait(POLL):
                if self.stop.is_set():
                    raise Stopped
            return self._followed(described, work)
        finally:
            self._underway.set()

    def _followed(self, described: Described, work: Work) -> Step:
        job = self._job(described, work)
        path = job.save(Path(f"{job.scratch}.json"))
        log, records = self.folder / f"{described.wanted.spec.slug}.log", Path(job.records)
        watch = Watch(described.label, records, self.report, self._underway, work.stage)
        self.report(Step(described.label, Stage.CONFIRMING if work.attempts else Stage.INSTALLING))

        def look() -> None:
            self.take([records])
            watch.look()

        code = follow(self.command(path), job_environ(path), log, look, self.stop)
        return self._ended(code, watch, log)

    def _job(self, described: Described, work: Work) -> SessionJob:
        interpreter, lock = described.interpreter, described.lock_path
        if interpreter is None or lock is None:
            raise ValueError(described)  # a refused environment has no session
        spec = described.wanted.spec
        records, scratch = self.folder / f"{spec.slug}.jsonl", self.scratch / spec.slug
        if described.pair:
            wheels = self._wheels(described.pair, interpreter)
            lock = Path(f"{scratch}.lock.txt")
            write_whole(lock, with_wheels(described.lock, wheels))
        return SessionJob(
            label=described.label,
            key=described.key,
            run=self.run,
            interpreter=str(interpreter.path),
            lock=str(lock),
            folder=str(self.places.environments / described.key),
            pytest_folder=str(self.places.pytest / str(spec.python)),
            harness_folder=str(scenarios() / "dask_matrix_harness"),
            scratch=str(scratch),
            records=str(records),
            pytest_arguments=self.order.pytest_arguments,
            harness=self._harness_job(described, work, records, scratch),
            environments_limit=self.config.environments_limit,
        )

    def _wheels(self, pair: Pair, interpreter: Interpreter) -> dict[str, Path]:
        """Return the wheels of two commits: built when they were described, so only what was removed since is built here."""
        try:
            return self.builds.wheels(pair, interpreter)
        except BuildRefused as error:
            raise DaskMatrixError(f"{pair.short} does not build any more: {error}") from None

    def _harness_job(self, described: Described, work: Work, records: Path, scratch: Path) -> dict[str, Any]:
        """Return the job of the harness, as docs/records.md has it."""
        spec = described.wanted.spec
        return {
            "tests": str(self.order.catalog.folder.resolve()),
            "records": str(records),
            "pytest": str(self.places.pytest / str(spec.python)),
            "scratch": str(scratch),
            "run": self.run,
            "environment": described.key,
            "release": str(spec.release),
            "imports": self.config.imports,
            "paths": [str(path) for path in self.order.catalog.import_paths],
            "fingerprints": self.order.catalog.fingerprints,
            "done": work.done,
            "attempts": work.attempts,
            "expected": self.timings.expected(described.key),
            "jobs": self.order.jobs,
            "alive": os.getpid(),
            "gate": str(self.scratch / "gate"),
            **self.order.limits.as_job(),
            **self.order.how_often(),
        }

    def _ended(self, code: int, watch: Watch, log: Path) -> Step:
        self.gained.results += watch.done
        self.gained.matched += watch.matched
        if watch.refusal:
            return Step(watch.label, Stage.UNINSTALLABLE, note=watch.refusal)
        if self.stop.is_set():
            return Step(watch.label, Stage.WAITING, watch.done, watch.total)
        if code:
            raise self._trouble(code, log)
        return Step(watch.label, Stage.DONE, watch.done, max(watch.done, watch.total))

    def _trouble(self, code: int, log: Path) -> DaskMatrixError:
        """Return what went wrong in a session, in the words of its log."""
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        arguments = self.order.pytest_arguments
        if arguments and (code == BAD_ARGUMENTS or f"(exit code {BAD_ARGUMENTS})" in "".join(lines[-TAIL:])):
            return BadArguments(f"pytest does not take {' '.join(arguments)!r}: {_of_pytest(lines)}")
        return DaskMatrixError(
            "\n".join([f"the session ended with exit code {code}; its log is {log}:", *lines[-TAIL:]])
        )


def _of_pytest(lines: list[str]) -> str:
    """Return what pytest says of its arguments, without what is said around it."""
    told = [line.removeprefix("ERROR: ") for line in lines if not re.match(r"nox > |usage: |harness: ", line)]
    return " ".join(" ".join(told[-3:]).split()) or "see its usage"
