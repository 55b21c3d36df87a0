"""Drives a run: describes each environment, plans it, starts its session, and takes its records in as they come."""

from __future__ import annotations

import os
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from service.collect import plan
from service.collect.described import Described, describe
from service.collect.follow import POLL, Watch, follow
from service.collect.job import SessionJob, job_environ, nox_command
from service.collect.locks import Locks
from service.collect.progress import Report, Stage, Step
from service.collect.recorder import Recorder, new_run
from service.collect.scratch import living, session_lock, sweep
from service.domain.errors import DaskMatrixError
from service.domain.outcome import Verdict
from service.places import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from filelock import BaseFileLock

    from service.collect.catalog import Catalog
    from service.collect.select import Wanted
    from service.collect.workplace import Workplace
    from service.domain.matrix import Environment
    from service.domain.records import Rejection
    from service.store.store import Store

AT_WORK = 2
"""Environments worked on at once: one runs its scenarios, the next is resolved, installed and imported."""
TIMEOUT = 60.0
"""Seconds a scenario may take unless it or the run says otherwise."""


@dataclass(frozen=True)
class Order:
    """What a run is asked to do. ``again`` repeats the cells that have one of these verdicts.

    ``jobs`` is how many scenarios run at once. They are of one environment, while the next ones are made ready.
    """

    wanted: Sequence[Wanted]
    catalog: Catalog
    pytest_arguments: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    again: frozenset[Verdict] = frozenset()
    timeout: float = TIMEOUT


@dataclass
class Summary:
    """How a run ended: results recorded, and by label the environments that ended in each stage.

    ``matched`` counts the scenarios that were selected; ``rejected`` are lines of record files that are no records.
    """

    run: str
    results: int = 0
    matched: int = 0
    ended: dict[str, Step] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    interrupted: bool = False

    def count(self, stage: Stage) -> int:
        """Return how many environments ended in a stage."""
        return sum(step.stage is stage for step in self.ended.values())


class Drive:
    """One run over the environments of an order. ``start`` starts a session from its job file."""

    def __init__(
        self,
        order: Order,
        workplace: Workplace,
        store: Store,
        report: Report,
        start: Callable[[Path], list[str]] = nox_command,
    ) -> None:
        self.order, self.config, self.places = order, workplace.config, workplace.places
        self.store, self.report, self.start = store, report, start
        self.locks = Locks(self.places.locks, workplace.index.settings)
        self.summary = Summary(new_run())
        self.folder = self.places.records / self.summary.run
        self._scratch = self.places.scratch / self.summary.run
        self._stop = threading.Event()
        self._begun = threading.Lock()
        self._first = threading.Lock()
        self._underway = threading.Event()

    def run(self) -> Summary:
        """Work through all environments; on KeyboardInterrupt stop the sessions, keep what is finished and say so."""
        left = self.store.take_folder(self.places.records)  # what a killed run left behind
        self.summary.rejected += left.rejected
        sweep(self.places.scratch)
        with ThreadPoolExecutor(AT_WORK, thread_name_prefix="environment") as pool, living(self._scratch):
            futures = [pool.submit(self._guarded, each) for each in self.order.wanted]
            try:
                for future in futures:
                    future.result()
            except KeyboardInterrupt:
                self.summary.interrupted = True
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        return self.summary

    def _guarded(self, wanted: Wanted) -> None:
        """Let the trouble of one environment be told without ending the others."""
        label = wanted.spec.label
        try:
            step = self._environment(wanted)
        except _Stopped:
            step = Step(label, Stage.WAITING)
        except DaskMatrixError as error:
            step = Step(label, Stage.FAILED, note=str(error))
        except Exception as error:  # noqa: BLE001 - told below, and the other environments go on
            step = Step(label, Stage.FAILED, note="".join(traceback.format_exception(error)))
        self.summary.ended[label] = step
        self.report(step)

    def _environment(self, wanted: Wanted) -> Step:
        if self._stop.is_set():
            raise _Stopped
        self.report(Step(wanted.spec.label, Stage.RESOLVING))
        described = describe(wanted, self.config, self.locks)
        with self._alone(described):
            return self._planned(described)

    @contextmanager
    def _alone(self, described: Described) -> Iterator[None]:
        """Plan and run an environment in one process at a time, knowing all that was recorded of it before.

        The session's own lock is held by sessions only; one whose run was killed may be about to end.
        """
        folder = self.places.environments / described.key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with self._locked(FileLock(f"{folder}.plan.lock")):
            with self._locked(session_lock(folder)):
                self._take(*self.places.records.glob(f"*/{described.wanted.spec.slug}.jsonl"))
            yield

    @contextmanager
    def _locked(self, lock: BaseFileLock) -> Iterator[None]:
        """Hold a lock; a run that is told to stop waits no longer."""
        while not self._stop.is_set():
            try:
                lock.acquire(timeout=POLL)
                break
            except Timeout:
                continue
        else:
            raise _Stopped
        try:
            yield
        finally:
            lock.release()

    def _planned(self, described: Described) -> Step:
        label = described.label
        known = self.store.column(described.wanted.spec, described.platform)
        refusal = "" if Verdict.UNINSTALLABLE in self.order.again else _standing_refusal(described, known)
        store, key, verdicts = self.store, described.key, self.order.again
        again = {name for name, verdict in store.verdicts_of(key).items() if verdict in verdicts} if verdicts else set()
        todo = plan.todo(self.order.catalog, store.collected(key), store.done(key), again)
        if described.refusal and todo.done:
            raise DaskMatrixError(described.refusal.message)  # its evidence stays; only the rest can't be run here
        self._record(described, known, refusal)
        if reason := described.refusal.message if described.refusal else refusal:
            return Step(label, Stage.UNINSTALLABLE, note=reason)
        if not todo.reasons:
            return Step(label, Stage.NOTHING, done=len(todo.done), total=len(todo.done))
        return self._session(described, todo)

    def _record(self, described: Described, known: Environment | None, refusal: str) -> None:
        """Write what the environment is, unless that is what the store shows already: ``known``."""
        told = known.refusal.message if known and known.refusal else ""
        tells = described.refusal.message if described.refusal else refusal
        if known is None or known.key != described.key or told != tells:
            self._begin()
            recorder = Recorder(self.folder / "environments.jsonl", self.summary.run)
            recorder.describe(described)
            self.store.take_file(recorder.path, self.places.records)

    def _begin(self) -> None:
        """Write the run's own record before its first other one; a run with nothing to do leaves no trace."""
        with self._begun:
            if not self.folder.exists():
                recorder = Recorder(self.folder / "run.jsonl", self.summary.run)
                recorder.describe_run(self.order.catalog.folder)
                self.store.take_file(recorder.path, self.places.records)

    def _session(self, described: Described, todo: plan.Todo) -> Step:
        """Run one environment's session. The first gets all cores until its scenarios execute: a newcomer waits for it."""
        self._begin()
        is_first = self._first.acquire(blocking=False)
        try:
            while not is_first and not self._underway.wait(POLL):
                if self._stop.is_set():
                    raise _Stopped
            return self._followed(described, self._job(described, todo))
        finally:
            self._underway.set()

    def _followed(self, described: Described, job: SessionJob) -> Step:
        path = job.save(Path(f"{job.scratch}.json"))
        log, records = self.folder / f"{described.wanted.spec.slug}.log", Path(job.records)
        watch = Watch(described.label, records, self.report, self._underway)
        self.report(Step(described.label, Stage.INSTALLING))

        def look() -> None:
            self._take(records)
            watch.look()

        code = follow(self.start(path), job_environ(path), log, look, self._stop)
        return self._ended(code, watch, log)

    def _job(self, described: Described, todo: plan.Todo) -> SessionJob:
        wanted, interpreter, lock = described.wanted, described.interpreter, described.lock_path
        if interpreter is None or lock is None:
            raise ValueError(described)  # a refused environment has no session
        spec = wanted.spec
        records = self.folder / f"{spec.slug}.jsonl"
        scratch = self._scratch / spec.slug
        pytest_folder = self.places.pytest / str(spec.python)
        harness = {
            "tests": str(self.order.catalog.folder.resolve()),
            "records": str(records),
            "pytest": str(pytest_folder),
            "scratch": str(scratch),
            "run": self.summary.run,
            "environment": described.key,
            "release": str(spec.release),
            "imports": self.config.imports,
            "fingerprints": self.order.catalog.fingerprints,
            "done": todo.done,
            "jobs": self.order.jobs,
            "timeout": self.order.timeout,
            "alive": os.getpid(),
            "gate": str(self._scratch / "gate"),
        }
        return SessionJob(
            label=described.label,
            key=described.key,
            run=self.summary.run,
            interpreter=str(interpreter.path),
            lock=str(lock),
            folder=str(self.places.environments / described.key),
            pytest_folder=str(pytest_folder),
            harness_folder=str(scenarios() / "harness"),
            scratch=str(scratch),
            records=str(records),
            pytest_arguments=self.order.pytest_arguments,
            harness=harness,
        )

    def _take(self, *files: Path) -> None:
        for path in sorted(files):
            if path.exists():
                self.summary.rejected += self.store.take_file(path, self.places.records).rejected

    def _ended(self, code: int, watch: Watch, log: Path) -> Step:
        self.summary.results += watch.done
        self.summary.matched += watch.matched
        if watch.refusal:
            return Step(watch.label, Stage.UNINSTALLABLE, note=watch.refusal)
        if self._stop.is_set():
            return Step(watch.label, Stage.WAITING, watch.done, watch.total)
        if code:
            tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
            raise DaskMatrixError("\n".join([f"the session ended with exit code {code}; its log is {log}:", *tail]))
        return Step(watch.label, Stage.DONE, watch.done, watch.total)


def _standing_refusal(described: Described, known: Environment | None) -> str:
    """Return why this very environment was refused before, by the installer or an import; else nothing."""
    refusal = known.refusal if known and known.key == described.key else None
    return refusal.message if refusal and refusal.phase in {"install", "import"} else ""


class _Stopped(Exception):
    """The run was told to stop before an environment's turn came."""
