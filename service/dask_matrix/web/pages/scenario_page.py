"""What the page of a scenario may see: its row, where it turns, how long it takes, whether it is steady, its text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import lines, turns_on
from dask_matrix.domain.verdicts.execution_history import Steadiness, steadiness, took
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.api import bisections
from dask_matrix.web.drawing import evidence_html, plots
from dask_matrix.web.drawing.labels import Word, said
from dask_matrix.web.drawing.row_timeline import Strip, named, parted, strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.records.bisection import Told
    from dask_matrix.domain.transitions.row_neighbours import Line
    from dask_matrix.domain.transitions.transitions import Turn
    from dask_matrix.domain.verdicts.execution_history import Took
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.web.as_of import AsOf


@dataclass(frozen=True)
class Turning:
    """Where the row turns on one line: in which release, against which, and the command that finds what made it."""

    breaks: bool
    word: Word
    release: str
    day: str
    href: str
    exception: str
    before: links.Link
    before_word: Word
    line: str
    command: str


@dataclass(frozen=True)
class Figure:
    """How long the executions that passed took in one environment."""

    release: str
    line: str
    shortest: str
    typical: str
    longest: str
    executions: int


@dataclass(frozen=True)
class ScenarioPage:
    """One row, and what it says of itself."""

    id: str
    title: str
    area: str
    area_href: str
    description: str
    source: Markup
    where: str
    issues: tuple[links.Link, ...]
    covers: tuple[links.Link, ...]
    since: str
    until: str
    formerly: tuple[str, ...]
    tally: Tally
    strip: Strip
    turnings: tuple[Turning, ...]
    lines: tuple[str, ...]
    timed: frozenset[str]
    plot: Markup
    figures: tuple[Figure, ...]
    steadiness: Steadiness
    mixed: tuple[links.Link, ...]
    bisections: bisections.Bisections
    as_of: AsOf


def scenario_page(
    matrix: Matrix,
    scenario: Scenario,
    executions: Mapping[str, Sequence[Evidence]],
    told: Iterable[Told],
    as_of: AsOf,
) -> ScenarioPage:
    """Return the page of one scenario; ``executions`` are all there are of it, by environment, ``told`` what bisections found."""
    first, _, rest = scenario.description.partition("\n")
    found = lines(matrix.environments)
    names = tuple(named(each, found) for each in found)
    steady, taken = steadiness(executions, scenario.fingerprint), took(executions, scenario.fingerprint)
    figures = tuple(_figures(found, taken))
    return ScenarioPage(
        id=scenario.id,
        title=scenario.title,
        area=scenario.area,
        area_href=as_of.to(links.matrix({"area": scenario.area})),
        description=(rest if first.strip() == scenario.title else scenario.description).strip(),
        source=evidence_html.python(scenario.source),
        where=f"{scenario.file}:{scenario.line}" if scenario.file else "",
        issues=tuple(map(links.issue, scenario.issues)),
        covers=tuple(links.Link(each, as_of.to(links.matrix({"q": each}))) for each in scenario.covers),
        since=scenario.since or "",
        until=scenario.until or "",
        formerly=scenario.formerly,
        tally=matrix.tally([scenario]),
        strip=strip(matrix, scenario, as_of),
        turnings=tuple(_turnings(matrix, scenario, found, as_of)),
        lines=names,
        timed=frozenset(each.line for each in figures),
        plot=plots.seconds(_points(found, taken), names),
        figures=figures,
        steadiness=steady,
        mixed=tuple(
            links.Link(each.label, as_of.to(links.cell(scenario.id, each.key)))
            for each in matrix.environments
            if each.key in steady.mixed
        ),
        bisections=bisections.bisections(scenario, told, as_of.moment),
        as_of=as_of,
    )


def _turnings(matrix: Matrix, scenario: Scenario, found: list[Line], as_of: AsOf) -> Iterator[Turning]:
    """Yield the turnings of each line, the newest first."""
    for line in found:
        for turn in reversed(turns_on(matrix, scenario, line.environments)):
            yield _turning(turn, named(line, found) if len(found) > 1 else "", as_of)


def _turning(turn: Turn, line: str, as_of: AsOf) -> Turning:
    name = turn.scenario.id
    return Turning(
        breaks=turn.breaks,
        word=said(turn.now),
        release=turn.after.name,
        day=times.day(turn.after.released_at),
        href=as_of.to(links.cell(name, turn.after.key)),
        exception=turn.now.exception if turn.breaks else turn.was.exception,
        before=links.Link(turn.before.name, as_of.to(links.cell(name, turn.before.key))),
        before_word=said(turn.was),
        line=line,
        command=repeat_commands.bisect(turn),
    )


def _points(found: list[Line], taken: Mapping[str, Took]) -> list[plots.Point]:
    """Return a point for each release, from the first to the last that has figures."""
    ordered = sorted((each for line in found for each in line.environments), key=lambda each: each.order)
    releases = list(dict.fromkeys(each.release for each in ordered))
    by_line = [{each.release: taken.get(each.key) for each in line.environments} for line in found]
    years = [parted(each.name)[0] for each in releases]
    points = [
        plots.Point(each.name, year, tuple(of.get(each) for of in by_line))
        for each, year in zip(releases, years, strict=True)
    ]
    known = [place for place, each in enumerate(points) if any(each.took)]
    shown = points[known[0] : known[-1] + 1] if known else []
    before = ["", *(each.year for each in shown)]
    return [
        replace(each, year="" if each.year == last else each.year) for each, last in zip(shown, before, strict=False)
    ]


def _figures(found: list[Line], taken: Mapping[str, Took]) -> Iterator[Figure]:
    for line in found:
        for each in line.environments:
            if figures := taken.get(each.key):
                yield Figure(
                    str(each.release),
                    named(line, found),
                    times.duration(figures.shortest),
                    times.duration(figures.typical),
                    times.duration(figures.longest),
                    figures.executions,
                )
