"""Context of the scenario page: timeline, changes, durations, repeatability, bisections and source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.filter_language import filter_for
from dask_matrix.domain.transitions.row_neighbours import lines
from dask_matrix.domain.verdicts.execution_history import Steadiness, steadiness, took
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.api import bisections
from dask_matrix.web.drawing import evidence_html, plots
from dask_matrix.web.drawing.labels import Label, verdict_label
from dask_matrix.web.drawing.row_timeline import RowTimeline, line_name, row_timeline, year_of, years_begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.records.bisection import RecordedBisection
    from dask_matrix.domain.transitions.row_neighbours import Line
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.domain.verdicts.execution_history import Durations
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.web.as_of import AsOf


@dataclass(frozen=True)
class TransitionRow:
    """One transition on one line: the release, the one before it, and the command that bisects it.

    ``untested`` counts the releases between the two without a verdict; empty if there are none.
    """

    breaks: bool
    word: Label
    release: str
    dated: str
    href: str
    exception: str
    before: links.Link
    before_word: Label
    untested: str
    line: str
    command: str


@dataclass(frozen=True)
class DurationRow:
    """Durations of the passing executions in one environment."""

    release: str
    line: str
    shortest: str
    typical: str
    longest: str
    executions: int


@dataclass(frozen=True)
class ScenarioPage:
    """Context of the scenario page."""

    id: str
    title: str
    area: str
    area_href: str
    description: str
    source: Markup
    source_location: str
    issues: tuple[links.Link, ...]
    covers: tuple[links.Link, ...]
    since: str
    until: str
    formerly: tuple[str, ...]
    tally: Tally
    timeline: RowTimeline
    changes: tuple[TransitionRow, ...]
    lines: tuple[str, ...]
    timed: frozenset[str]
    plot: Markup
    durations: tuple[DurationRow, ...]
    steadiness: Steadiness
    mixed: tuple[links.Link, ...]
    bisections: bisections.Bisections
    as_of: AsOf


def scenario_page(
    matrix: Matrix,
    scenario: Scenario,
    executions: Mapping[str, Sequence[Evidence]],
    recorded: Iterable[RecordedBisection],
    as_of: AsOf,
    scenario_set: str = "",
) -> ScenarioPage:
    """Return the context for a scenario; ``executions`` are all of its executions by environment."""
    first, _, rest = scenario.description.partition("\n")
    found = lines(matrix.environments)
    names = tuple(line_name(each, found) for each in found)
    steady, taken = steadiness(executions, scenario.fingerprint), took(executions, scenario.fingerprint)
    durations = tuple(_duration_rows(found, taken))
    changes = tuple(_change_rows(matrix, scenario, found, as_of, scenario_set))
    newest_change = changes[0].command if changes else ""
    return ScenarioPage(
        id=scenario.id,
        title=scenario.title,
        area=scenario.area,
        area_href=as_of.to(links.matrix({"area": scenario.area})),
        description=(rest if first.strip() == scenario.title else scenario.description).strip(),
        source=evidence_html.highlight_python(scenario.source),
        source_location=f"{scenario.file}:{scenario.line}" if scenario.file else "",
        issues=tuple(map(links.issue, scenario.issues)),
        covers=tuple(links.Link(each, as_of.to(links.matrix({"q": filter_for(each)}))) for each in scenario.covers),
        since=scenario.since or "",
        until=scenario.until or "",
        formerly=scenario.formerly,
        tally=matrix.tally([scenario]),
        timeline=row_timeline(matrix, scenario, as_of),
        changes=changes,
        lines=names,
        timed=frozenset(each.line for each in durations),
        plot=plots.duration_plot(_points(matrix, found, taken), names),
        durations=durations,
        steadiness=steady,
        mixed=tuple(
            links.Link(each.label, as_of.to(links.cell(scenario.id, each.key)))
            for each in matrix.environments
            if each.key in steady.mixed
        ),
        bisections=bisections.bisections(scenario, recorded, as_of.moment, newest_change),
        as_of=as_of,
    )


def _change_rows(
    matrix: Matrix, scenario: Scenario, found: list[Line], as_of: AsOf, scenario_set: str
) -> Iterator[TransitionRow]:
    """Yield the transitions of each line, newest first."""
    for line in found:
        for transition in reversed(line.transitions(matrix, scenario)):
            yield _change_row(transition, line_name(line, found) if len(found) > 1 else "", as_of, scenario_set)


def _change_row(transition: Transition, line: str, as_of: AsOf, scenario_set: str) -> TransitionRow:
    name = transition.scenario.id
    return TransitionRow(
        breaks=transition.breaks,
        word=verdict_label(transition.now),
        release=transition.after.name,
        dated=transition.after.dated,
        href=as_of.to(links.cell(name, transition.after.key)),
        exception=transition.now.exception if transition.breaks else transition.was.exception,
        before=links.Link(transition.before.name, as_of.to(links.cell(name, transition.before.key))),
        before_word=verdict_label(transition.was),
        untested=transition.gap.counts,
        line=line,
        command=repeat_commands.bisect(transition, scenario_set),
    )


def _points(matrix: Matrix, found: list[Line], taken: Mapping[str, Durations]) -> list[plots.Point]:
    """Return a point for each release, from the first to the last with durations."""
    releases = list(dict.fromkeys(each.release for each in matrix.environments))
    by_line = [{each.release: taken.get(each.key) for each in line.environments} for line in found]
    points = [plots.Point(each.name, year_of(each), tuple(of.get(each) for of in by_line)) for each in releases]
    known = [place for place, each in enumerate(points) if any(each.took)]
    shown = points[known[0] : known[-1] + 1] if known else []
    begins = years_begin(each.year for each in shown)
    return [replace(each, year=year) for each, year in zip(shown, begins, strict=True)]


def _duration_rows(found: list[Line], taken: Mapping[str, Durations]) -> Iterator[DurationRow]:
    for line in found:
        for each in line.environments:
            if durations := taken.get(each.key):
                yield DurationRow(
                    str(each.release),
                    line_name(line, found),
                    times.duration(durations.shortest),
                    times.duration(durations.typical),
                    times.duration(durations.longest),
                    durations.executions,
                )
