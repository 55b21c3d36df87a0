"""Execute a run: resolve each environment, plan it, run its session; then confirm doubtful verdicts."""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from dask_matrix.collect.environments.locks import LockCache
from dask_matrix.collect.environments.resolution import ResolvedEnvironment, resolve_environment, resolve_from_cache
from dask_matrix.collect.machine.scratch import remove_stale, scratch_folder, session_lock
from dask_matrix.collect.planning import plan
from dask_matrix.collect.planning.pending import PendingWork, environment_todo
from dask_matrix.collect.running.confirmation import ConfirmationPass
from dask_matrix.collect.running.recorder import Recorder, new_run
from dask_matrix.collect.running.session_runner import BadArguments, SessionRunner, SessionWork, Stopped
from dask_matrix.collect.supervising.follow import POLL
from dask_matrix.collect.supervising.job import nox_command
from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.collect.supervising.tally import Tally
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.run_end import EndStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from filelock import BaseFileLock

    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import Rejection
    from dask_matrix.store.store import Store

Item = TypeVar("Item")
ENVIRONMENTS_AT_ONCE = 2
"""Environments processed in parallel: one runs its scenarios while the next is resolved, installed and imported."""


@dataclass
class Summary:
    """Result of a run: a tally of the results recorded, and the last step of each environment by label.

    ``problem`` is what kept the run from recording its end; ``matched`` counts the selected scenarios; ``rejected`` are invalid lines of record files; ``bad_arguments`` is
    pytest's error about its arguments; ``labels`` maps keys of the environments that ran to their labels.
    """

    run: str
    tally: Tally = field(default_factory=Tally)
    problem: str = ""
    matched: int = 0
    final_steps: dict[str, Step] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    interrupted: bool = False
    bad_arguments: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def results(self) -> int:
        """The number of results recorded."""
        return self.tally.outcomes.total()

    def count(self, stage: Stage) -> int:
        """Return the number of environments that ended in a stage."""
        return sum(step.stage is stage for step in self.final_steps.values())


class Runner:
    """Runs a request. ``start`` returns the command that starts a session from its job file."""

    def __init__(
        self,
        request: RunRequest,
        workspace: Workspace,
        store: Store,
        report: Report,
        start: Callable[[Path], list[str]] = nox_command,
    ) -> None:
        self.request, self.config, self.places = request, workspace.config, workspace.places
        self.store, self.report = store, report
        self.locks = LockCache(self.places.locks, workspace.index.settings)
        self.wheel_cache = replace(
            workspace.wheel_cache, retry_refused=Verdict.UNINSTALLABLE in request.reruns.verdicts
        )
        self.summary = Summary(request.run or new_run())
        self.sessions = SessionRunner(request, workspace, store, self.summary.run, report, start)
        self._stop = self.sessions.stop
        self._begin_lock = threading.Lock()
        self._environment_count = 0
        self._ready: dict[str, ResolvedEnvironment] = {}

    def run(self) -> Summary:
        """Run all environments. On KeyboardInterrupt, stop the sessions and return an interrupted summary."""
        recovered = self.store.ingest_folder(self.places.records)  # records of a run that was killed
        remove_stale(self.places.scratch)
        with (
            ThreadPoolExecutor(ENVIRONMENTS_AT_ONCE, thread_name_prefix="environment") as pool,
            scratch_folder(self.sessions.scratch),
        ):
            try:
                self._both_passes(pool)
            except KeyboardInterrupt:
                self.summary.interrupted = True
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        totals = self.sessions.totals
        self.summary.tally, self.summary.matched = totals.tally, totals.matched
        self.summary.rejected = [*recovered.rejected, *totals.rejected]
        try:
            self._conclude()
        except (DaskMatrixError, OSError) as error:  # such as a full disk
            self.summary.problem = str(error)
        return self.summary

    def _both_passes(self, pool: ThreadPoolExecutor) -> None:
        """Run every environment, then confirm until no verdict is in doubt."""
        pending = PendingWork(self.request, self.store)
        unfinished = self._unfinished(pending)
        self._environment_count = len(unfinished)
        _wait_for_all(pool.submit(self._guarded, each.spec.label, self._run_environment, each) for each in unfinished)
        confirmation = ConfirmationPass(pending, self.summary.run)
        while self.request.confirms and not self._stop.is_set() and (keys := confirmation.needed(self._ready)):
            ready = [self._ready[key] for key in keys]
            self._environment_count = self._environment_count or len(ready)
            confirm = partial(self._confirm, confirmation)
            _wait_for_all(pool.submit(self._guarded, each.label, confirm, each) for each in ready)

    def _unfinished(self, pending: PendingWork) -> list[SelectedEnvironment]:
        """Return the environments that may have work; report the others as finished."""
        unfinished = []
        for selected in self.request.environments:
            resolved = resolve_from_cache(selected, self.config, self.locks)
            done = pending.nothing_to_do(resolved) if resolved else None
            if resolved is None or done is None:
                unfinished.append(selected)
            else:
                self._ready[resolved.key] = resolved
                self._finish(Step(resolved.label, Stage.NOTHING, done, done))
        return unfinished

    def _guarded(self, label: str, action: Callable[[Item], Step], item: Item) -> None:
        """Report an error in one environment without stopping the others."""
        try:
            step = action(item)
        except Stopped:
            step = Step(label, Stage.WAITING)
        except BadArguments as error:  # they are bad in every environment
            self.summary.bad_arguments = str(error)
            self._stop.set()
            step = Step(label, Stage.WAITING)
        except (DaskMatrixError, OSError) as error:  # such as a full disk; an OSError names its file
            step = Step(label, Stage.FAILED, note=str(error))
        except Exception as error:  # noqa: BLE001 - reported below, and the other environments continue
            step = Step(label, Stage.FAILED, note="".join(traceback.format_exception(error)))
        self._finish(step)

    def _finish(self, step: Step) -> None:
        self.summary.final_steps[step.label] = step
        self.report(step)

    def _run_environment(self, selected: SelectedEnvironment) -> Step:
        if self._stop.is_set():
            raise Stopped
        self.report(Step(selected.spec.label, Stage.RESOLVING))
        resolved = resolve_environment(selected, self.config, self.locks, self.wheel_cache)
        with self._exclusive(resolved):
            step = self._plan_and_run(resolved)
        if step.stage in {Stage.DONE, Stage.NOTHING}:
            self._ready[resolved.key] = resolved
        return step

    def _confirm(self, confirmation: ConfirmationPass, resolved: ResolvedEnvironment) -> Step:
        """Repeat the doubtful verdicts of an environment; if that fails, it is no longer in ``_ready``."""
        if self._stop.is_set():
            raise Stopped
        del self._ready[resolved.key]
        before = self.summary.final_steps[resolved.label]
        with self._exclusive(resolved):
            attempts = confirmation.claim(resolved.key)
            step = self.sessions.start(resolved, self._only_attempts(resolved, attempts)) if attempts else before
        if step.stage not in {Stage.DONE, Stage.NOTHING}:
            return step
        self._ready[resolved.key] = resolved
        executed = step.done + (before.done if before.stage is Stage.DONE else 0)
        return replace(step, done=executed, total=executed) if attempts else before

    def _only_attempts(self, resolved: ResolvedEnvironment, attempts: dict[str, list[int]]) -> SessionWork:
        """Return the work of executing these attempts and nothing else."""
        self._begin()
        collected = self.store.collected(resolved.key)
        return SessionWork(plan.current_fingerprints(self.request.catalog, collected), attempts)

    @contextmanager
    def _exclusive(self, resolved: ResolvedEnvironment) -> Iterator[None]:
        """Lock an environment, so that one process at a time plans and runs it, and ingest its earlier records.

        The session lock is held by sessions only; a session of a killed run may still hold it for a moment.
        """
        folder = self.places.environments / resolved.key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with self._holding(FileLock(f"{folder}.plan.lock")):
            with self._holding(session_lock(folder)):
                self.sessions.ingest(self.places.records.glob(f"*/{resolved.selected.spec.slug}.jsonl"))
            yield

    @contextmanager
    def _holding(self, lock: BaseFileLock) -> Iterator[None]:
        """Hold a lock; raise Stopped if the run is stopped while waiting."""
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

    def _plan_and_run(self, resolved: ResolvedEnvironment) -> Step:
        label, store, key = resolved.label, self.store, resolved.key
        shown = store.column(resolved.selected.spec, resolved.platform)
        refusal = "" if Verdict.UNINSTALLABLE in self.request.reruns.verdicts else _earlier_refusal(resolved, shown)
        if resolved.refusal and store.evidence_of(key):
            raise DaskMatrixError(resolved.refusal.message)  # keep its results; the rest can't be run here
        self._record(resolved, shown, refusal)
        if reason := resolved.refusal.message if resolved.refusal else refusal:
            return Step(label, Stage.UNINSTALLABLE, note=reason)
        return self._run_session(resolved)

    def _run_session(self, resolved: ResolvedEnvironment) -> Step:
        """Run the session of an installable environment, if it has work."""
        label, key = resolved.label, resolved.key
        todo = environment_todo(key, self.request, self.store)
        if not todo.reasons:
            return Step(label, Stage.NOTHING, done=len(todo.done), total=len(todo.done))
        self._begin()
        self.summary.labels[key] = label
        return self.sessions.start(resolved, SessionWork(todo.done))

    def _record(self, resolved: ResolvedEnvironment, shown: Environment | None, refusal: str) -> None:
        """Record the environment unless it equals ``shown``, the one in the store."""
        known_refusal = shown.refusal.message if shown and shown.refusal else ""
        new_refusal = resolved.refusal.message if resolved.refusal else refusal
        if shown is None or shown.key != resolved.key or known_refusal != new_refusal or resolved.newly_main(shown):
            self._begin()
            recorder = Recorder(self.sessions.folder / "environments.jsonl", self.summary.run)
            recorder.record_environment(resolved)
            self.store.ingest_file(recorder.path, self.places.records)

    def _begin(self) -> None:
        """Write the run record before any other record; a run with nothing to do leaves no trace."""
        with self._begin_lock:
            if self._run_recorder.begin(self.request.catalog.folder, self._environment_count):
                self.store.ingest_file(self._run_recorder.path, self.places.records)

    @property
    def _run_recorder(self) -> Recorder:
        """Recorder of the run's own file."""
        return Recorder.of_run(self.places.records, self.summary.run)

    def _conclude(self) -> None:
        """Record how the run ended, if it began; a continued run is ended by its caller."""
        if self.request.run or not self._run_recorder.path.exists():
            return
        stopped = self.summary.interrupted or self.summary.bad_arguments
        self._run_recorder.record_end(EndStatus.INTERRUPTED if stopped else EndStatus.FINISHED)
        self.store.ingest_file(self._run_recorder.path, self.places.records)


def _wait_for_all(futures: Iterable[Future[None]]) -> None:
    """Submit all, then wait for all."""
    for future in list(futures):
        future.result()


def _earlier_refusal(resolved: ResolvedEnvironment, shown: Environment | None) -> str:
    """Return the earlier install or import refusal of this environment; empty if there is none."""
    refusal = shown.refusal if shown and shown.key == resolved.key else None
    return refusal.message if refusal and refusal.phase in {"install", "import"} else ""
