"""Run one bisection and record its result: first over the releases, then optionally over the commits."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dask_matrix.collect.bisection import histories
from dask_matrix.collect.bisection.endpoints import as_pair, find_endpoints
from dask_matrix.collect.bisection.find_scenario import find_scenario
from dask_matrix.collect.bisection.record import Cost, bisect_report
from dask_matrix.collect.bisection.search import HistorySearch
from dask_matrix.collect.bisection.stored_observations import ObservationQuery
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.running.recorder import Recorder, new_run
from dask_matrix.domain.bisection.search import Search
from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.domain.records.bisection import BisectCost, BisectStatus
from dask_matrix.domain.records.records import BisectRecord
from dask_matrix.domain.records.run_end import EndStatus
from dask_matrix.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dask_matrix.collect.bisection.endpoints import Endpoints, NamedEndpoints
    from dask_matrix.collect.bisection.histories import Point
    from dask_matrix.collect.bisection.search import SearchResult, SearchSetup
    from dask_matrix.collect.bisection.stored_observations import Setting
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.records.bisection import BisectReport


@dataclass(frozen=True)
class Question:
    """What the user asks: the scenario and endpoints as typed, and options of the search."""

    scenario: str
    ends: NamedEndpoints
    setting: Setting
    failing_with: str = ""
    commits: bool = False
    sweep: int = 0


def bisect(question: Question, setup: SearchSetup) -> BisectReport:
    """Search, record the result, and return it.

    Raises NoInterpreter, UnknownName, Ambiguous, NoEndpoints, NoHistory or UnknownRelease for a bad question, and
    KeyboardInterrupt if interrupted: the same question continues from there.
    """
    _require_python(question.setting, setup)
    began = time.monotonic()
    places = setup.workspace.places
    setup.store.ingest_folder(places.records)
    scenario = find_scenario(question.scenario, setup.request.catalog, setup.store)
    query = ObservationQuery(scenario, question.setting, question.failing_with)
    setup.log(f"scenario: {scenario.id}")
    endpoints = find_endpoints(question.ends, query, setup.workspace, setup.store)
    setup = replace(setup, request=replace(setup.request, run=setup.request.run or new_run(), retries=0))
    before = _installed(places.environments)
    with _recorded_end(setup):
        stages = _stages(endpoints, question, query, setup)
        cost = Cost(len(_installed(places.environments) - before), time.monotonic() - began)
        found = bisect_report(stages, query, setup.request.catalog, _title(scenario.id, setup), cost)
        _record(found, setup)
    return found


@contextmanager
def _recorded_end(setup: SearchSetup) -> Iterator[None]:
    """Record how the run of a bisection ended, also after an error."""
    try:
        yield
    except KeyboardInterrupt:
        _end(EndStatus.INTERRUPTED, setup)
        raise
    except DaskMatrixError:
        with suppress(DaskMatrixError):
            _end(EndStatus.FINISHED, setup)
        raise
    _end(EndStatus.FINISHED, setup)


def _end(how: EndStatus, setup: SearchSetup) -> None:
    """Record how the run ended, if it began, and ingest its records."""
    recorder = _run_recorder(setup)
    if recorder.path.exists():
        recorder.record_end(how)
    setup.store.ingest_folder(setup.workspace.places.records)


def _run_recorder(setup: SearchSetup) -> Recorder:
    """Return the recorder of the run's own file."""
    return Recorder.of_run(setup.workspace.places.records, setup.request.run)


def _require_python(setting: Setting, setup: SearchSetup) -> None:
    """Raise NoInterpreter if the requested Python is not on this machine: nothing could be executed."""
    if setting.python is None or interpreters.is_installed(setting.python):
        return
    config = setup.workspace.config
    found = filter(interpreters.is_installed, sorted({*config.pythons, *config.fallback_pythons}))
    raise interpreters.NoInterpreter(
        f"Python {setting.python} not found on this machine; found: {', '.join(map(str, found)) or 'none'}. "
        "Use one of these with --python, or install it."
    )


def _stages(
    endpoints: Endpoints, question: Question, query: ObservationQuery, setup: SearchSetup
) -> list[SearchResult]:
    """Search the releases, then the commits between the two that differ; only commits if an endpoint is a commit pair.

    If all releases are alike, search all commits between the endpoints: the verdict may have changed twice.
    """
    place, stages = (query.setting, setup.workspace), []
    start, end = endpoints.start, endpoints.end
    if endpoints.are_releases:
        found = _search(histories.releases(start, end, *place), question, query, setup)
        stages, conclusion, points = [found], found.conclusion, found.history.points
        alike = conclusion.ended is BisectStatus.CONTRADICTED and not conclusion.transitions
        if not question.commits or not (conclusion.suspects or alike):
            return stages
        if conclusion.before is not None and conclusion.after is not None:
            start, end = (_release(points[each]) for each in (conclusion.before, conclusion.after))
    start, end = (as_pair(each, setup.workspace) for each in (start, end))
    return [*stages, _search(histories.commits(start, end, *place), question, query, setup)]


def _release(point: Point) -> Release:
    return point.selected.spec.release


def _search(line: histories.History, question: Question, query: ObservationQuery, setup: SearchSetup) -> SearchResult:
    points = line.points
    setup.log(f"{counted(line.last, line.over.removesuffix('s'))} from {points[0].name} to {points[-1].name}")
    return HistorySearch(line, Search(line.last, question.ends.find_fix, question.sweep), query, setup).run()


def _installed(environments: Path) -> set[Path]:
    """Return the marker files of installed environments."""
    return set(environments.glob(f"*/{READY}"))


def _title(scenario: str, setup: SearchSetup) -> str:
    """Return the title of a scenario; empty if it was never collected."""
    try:
        return setup.store.scenario(scenario).title
    except UnknownName:
        return ""


def _record(found: BisectReport, setup: SearchSetup) -> None:
    """Record a report, unless no point has a result, or nothing was executed and the last report was the same."""
    if not found.spent.executions and not any(each.passed or each.broken for each in found.looked):
        return
    newest = next(iter(setup.store.bisects(found.scenario)), None)
    same = newest and _answer(newest.found) == _answer(found)
    if same and not found.spent.executions:
        return
    run, places = setup.request.run, setup.workspace.places
    _run_recorder(setup).begin(setup.request.catalog.folder, 0)
    recorder = Recorder(places.records / run / "bisect.jsonl", run)
    at = datetime.now(UTC)
    recorder.write(BisectRecord(id=secrets.token_hex(12), run=run, at=at, scenario=found.scenario, found=found))


def _answer(found: BisectReport) -> BisectReport:
    """Return a report without its cost."""
    looked = tuple(each.model_copy(update={"executed": None}) for each in found.looked)
    return found.model_copy(update={"spent": BisectCost(), "looked": looked})
