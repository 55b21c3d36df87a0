"""Build the report of a bisection from the results of its searches."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set.names import scenario_set_name
from dask_matrix.domain.bisection.observations import FailureRate
from dask_matrix.domain.environments.environment import lane_and_python_options
from dask_matrix.domain.records.bisection import (
    BisectCost,
    BisectReport,
    BisectStatus,
    ExaminedPoint,
    PointStatus,
    RecordedTransition,
)
from dask_matrix.domain.records.run import scenario_set_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.collect.bisection.histories import History, Point
    from dask_matrix.collect.bisection.search import SearchResult
    from dask_matrix.collect.bisection.stored_observations import ObservationQuery
    from dask_matrix.collect.scenario_set.catalog import Catalog

LOCAL_PATH = re.compile(r"(?:/[\w.+@-]+)+/(?=lib/python3)")
"""Local path of an environment: removed from reports."""


@dataclass(frozen=True)
class Cost:
    """Cost of all searches of one bisection: environments built, and seconds."""

    built: int
    seconds: float


def bisect_report(
    stages: Sequence[SearchResult], query: ObservationQuery, catalog: Catalog, title: str, cost: Cost
) -> BisectReport:
    """Return the result of the last stage, with the points and transitions of all stages."""
    last = stages[-1]
    points, conclusion, search = last.history.points, last.conclusion, last.search
    environments = [each for stage in stages for each in stage.environments.values()]
    executed = [many for stage in stages for many in stage.executed.values()]
    return BisectReport(
        scenario=query.scenario.id,
        title=title,
        fingerprint=query.scenario.fingerprint,
        mends=search.find_fix,
        failing_with=query.failing_with,
        over=last.history.over,
        lane=query.setting.lane.value,
        pythons=tuple(dict.fromkeys(str(each.python) for each in sorted(environments, key=lambda each: each.python))),
        platform=environments[0].platform if environments else "",
        start=points[0].name,
        end=points[-1].name,
        steps=last.history.last,
        ended=conclusion.ended,
        end_told=_endpoint_problem(last),
        suspects=tuple(points[place].suspect for place in conclusion.suspects),
        turnings=tuple(_transitions(stages)),
        looked=tuple(each for stage in stages for each in _examined_points(stage)),
        rate=FailureRate.of(last.observations.values()).rate,
        confidence=conclusion.confidence,
        spent=BisectCost(
            environments=len(executed),
            built=cost.built,
            executions=sum(executed),
            seconds=round(cost.seconds, 1),
        ),
        commands=tuple(_commands(last, query, catalog)),
        notes=tuple(dict.fromkeys(note for stage in stages for note in stage.history.notes)),
    )


def _endpoint_problem(found: SearchResult) -> str:
    """Return which endpoint is not as given, or could not be tested; empty if both are fine."""
    end = found.conclusion.end
    if end is None:
        return ""
    name, here = found.history.points[end].name, found.observations[end]
    if here.status is PointStatus.UNKNOWN:
        return f"{name} could not be tested: {here.summary}"
    expected = found.search.expected[end]
    passed = f"{here.passed} of {here.executions} executions passed ({here.summary})"
    return f"{name} was given as {expected} but is {here.status}: {passed}"


def _transitions(stages: Sequence[SearchResult]) -> Iterator[RecordedTransition]:
    """Yield every transition found, except those that a later stage narrowed down."""
    for stage, after in zip(stages, [*stages[1:], None], strict=True):
        conclusion = stage.conclusion
        for each in conclusion.transitions:
            if after is None or (each.before, each.after) != (conclusion.before, conclusion.after):
                before, after_name = (stage.history.points[place].name for place in (each.before, each.after))
                yield RecordedTransition(
                    before=before, after=after_name, breaks=each.breaks, apart=each.after - each.before
                )


def _examined_points(found: SearchResult) -> Iterator[ExaminedPoint]:
    for place, observation in sorted(found.observations.items()):
        environment = found.environments.get(place)
        yield ExaminedPoint(
            name=found.history.points[place].name,
            environment=environment.key if environment else None,
            seen=observation.status or PointStatus.UNKNOWN,
            passed=observation.passed,
            broken=observation.broken,
            executed=found.executed.get(place),
            told=LOCAL_PATH.sub("", observation.summary),
        )


def _commands(found: SearchResult, query: ObservationQuery, catalog: Catalog) -> Iterator[str]:
    """Yield commands to repeat the bisection, and to rerun both sides of the transition or bisect each one found."""
    points, conclusion, mends = found.history.points, found.conclusion, found.search.find_fix
    yield _bisect_command(points[0], points[-1], query, catalog, found.history, mends=mends)
    if conclusion.ended in {BisectStatus.FOUND, BisectStatus.SUSPECTS}:
        for place in (conclusion.before, conclusion.after):
            if place is not None:
                yield _run_command(points[place], query, catalog)
    else:
        for each in conclusion.transitions:
            yield _bisect_command(
                points[each.before], points[each.after], query, catalog, found.history, mends=not each.breaks
            )


def _bisect_command(
    start: Point, end: Point, query: ObservationQuery, catalog: Catalog, history: History, *, mends: bool
) -> str:
    ends = ("--bad", start.text, "--good", end.text) if mends else ("--good", start.text, "--bad", end.text)
    words = ["dask-matrix", "bisect", query.scenario.id, *ends]
    words += ["--find-fix"] if mends else []
    words += ["--commits"] if history.over == "commits" else []
    words += ["--failing-with", query.failing_with] if query.failing_with else []
    place = lane_and_python_options(query.setting.lane, query.setting.python)
    return shlex.join([*words, *place, *_scenarios(catalog)])


def _run_command(point: Point, query: ObservationQuery, catalog: Catalog) -> str:
    expression = query.scenario.expression(catalog)
    place = lane_and_python_options(query.setting.lane, query.setting.python)
    return shlex.join(
        ["dask-matrix", "run", "--release", point.text, *place, *_scenarios(catalog), "-k", expression, "--again"]
    )


def _scenarios(catalog: Catalog) -> list[str]:
    return scenario_set_option(scenario_set_name(catalog.folder))
