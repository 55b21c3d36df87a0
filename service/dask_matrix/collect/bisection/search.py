"""Runs a search over a history: what is stored answers first, only what is missing is executed.

While one point is at work, those that may be next are resolved, built and installed. All that is found is in records:
a search that was interrupted goes on by being begun again.
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

from dask_matrix.collect.bisection.execution import Trying
from dask_matrix.collect.bisection.stored_observations import columns, observed
from dask_matrix.collect.environments.eviction import evict
from dask_matrix.collect.environments.installation import InstallRefused, install, install_pytest
from dask_matrix.collect.environments.locks import Locks
from dask_matrix.collect.environments.resolution import describe
from dask_matrix.collect.git.wheels import BuildRefused, with_wheels
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.running.recorder import Recorder
from dask_matrix.domain.bisection.observations import Observation
from dask_matrix.domain.bisection.search import Conclusion, Search, Want
from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from dask_matrix.collect.bisection.histories import History, Point
    from dask_matrix.collect.bisection.stored_observations import Asked
    from dask_matrix.collect.environments.resolution import Described
    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.supervising.progress import Report
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class Bench:
    """What a search works with. ``order`` is of the run that all of it is part of; ``log`` is told each step."""

    workplace: Workplace
    store: Store
    order: Order
    report: Report
    log: Callable[[str], None]


@dataclass
class Found:
    """A search that has ended: what it saw, of which environments, and how often it executed something itself.

    ``executed`` has the points at which it tried to.
    """

    history: History
    search: Search
    conclusion: Conclusion
    seen: dict[int, Observation]
    environments: dict[int, Environment] = field(default_factory=dict)
    executed: dict[int, int] = field(default_factory=dict)


class Searching:
    """One search over one history."""

    def __init__(self, history: History, search: Search, asked: Asked, bench: Bench) -> None:
        self.history, self.search, self.asked, self.bench = history, search, asked, bench
        self._platform = interpreters.platform_name()
        self._locks = Locks(bench.workplace.places.locks, bench.workplace.index.settings)
        self._environments: dict[int, Environment] = {}
        self._executed: dict[int, int] = {}
        self._preparing: dict[int, Future[None]] = {}

    def run(self) -> Found:
        """Search to the end; raise KeyboardInterrupt when that is asked for, with all that is finished kept."""
        seen = self._stored()
        with ThreadPoolExecutor(1, thread_name_prefix="prepare") as pool:
            try:
                while isinstance(want := self.search.step(seen), Want):
                    self._prepare(pool, self.search.ahead(seen, want))
                    seen[want.point] = self._execute(want, seen.get(want.point, Observation()))
            except KeyboardInterrupt:
                _end_children()
                raise
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return Found(self.history, self.search, want, seen, self._environments, self._executed)

    # what is known

    def _stored(self) -> dict[int, Observation]:
        """Return what the store says of each point; accidents of the harness, which say nothing, are left to be tried again."""
        stored: dict[object, list[Environment]] = {}
        for each in columns(self.asked.setting, self.bench.store):
            stored.setdefault(_identity(each), []).append(each)
        seen = {}
        for place, point in enumerate(self.history.points):
            here = self._fitting(point, stored.get(point.identity, []))
            known = self._observed(place, here) if here else None
            if known and known.seen and not known.accident:
                seen[place] = known
                self.bench.log(f"known: {_said(point.name, known)}")
        return seen

    def _fitting(self, point: Point, columns: Iterable[Environment]) -> Environment | None:
        """Return the column on the Python that a release would be run on; that of a pair on the newest."""
        python = None if isinstance(point.identity, tuple) else point.wanted.spec.python
        return max(
            (each for each in columns if python in {None, each.python}), key=lambda each: each.python, default=None
        )

    def _observed(self, place: int, environment: Environment) -> Observation:
        """Note the environment of a point; weigh what is recorded of the scenario in it."""
        self._environments[place] = environment
        return observed(environment, self.asked, self.bench.store)

    # what is not

    def _execute(self, want: Want, before: Observation) -> Observation:
        """Execute what is wanted at a point; where that brings nothing, no more is to be had there."""
        point, began = self.history.points[want.point], time.monotonic()
        self.bench.log(f"{want.why}: {point.name}")
        self._await(want.point)
        self._executed.setdefault(want.point, 0)
        try:
            wanted = point.wanted
        except DaskMatrixError as error:  # a commit that cannot be read, say
            return Observation.hole(str(error))
        note = self._try(want)
        column = self.bench.store.column(wanted.spec, self._platform)
        now = self._observed(want.point, column) if column else Observation()
        if now.seen is None:
            now = Observation.hole(note or "the scenario was not executed there")
        self.bench.log(f"{_said(point.name, now)}; {time.monotonic() - began:.0f} s")
        return now if now.executions > before.executions else replace(now, exhausted=True)

    def _try(self, want: Want) -> str:
        """Have the scenario executed; return what is said where that was not possible."""
        point, bench, scenario = self.history.points[want.point], self.bench, self.asked.scenario
        arguments = ("-k", scenario.expression(bench.order.catalog))
        order = replace(bench.order, wanted=[point.wanted], pytest_arguments=arguments)
        trying = Trying(order, bench.workplace, bench.store, bench.report, scenario, want.executions)
        summary = trying.run()
        if summary.interrupted:
            raise KeyboardInterrupt
        if summary.misused:
            raise DaskMatrixError(summary.misused)
        self._executed[want.point] += summary.results
        self._refuse_variants(point)
        return next((step.note for step in summary.ended.values()), "")

    def _refuse_variants(self, point: Point) -> None:
        """Raise UnknownName where the scenario turns out to be several, one for each set of parameters."""
        scenario = self.asked.scenario
        column = self.bench.store.column(point.wanted.spec, self._platform)
        variants = self.bench.store.collected(column.key).functions.get(scenario.origin, {}) if column else {}
        if variants and scenario.id not in variants and all(each.startswith(f"{scenario.id}[") for each in variants):
            raise UnknownName("scenario", scenario.id, sorted(variants)[:5])

    # what comes next

    def _prepare(self, pool: ThreadPoolExecutor, ahead: Iterable[int]) -> None:
        """Have the environments made that may be wanted next; those that no longer may be are not begun any more."""
        points = tuple(ahead)
        for place, future in list(self._preparing.items()):
            if place not in points and future.cancel():
                del self._preparing[place]
        for place in (each for each in points if each not in self._preparing):
            with suppress(DaskMatrixError):
                asked = self.history.points[place].wanted
                self._preparing[place] = pool.submit(self._make, asked)

    def _await(self, place: int) -> None:
        """Wait until an environment is made, if that is under way: it is not made twice at a time."""
        if (future := self._preparing.pop(place, None)) and not future.cancel():
            wait([future])  # how it ended shows when the point is executed

    def _make(self, wanted: Wanted) -> None:
        """Resolve, build and install an environment. What goes wrong here goes wrong again when its turn comes, and is told."""
        workplace = self.bench.workplace
        places, config, settings = workplace.places, workplace.config, workplace.index.settings
        with suppress(DaskMatrixError, InstallRefused, BuildRefused, OSError):
            described = describe(wanted, config, self._locks, workplace.builds)
            if described.interpreter is None or described.lock_path is None:
                return
            interpreter = described.interpreter.path
            install_pytest(places.pytest / str(described.wanted.spec.python), interpreter, settings)
            folder = places.environments / described.key
            with self._lock(described) as lock:
                installed = install(folder, lock, interpreter, settings)
            if installed.made:
                run = self.bench.order.run
                Recorder.of_run(places.records, run).begin(self.bench.order.catalog.folder, 0)
                Recorder(places.records / run / "environments.jsonl", run).installed(described.key, installed)
                evict(folder, config.environments_limit)

    @contextmanager
    def _lock(self, described: Described) -> Iterator[Path]:
        """Give a lock that can be installed: for commits, one with their wheels."""
        if described.lock_path is None or described.interpreter is None:
            raise ValueError(described)
        if described.pair is None:
            yield described.lock_path
            return
        with TemporaryDirectory() as folder:
            lock = Path(folder) / "lock.txt"
            wheels = self.bench.workplace.builds.wheels(described.pair, described.interpreter)
            lock.write_text(with_wheels(described.lock, wheels), encoding="utf-8")
            yield lock


def _end_children() -> None:
    """End what makes the next environments: no session is left by now, and what is half made is made anew."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.terminate()


def _identity(environment: Environment) -> object:
    pair = environment.pair
    return (pair.dask.sha, pair.distributed.sha) if pair else environment.release


def _said(name: str, observed: Observation) -> str:
    """Say what is seen at a point."""
    if not observed.executions:
        return f"{name}: {observed.seen} ({observed.told})"
    return f"{name}: {observed.seen}, {observed.passed} of {observed.executions} passed ({observed.told})"
