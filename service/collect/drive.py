"""Drives a run: describes each environment, plans it, starts its session, and takes its records in as they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from service.collect import plan
from service.collect.described import Described, describe
from service.collect.job import SessionJob, job_environ, nox_command
from service.collect.locks import Locks
from service.collect.progress import Report, Stage, Step
from service.collect.recorder import Recorder, new_run
from service.domain.errors import DaskMatrixError
from service.domain.outcome import Verdict
from service.domain.records import CollectionRecord, Record, RefusalRecord, ResultRecord
from service.places import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from service.collect.catalog import Catalog
    from service.collect.select import Wanted
    from service.collect.workplace import Workplace
    from service.store.store import Store

AT_WORK = 2
"""Environments worked on at once: one runs its scenarios, the next is resolved, installed and imported."""
POLL = 0.2
"""Seconds between two looks at a session's records."""
GRACE = 5.0
"""Seconds a session gets to end by itself once it is told to stop."""
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
    """How a run ended: results recorded, and by label the environments that ended in each stage. ``matched`` counts what was selected."""

    run: str
    results: int = 0
    matched: int = 0
    ended: dict[str, Step] = field(default_factory=dict)
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
        self._gate = self.places.scratch / f"{self.summary.run}.gate"
        self._stop = threading.Event()
        self._begun = threading.Lock()
        self._first = threading.Lock()
        self._underway = threading.Event()

    def run(self) -> Summary:
        """Work through all environments; on KeyboardInterrupt stop the sessions, keep what is finished and say so."""
        self.store.take_folder(self.places.records)  # what a killed run left behind
        with ThreadPoolExecutor(AT_WORK, thread_name_prefix="environment") as pool:
            futures = [pool.submit(self._guarded, each) for each in self.order.wanted]
            try:
                for future in futures:
                    future.result()
            except KeyboardInterrupt:
                self.summary.interrupted = True
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        self._gate.unlink(missing_ok=True)
        return self.summary

    def _guarded(self, wanted: Wanted) -> None:
        """Let the trouble of one environment be told without ending the others."""
        label = wanted.spec.label
        try:
            step = Step(label, Stage.WAITING) if self._stop.is_set() else self._environment(wanted)
        except DaskMatrixError as error:
            step = Step(label, Stage.FAILED, note=str(error))
        self.summary.ended[label] = step
        self.report(step)

    def _environment(self, wanted: Wanted) -> Step:
        label = wanted.spec.label
        self.report(Step(label, Stage.RESOLVING))
        described = describe(wanted, self.config, self.locks)
        refusal = "" if Verdict.UNINSTALLABLE in self.order.again else self._standing_refusal(described)
        store, key, verdicts = self.store, described.key, self.order.again
        again = {name for name, verdict in store.verdicts_of(key).items() if verdict in verdicts} if verdicts else set()
        todo = plan.todo(self.order.catalog, store.collected(key), store.done(key), again)
        if described.refusal and todo.done:
            raise DaskMatrixError(described.refusal.message)  # its evidence stays; only the rest can't be run here
        self._record(described, refusal)
        if reason := described.refusal.message if described.refusal else refusal:
            return Step(label, Stage.UNINSTALLABLE, note=reason)
        if not todo.functions:
            return Step(label, Stage.NOTHING, done=len(todo.done), total=len(todo.done))
        return self._session(described, todo)

    def _standing_refusal(self, described: Described) -> str:
        """Return why this very environment was refused before, by the installer or an import; else nothing."""
        known = self.store.column(described.wanted.spec, described.platform)
        refusal = known.refusal if known and known.key == described.key else None
        return refusal.message if refusal and refusal.phase in {"install", "import"} else ""

    def _record(self, described: Described, refusal: str) -> None:
        """Write what the environment is, unless that is what the store shows already."""
        known = self.store.column(described.wanted.spec, described.platform)
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
        self._begin()
        if not self._first.acquire(blocking=False):
            self._underway.wait()  # the first column is what a newcomer waits for: it gets all cores until it executes
        job = self._job(described, todo)
        path = job.save(Path(f"{job.scratch}.json"))
        log = self.folder / f"{described.wanted.spec.slug}.log"
        self.report(Step(described.label, Stage.INSTALLING, total=todo.cells))
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.start(path),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=job_environ(path),
                start_new_session=True,
            )
            watch = _Watch(described.label, todo.cells, self.report, self._underway)
            try:
                self._follow(process, Path(job.records), watch)
            finally:
                self._underway.set()
                path.unlink(missing_ok=True)
        return self._ended(process.returncode, watch, log)

    def _job(self, described: Described, todo: plan.Todo) -> SessionJob:
        wanted, interpreter, lock = described.wanted, described.interpreter, described.lock_path
        if interpreter is None or lock is None:
            raise ValueError(described)  # a refused environment has no session
        spec = wanted.spec
        records = self.folder / f"{spec.slug}.jsonl"
        scratch = self.places.scratch / f"{self.summary.run}-{spec.slug}"
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
            "gate": str(self._gate),
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

    def _follow(self, process: subprocess.Popen[bytes], records: Path, watch: _Watch) -> None:
        """Take records in while a session runs, and once more when it has ended; stop it when the run stops."""
        while process.poll() is None:
            if self._stop.is_set():
                _end(process)
                break
            time.sleep(POLL)
            self._take(records, watch)
        self._take(records, watch)

    def _take(self, records: Path, watch: _Watch) -> None:
        if records.exists():
            taken = self.store.take_file(records, self.places.records, watch.see)
            for bad in taken.rejected:
                print(f"{records.name}: {bad}", file=sys.stderr)

    def _ended(self, code: int, watch: _Watch, log: Path) -> Step:
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


class _Watch:
    """Counts what a session has recorded, and reports it; tells by ``underway`` that its scenarios execute."""

    def __init__(self, label: str, estimate: int, report: Report, underway: threading.Event) -> None:
        self.label, self.total, self.report, self.underway = label, estimate, report, underway
        self.done = self.matched = 0
        self.refusal = ""

    def see(self, record: Record) -> None:
        """Note one record as it is taken in."""
        if isinstance(record, RefusalRecord):
            self.refusal = record.message
        elif isinstance(record, CollectionRecord):
            self.total, self.matched = record.to_run, record.selected
            self.underway.set()
        elif isinstance(record, ResultRecord):
            self.done += 1
        else:
            return
        self.report(Step(self.label, Stage.RUNNING, self.done, max(self.done, self.total)))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a session with all it started: politely, so that the harness ends its children, then surely."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
