"""Search a history: use stored results first, and execute only what is missing.

While one point is tested, the environments that may be needed next are resolved, built and installed. All results are
recorded, so an interrupted search resumes when it is started again.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from dask_matrix.collect.bisection.execution import PointExecution
from dask_matrix.collect.bisection.stored_observations import columns, observe_stored
from dask_matrix.collect.environments.eviction import evict
from dask_matrix.collect.environments.installation import InstallRefused, install, install_pytest
from dask_matrix.collect.environments.locks import LockCache
from dask_matrix.collect.environments.resolution import resolve_environment
from dask_matrix.collect.git.wheels import BuildRefused, with_wheels
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.running.recorder import Recorder
from dask_matrix.domain.bisection.observations import Observation
from dask_matrix.domain.bisection.search import Conclusion, NextPoint, Search
from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from dask_matrix.collect.bisection.histories import History, Point
    from dask_matrix.collect.bisection.stored_observations import ObservationQuery
    from dask_matrix.collect.environments.resolution import ResolvedEnvironment
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.supervising.progress import Report
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class SearchSetup:
    """Dependencies of a search. ``request`` belongs to the run of the whole bisection; ``log`` prints each step."""

    workspace: Workspace
    store: Store
    request: RunRequest
    report: Report
    log: Callable[[str], None]


@dataclass
class SearchResult:
    """A finished search: its observations and environments by point, and the executions it made.

    ``executed`` has every point that it tried to execute.
    """

    history: History
    search: Search
    conclusion: Conclusion
    observations: dict[int, Observation]
    environments: dict[int, Environment] = field(default_factory=dict)
    executed: dict[int, int] = field(default_factory=dict)


class HistorySearch:
    """One search over one history."""

    def __init__(self, history: History, search: Search, query: ObservationQuery, setup: SearchSetup) -> None:
        self.history, self.search, self.query, self.setup = history, search, query, setup
        self._platform = interpreters.platform_name()
        self._locks = LockCache(setup.workspace.places.locks, setup.workspace.index.settings)
        self._environments: dict[int, Environment] = {}
        self._executed: dict[int, int] = {}
        self._preparing: dict[int, Future[None]] = {}

    def run(self) -> SearchResult:
        """Search until there is a conclusion; raises KeyboardInterrupt if interrupted, keeping finished results."""
        observations = self._stored()
        with ThreadPoolExecutor(1, thread_name_prefix="prepare") as pool:
            try:
                while isinstance(next_point := self.search.step(observations), NextPoint):
                    self._prepare(pool, self.search.possible_next_points(observations, next_point))
                    observations[next_point.point] = self._test_point(
                        next_point, observations.get(next_point.point, Observation())
                    )
            except KeyboardInterrupt:
                _terminate_children()
                raise
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return SearchResult(self.history, self.search, next_point, observations, self._environments, self._executed)

    # stored results

    def _stored(self) -> dict[int, Observation]:
        """Return the stored observation of each point; points with internal errors only are left out, to be retried."""
        stored: dict[object, list[Environment]] = {}
        for each in columns(self.query.setting, self.setup.store):
            stored.setdefault(_identity(each), []).append(each)
        observations = {}
        for place, point in enumerate(self.history.points):
            here = self._matching(point, stored.get(point.identity, []))
            known = self._observe(place, here) if here else None
            if known and known.status and not known.internal_errors_only:
                observations[place] = known
                self.setup.log(f"known: {_observation_text(point.name, known)}")
        return observations

    def _matching(self, point: Point, columns: Iterable[Environment]) -> Environment | None:
        """Return the environment on the Python that a release would run on; for a commit pair, on the newest Python."""
        python = None if isinstance(point.identity, tuple) else point.selected.spec.python
        return max(
            (each for each in columns if python in {None, each.python}), key=lambda each: each.python, default=None
        )

    def _observe(self, place: int, environment: Environment) -> Observation:
        """Remember the environment of a point, and return the stored observation in it."""
        self._environments[place] = environment
        return observe_stored(environment, self.query, self.setup.store)

    # executing

    def _test_point(self, next_point: NextPoint, before: Observation) -> Observation:
        """Test a point; if that adds no execution, mark the point as exhausted."""
        point, began = self.history.points[next_point.point], time.monotonic()
        self.setup.log(f"{next_point.reason}: {point.name}")
        self._wait_for(next_point.point)
        self._executed.setdefault(next_point.point, 0)
        try:
            selected = point.selected
        except DaskMatrixError as error:  # for example, an unreadable commit
            return Observation.untestable(str(error))
        note = self._execute_scenario(next_point)
        column = self.setup.store.column(selected.spec, self._platform)
        now = self._observe(next_point.point, column) if column else Observation()
        if now.status is None:
            now = Observation.untestable(note or "the scenario was not executed")
        self.setup.log(f"{_observation_text(point.name, now)}; {time.monotonic() - began:.0f} s")
        return now if now.executions > before.executions else replace(now, exhausted=True)

    def _execute_scenario(self, next_point: NextPoint) -> str:
        """Execute the scenario at a point; return the note of its last step, such as why it was not possible."""
        point, setup, scenario = self.history.points[next_point.point], self.setup, self.query.scenario
        arguments = ("-k", scenario.expression(setup.request.catalog))
        request = replace(setup.request, environments=[point.selected], pytest_arguments=arguments)
        execution = PointExecution(request, setup.workspace, setup.store, setup.report, scenario, next_point.executions)
        summary = execution.run()
        if summary.interrupted:
            raise KeyboardInterrupt
        if summary.bad_arguments:
            raise DaskMatrixError(summary.bad_arguments)
        self._executed[next_point.point] += summary.results
        self._reject_variants(point)
        return next((step.note for step in summary.final_steps.values()), "")

    def _reject_variants(self, point: Point) -> None:
        """Raise UnknownName if the name turns out to be a parametrized test with several scenarios."""
        scenario = self.query.scenario
        column = self.setup.store.column(point.selected.spec, self._platform)
        variants = self.setup.store.collected(column.key).functions.get(scenario.origin, {}) if column else {}
        if variants and scenario.id not in variants and all(each.startswith(f"{scenario.id}[") for each in variants):
            raise UnknownName("scenario", scenario.id, sorted(variants)[:5])

    # preparing the next environments

    def _prepare(self, pool: ThreadPoolExecutor, ahead: Iterable[int]) -> None:
        """Start making the environments that may be needed next; cancel those not started that no longer may be."""
        points = tuple(ahead)
        for place, future in list(self._preparing.items()):
            if place not in points and future.cancel():
                del self._preparing[place]
        for place in (each for each in points if each not in self._preparing):
            with suppress(DaskMatrixError):
                selected = self.history.points[place].selected
                self._preparing[place] = pool.submit(self._make, selected)

    def _wait_for(self, place: int) -> None:
        """Wait for an environment that is being made, so that it is not made twice at the same time."""
        if (future := self._preparing.pop(place, None)) and not future.cancel():
            wait([future])  # an error shows up again when the point is executed

    def _make(self, selected: SelectedEnvironment) -> None:
        """Resolve, build and install an environment. Ignores errors: they occur again, and are reported, in its turn."""
        workspace = self.setup.workspace
        places, config, settings = workspace.places, workspace.config, workspace.index.settings
        with suppress(DaskMatrixError, InstallRefused, BuildRefused, OSError):
            resolved = resolve_environment(selected, config, self._locks, workspace.wheel_cache)
            if resolved.interpreter is None or resolved.lock_path is None:
                return
            interpreter = resolved.interpreter.path
            install_pytest(places.pytest / str(resolved.selected.spec.python), interpreter, settings)
            folder = places.environments / resolved.key
            with self._lock(resolved) as lock:
                installed = install(folder, lock, interpreter, settings)
            if installed.made:
                run = self.setup.request.run
                Recorder.of_run(places.records, run).begin(self.setup.request.catalog.folder, 0)
                Recorder(places.records / run / "environments.jsonl", run).record_installation(resolved.key, installed)
                evict(folder, config.environments_limit)

    @contextmanager
    def _lock(self, resolved: ResolvedEnvironment) -> Iterator[Path]:
        """Yield the path of an installable lock: for commits, one with the paths of their wheels."""
        if resolved.lock_path is None or resolved.interpreter is None:
            raise ValueError(resolved)
        if resolved.pair is None:
            yield resolved.lock_path
            return
        with TemporaryDirectory() as folder:
            lock = Path(folder) / "lock.txt"
            wheels = self.setup.workspace.wheel_cache.wheels(resolved.pair, resolved.interpreter)
            lock.write_text(with_wheels(resolved.lock, wheels), encoding="utf-8")
            yield lock


def _terminate_children() -> None:
    """Terminate processes that make the next environments: no session is left, and unfinished ones are made again."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.terminate()


def _identity(environment: Environment) -> object:
    pair = environment.pair
    return (pair.dask.sha, pair.distributed.sha) if pair else environment.release


def _observation_text(name: str, observation: Observation) -> str:
    """Return an observation as text for the log."""
    if not observation.executions:
        return f"{name}: {observation.status} ({observation.summary})"
    return (
        f"{name}: {observation.status}, {observation.passed} of {observation.executions} passed ({observation.summary})"
    )
