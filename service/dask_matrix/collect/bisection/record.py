"""Puts what searches found into the words of a record."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.bisection.observations import FailureRate
from dask_matrix.domain.environments.environment import narrowing
from dask_matrix.domain.records.bisection import Bisected, Ended, Looked, Seen, Spent, Turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.collect.bisection.histories import History, Point
    from dask_matrix.collect.bisection.search import Found
    from dask_matrix.collect.bisection.stored_observations import Asked
    from dask_matrix.collect.scenario_set.catalog import Catalog

PLACE = re.compile(r"(?:/[\w.+@-]+)+/(?=lib/python3)")
"""Where an environment is on this machine: a report says nothing of it."""


@dataclass(frozen=True)
class Cost:
    """What all searches of one bisection took: environments built, and seconds."""

    built: int
    seconds: float


def told(stages: Sequence[Found], asked: Asked, catalog: Catalog, title: str, cost: Cost) -> Bisected:
    """Return what the last stage found, and what those before it saw on the way."""
    last = stages[-1]
    points, conclusion, search = last.history.points, last.conclusion, last.search
    environments = [each for stage in stages for each in stage.environments.values()]
    executed = [many for stage in stages for many in stage.executed.values()]
    return Bisected(
        scenario=asked.scenario.id,
        title=title,
        fingerprint=asked.scenario.fingerprint,
        mends=search.mends,
        failing_with=asked.failing_with,
        over=last.history.over,
        lane=asked.setting.lane.value,
        pythons=tuple(dict.fromkeys(str(each.python) for each in sorted(environments, key=lambda each: each.python))),
        platform=environments[0].platform if environments else "",
        start=points[0].name,
        end=points[-1].name,
        steps=last.history.last,
        ended=conclusion.ended,
        end_told=_of_end(last),
        suspects=tuple(points[place].suspect for place in conclusion.suspects),
        turnings=tuple(_turnings(stages)),
        looked=tuple(each for stage in stages for each in _looked(stage)),
        rate=FailureRate.of(last.seen.values()).rate,
        confidence=conclusion.confidence,
        spent=Spent(
            environments=len(executed),
            built=cost.built,
            executions=sum(executed),
            seconds=round(cost.seconds, 1),
        ),
        commands=tuple(_commands(last, asked, catalog)),
        notes=tuple(dict.fromkeys(note for stage in stages for note in stage.history.notes)),
    )


def _of_end(found: Found) -> str:
    """Say which end is not what it was said to be, or could not be seen."""
    end = found.conclusion.end
    if end is None:
        return ""
    name, here = found.history.points[end].name, found.seen[end]
    if here.seen is Seen.UNKNOWN:
        return f"{name} says nothing: {here.told}"
    expected = found.search.expected[end]
    return f"{name} was taken for {expected} and is {here.seen}: {here.passed} of {here.executions} executions passed ({here.told})"


def _turnings(stages: Sequence[Found]) -> Iterator[Turned]:
    """Yield every turning found, but for those that a later stage looked into."""
    for stage, after in zip(stages, [*stages[1:], None], strict=True):
        conclusion = stage.conclusion
        for each in conclusion.turnings:
            if after is None or (each.before, each.after) != (conclusion.before, conclusion.after):
                names = (stage.history.points[place].name for place in (each.before, each.after))
                before, name = names
                yield Turned(before=before, after=name, breaks=each.breaks, apart=each.after - each.before)


def _looked(found: Found) -> Iterator[Looked]:
    for place, seen in sorted(found.seen.items()):
        environment = found.environments.get(place)
        yield Looked(
            name=found.history.points[place].name,
            environment=environment.key if environment else None,
            seen=seen.seen or Seen.UNKNOWN,
            passed=seen.passed,
            broken=seen.broken,
            executed=found.executed.get(place),
            told=PLACE.sub("", seen.told),
        )


def _commands(found: Found, asked: Asked, catalog: Catalog) -> Iterator[str]:
    """Yield what bisects again, and what executes both sides of the turning again; or what searches each turning seen."""
    points, conclusion, mends = found.history.points, found.conclusion, found.search.mends
    yield _bisect(points[0], points[-1], asked, found.history, mends=mends)
    if conclusion.ended in {Ended.FOUND, Ended.SUSPECTS}:
        for place in (conclusion.before, conclusion.after):
            if place is not None:
                yield _run(points[place], asked, catalog)
    else:
        for each in conclusion.turnings:
            yield _bisect(points[each.before], points[each.after], asked, found.history, mends=not each.breaks)


def _bisect(start: Point, end: Point, asked: Asked, history: History, *, mends: bool) -> str:
    ends = ("--bad", start.text, "--good", end.text) if mends else ("--good", start.text, "--bad", end.text)
    words = ["dask-matrix", "bisect", asked.scenario.id, *ends]
    words += ["--find-fix"] if mends else []
    words += ["--commits"] if history.over == "commits" else []
    words += ["--failing-with", asked.failing_with] if asked.failing_with else []
    return shlex.join([*words, *narrowing(asked.setting.lane, asked.setting.python)])


def _run(point: Point, asked: Asked, catalog: Catalog) -> str:
    expression = asked.scenario.expression(catalog)
    place = narrowing(asked.setting.lane, asked.setting.python)
    return shlex.join(["dask-matrix", "run", "--release", point.text, *place, "-k", expression, "--again"])
