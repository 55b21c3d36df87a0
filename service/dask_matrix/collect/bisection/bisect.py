"""One bisection from its question to its record: first over the releases, then, where asked for, over the commits."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dask_matrix.collect.bisection import histories
from dask_matrix.collect.bisection.endpoints import as_pair, ends
from dask_matrix.collect.bisection.find_scenario import named
from dask_matrix.collect.bisection.record import Cost, told
from dask_matrix.collect.bisection.search import Searching
from dask_matrix.collect.bisection.stored_observations import Asked
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.running.recorder import Recorder, new_run
from dask_matrix.domain.bisection.search import Search
from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.domain.records.bisection import Ended, Spent, counted
from dask_matrix.domain.records.records import BisectRecord
from dask_matrix.domain.records.run_end import How

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dask_matrix.collect.bisection.endpoints import Ends
    from dask_matrix.collect.bisection.endpoints import Named as NamedEnds
    from dask_matrix.collect.bisection.histories import Point
    from dask_matrix.collect.bisection.search import Bench, Found
    from dask_matrix.collect.bisection.stored_observations import Setting
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.records.bisection import Bisected


@dataclass(frozen=True)
class Question:
    """What a user asks: a scenario by a name, ends by name, and how to look."""

    scenario: str
    ends: NamedEnds
    setting: Setting
    failing_with: str = ""
    commits: bool = False
    sweep: int = 0


def bisect(question: Question, bench: Bench) -> Bisected:
    """Search, record what was found, and return it.

    Raises what is wrong with the question (NoInterpreter, UnknownName, Ambiguous, NoEnds, NoHistory, UnknownRelease), and
    KeyboardInterrupt when it is interrupted: the same question goes on from there.
    """
    _refuse_missing(question.setting, bench)
    began = time.monotonic()
    places = bench.workplace.places
    bench.store.take_folder(places.records)
    scenario = named(question.scenario, bench.order.catalog, bench.store)
    asked = Asked(scenario, question.setting, question.failing_with)
    bench.log(f"scenario: {scenario.id}")
    between = ends(question.ends, asked, bench.workplace, bench.store)
    bench = replace(bench, order=replace(bench.order, run=bench.order.run or new_run(), retries=0))
    before = _installed(places.environments)
    with _ending(bench):
        stages = _stages(between, question, asked, bench)
        cost = Cost(len(_installed(places.environments) - before), time.monotonic() - began)
        found = told(stages, asked, bench.order.catalog, _title(scenario.id, bench), cost)
        _record(found, bench)
    return found


@contextmanager
def _ending(bench: Bench) -> Iterator[None]:
    """Have the run of a bisection say how it ended, also where that is by what is wrong with the question."""
    try:
        yield
    except KeyboardInterrupt:
        _end(How.INTERRUPTED, bench)
        raise
    except DaskMatrixError:
        with suppress(DaskMatrixError):
            _end(How.FINISHED, bench)
        raise
    _end(How.FINISHED, bench)


def _end(how: How, bench: Bench) -> None:
    """Write how the run ended, if it began at all, and take in what it has recorded."""
    recorder = _own(bench)
    if recorder.path.exists():
        recorder.end(how)
    bench.store.take_folder(bench.workplace.places.records)


def _own(bench: Bench) -> Recorder:
    """Return what writes the records of the run itself."""
    return Recorder.of_run(bench.workplace.places.records, bench.order.run)


def _refuse_missing(setting: Setting, bench: Bench) -> None:
    """Raise NoInterpreter for a Python that is asked for and is not on this machine: nothing could be executed."""
    if setting.python is None or interpreters.is_installed(setting.python):
        return
    config = bench.workplace.config
    found = filter(interpreters.is_installed, sorted({*config.pythons, *config.fallback_pythons}))
    raise interpreters.NoInterpreter(
        f"No Python {setting.python} is on this machine; found: {', '.join(map(str, found)) or 'none'}. "
        "Give one of these with --python, or install it."
    )


def _stages(between: Ends, question: Question, asked: Asked, bench: Bench) -> list[Found]:
    """Search the releases, then the commits between the two where it turned; commits alone where an end is one.

    Where no release differs from the others, the commits between the ends are looked at: it may have turned twice.
    """
    place, stages = (asked.setting, bench.workplace), []
    start, end = between.start, between.end
    if between.are_releases:
        found = _searched(histories.releases(start, end, *place), question, asked, bench)
        stages, conclusion, points = [found], found.conclusion, found.history.points
        alike = conclusion.ended is Ended.CONTRADICTED and not conclusion.turnings
        if not question.commits or not (conclusion.suspects or alike):
            return stages
        if conclusion.before is not None and conclusion.after is not None:
            start, end = (_release(points[each]) for each in (conclusion.before, conclusion.after))
    start, end = (as_pair(each, bench.workplace) for each in (start, end))
    return [*stages, _searched(histories.commits(start, end, *place), question, asked, bench)]


def _release(point: Point) -> Release:
    return point.wanted.spec.release


def _searched(line: histories.History, question: Question, asked: Asked, bench: Bench) -> Found:
    points = line.points
    bench.log(f"{counted(line.last, line.over.removesuffix('s'))} from {points[0].name} to {points[-1].name}")
    return Searching(line, Search(line.last, question.ends.mends, question.sweep), asked, bench).run()


def _installed(environments: Path) -> set[Path]:
    """Return what is installed."""
    return set(environments.glob(f"*/{READY}"))


def _title(scenario: str, bench: Bench) -> str:
    """Return what a scenario says of itself; nothing where it was never collected."""
    try:
        return bench.store.scenario(scenario).title
    except UnknownName:
        return ""


def _record(found: Bisected, bench: Bench) -> None:
    """Write what was found, unless nothing was seen, or just that was found last time, at no cost now."""
    if not found.spent.executions and not any(each.passed or each.broken for each in found.looked):
        return
    newest = next(iter(bench.store.bisects(found.scenario)), None)
    same = newest and _answer(newest.found) == _answer(found)
    if same and not found.spent.executions:
        return
    run, places = bench.order.run, bench.workplace.places
    _own(bench).begin(bench.order.catalog.folder, 0)
    recorder = Recorder(places.records / run / "bisect.jsonl", run)
    at = datetime.now(UTC)
    recorder.write(BisectRecord(id=secrets.token_hex(12), run=run, at=at, scenario=found.scenario, found=found))


def _answer(found: Bisected) -> Bisected:
    """Return it without what it cost."""
    looked = tuple(each.model_copy(update={"executed": None}) for each in found.looked)
    return found.model_copy(update={"spent": Spent(), "looked": looked})
