"""Drives a run: describes each environment, plans it, has its session run; then has doubtful verdicts confirmed."""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from dask_matrix.collect.environments.locks import Locks
from dask_matrix.collect.environments.resolution import Described, describe, describe_kept
from dask_matrix.collect.machine.scratch import living, session_lock, sweep
from dask_matrix.collect.planning import plan
from dask_matrix.collect.planning.pending import Outlook, planned
from dask_matrix.collect.running.confirmation import Confirming
from dask_matrix.collect.running.recorder import Recorder, new_run
from dask_matrix.collect.running.session_runner import BadArguments, Sessions, Stopped, Work
from dask_matrix.collect.supervising.follow import POLL
from dask_matrix.collect.supervising.job import nox_command
from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.run_end import How

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from filelock import BaseFileLock

    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import Rejection
    from dask_matrix.store.store import Store

Of = TypeVar("Of")
AT_WORK = 2
"""Environments worked on at once: one runs its scenarios, the next is resolved, installed and imported."""


@dataclass
class Summary:
    """How a run ended: results recorded, and by label the environments that ended in each stage.

    ``matched`` counts the scenarios that were selected; ``rejected`` are lines of record files that are no records;
    ``misused`` says what pytest did not take of its arguments; ``labels`` are of the environments at work, by key.
    """

    run: str
    results: int = 0
    matched: int = 0
    ended: dict[str, Step] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    interrupted: bool = False
    misused: str = ""
    labels: dict[str, str] = field(default_factory=dict)

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
        self.store, self.report = store, report
        self.locks = Locks(self.places.locks, workplace.index.settings)
        self.builds = replace(workplace.builds, anew=Verdict.UNINSTALLABLE in order.repeats.verdicts)
        self.summary = Summary(order.run or new_run())
        self.sessions = Sessions(order, workplace, store, self.summary.run, report, start)
        self._stop = self.sessions.stop
        self._begun = threading.Lock()
        self._intended = 0
        self._ready: dict[str, Described] = {}

    def run(self) -> Summary:
        """Work through all environments; on KeyboardInterrupt stop the sessions, keep what is finished and say so."""
        left = self.store.take_folder(self.places.records)  # what a killed run left behind
        sweep(self.places.scratch)
        with ThreadPoolExecutor(AT_WORK, thread_name_prefix="environment") as pool, living(self.sessions.scratch):
            try:
                self._both_passes(pool)
            except KeyboardInterrupt:
                self.summary.interrupted = True
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        gained = self.sessions.gained
        self.summary.results, self.summary.matched = gained.results, gained.matched
        self.summary.rejected = [*left.rejected, *gained.rejected]
        self._conclude()
        return self.summary

    def _both_passes(self, pool: ThreadPoolExecutor) -> None:
        """Have every environment worked through, then confirm until nothing is in doubt."""
        outlook = Outlook(self.order, self.store)
        left = self._not_done(outlook)
        self._intended = len(left)
        _all_of(pool.submit(self._guarded, each.spec.label, self._environment, each) for each in left)
        confirming = Confirming(outlook, self.summary.run)
        while self.order.confirms and not self._stop.is_set() and (keys := confirming.wanted(self._ready)):
            ready = [self._ready[key] for key in keys]
            self._intended = self._intended or len(ready)
            confirm = partial(self._confirm, confirming)
            _all_of(pool.submit(self._guarded, each.label, confirm, each) for each in ready)

    def _not_done(self, outlook: Outlook) -> list[Wanted]:
        """Return the environments in which something may be to do; tell of the others that nothing is."""
        left = []
        for wanted in self.order.wanted:
            described = describe_kept(wanted, self.config, self.locks)
            done = outlook.nothing_to_do(described) if described else None
            if described is None or done is None:
                left.append(wanted)
            else:
                self._ready[described.key] = described
                self._end(Step(described.label, Stage.NOTHING, done, done))
        return left

    def _guarded(self, label: str, work: Callable[[Of], Step], of: Of) -> None:
        """Let the trouble of one environment be told without ending the others."""
        try:
            step = work(of)
        except Stopped:
            step = Step(label, Stage.WAITING)
        except BadArguments as error:  # so they are in every environment
            self.summary.misused = str(error)
            self._stop.set()
            step = Step(label, Stage.WAITING)
        except DaskMatrixError as error:
            step = Step(label, Stage.FAILED, note=str(error))
        except Exception as error:  # noqa: BLE001 - told below, and the other environments go on
            step = Step(label, Stage.FAILED, note="".join(traceback.format_exception(error)))
        self._end(step)

    def _end(self, step: Step) -> None:
        self.summary.ended[step.label] = step
        self.report(step)

    def _environment(self, wanted: Wanted) -> Step:
        if self._stop.is_set():
            raise Stopped
        self.report(Step(wanted.spec.label, Stage.RESOLVING))
        described = describe(wanted, self.config, self.locks, self.builds)
        with self._alone(described):
            step = self._planned(described)
        if step.stage in {Stage.DONE, Stage.NOTHING}:
            self._ready[described.key] = described
        return step

    def _confirm(self, confirming: Confirming, described: Described) -> Step:
        """Execute the doubtful verdicts of an environment again; it is ready no more unless that went well."""
        if self._stop.is_set():
            raise Stopped
        del self._ready[described.key]
        before = self.summary.ended[described.label]
        with self._alone(described):
            attempts = confirming.ask(described.key)
            step = self.sessions.start(described, self._only(described, attempts)) if attempts else before
        if step.stage not in {Stage.DONE, Stage.NOTHING}:
            return step
        self._ready[described.key] = described
        executed = step.done + (before.done if before.stage is Stage.DONE else 0)
        return replace(step, done=executed, total=executed) if attempts else before

    def _only(self, described: Described, attempts: dict[str, list[int]]) -> Work:
        """Return the work of executing these attempts and nothing else, be it done or not."""
        self._begin()
        collected = self.store.collected(described.key)
        return Work(plan.present(self.order.catalog, collected), attempts)

    @contextmanager
    def _alone(self, described: Described) -> Iterator[None]:
        """Plan and run an environment in one process at a time, knowing all that was recorded of it before.

        The session's own lock is held by sessions only; one whose run was killed may be about to end.
        """
        folder = self.places.environments / described.key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with self._locked(FileLock(f"{folder}.plan.lock")):
            with self._locked(session_lock(folder)):
                self.sessions.take(self.places.records.glob(f"*/{described.wanted.spec.slug}.jsonl"))
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
            raise Stopped
        try:
            yield
        finally:
            lock.release()

    def _planned(self, described: Described) -> Step:
        label, store, key = described.label, self.store, described.key
        known = store.column(described.wanted.spec, described.platform)
        refusal = "" if Verdict.UNINSTALLABLE in self.order.repeats.verdicts else _standing_refusal(described, known)
        if described.refusal and store.evidence_of(key):
            raise DaskMatrixError(described.refusal.message)  # its evidence stays; only the rest can't be run here
        self._record(described, known, refusal)
        if reason := described.refusal.message if described.refusal else refusal:
            return Step(label, Stage.UNINSTALLABLE, note=reason)
        return self._started(described)

    def _started(self, described: Described) -> Step:
        """Start the session of an environment that can be had, if there is anything to do."""
        label, key = described.label, described.key
        todo = planned(key, self.order, self.store)
        if not todo.reasons:
            return Step(label, Stage.NOTHING, done=len(todo.done), total=len(todo.done))
        self._begin()
        self.summary.labels[key] = label
        return self.sessions.start(described, Work(todo.done))

    def _record(self, described: Described, known: Environment | None, refusal: str) -> None:
        """Write what the environment is, unless that is what the store shows already: ``known``."""
        told = known.refusal.message if known and known.refusal else ""
        tells = described.refusal.message if described.refusal else refusal
        if known is None or known.key != described.key or told != tells or described.newly_main(known):
            self._begin()
            recorder = Recorder(self.sessions.folder / "environments.jsonl", self.summary.run)
            recorder.describe(described)
            self.store.take_file(recorder.path, self.places.records)

    def _begin(self) -> None:
        """Write the run's own record before its first other one; a run with nothing to do leaves no trace."""
        with self._begun:
            if self._own.begin(self.order.catalog.folder, self._intended):
                self.store.take_file(self._own.path, self.places.records)

    @property
    def _own(self) -> Recorder:
        """What writes the records of the run itself."""
        return Recorder.of_run(self.places.records, self.summary.run)

    def _conclude(self) -> None:
        """Write how the run ended, if it began at all; whoever asked to go on with a run ends it."""
        if self.order.run or not self._own.path.exists():
            return
        stopped = self.summary.interrupted or self.summary.misused
        self._own.end(How.INTERRUPTED if stopped else How.FINISHED)
        self.store.take_file(self._own.path, self.places.records)


def _all_of(futures: Iterable[Future[None]]) -> None:
    """Wait for all; they are all begun first."""
    for future in list(futures):
        future.result()


def _standing_refusal(described: Described, known: Environment | None) -> str:
    """Return why this very environment was refused before, by the installer or an import; else nothing."""
    refusal = known.refusal if known and known.key == described.key else None
    return refusal.message if refusal and refusal.phase in {"install", "import"} else ""
