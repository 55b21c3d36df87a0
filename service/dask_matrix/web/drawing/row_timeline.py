"""The timeline of a row: one tile per release, with a line of tiles for each lane and Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import Line, line_through, lines
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import OVERLAYS, change_label, verdict_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.web.as_of import AsOf

RELEASES_AROUND, RELEASES_NEAR = 12, 4
"""Releases shown on either side of a cell, and how many of them remain on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell. ``mark`` is the character of its overlay."""

    css: str
    symbol: str
    mark: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class TimelineRelease:
    """One release, with a tile or None for each line. ``year`` is set where a year begins; ``far``: hidden on narrow screens."""

    year: str
    release: str
    short: str
    tiles: tuple[Tile | None, ...]
    current: bool = False
    far: bool = False


@dataclass(frozen=True)
class RowTimeline:
    """The releases in order, and the name of each line of tiles."""

    lines: tuple[str, ...]
    releases: tuple[TimelineRelease, ...]


def row_timeline(matrix: Matrix, scenario: Scenario, as_of: AsOf) -> RowTimeline:
    """Return the timeline of a whole row."""
    names, releases = _timeline(matrix, scenario, as_of, lines(matrix.environments))
    return RowTimeline(names, tuple(_with_years(releases)))


def timeline_around(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf) -> RowTimeline:
    """Return the timeline of the releases around an environment, on its line only."""
    line = line_through(matrix, environment)
    if environment not in line:
        return RowTimeline((), ())
    here = line.index(environment)
    names, releases = _timeline(matrix, scenario, as_of, [Line(environment.lane, None, environment.platform, line)])
    near = [
        replace(each, current=number == here, far=abs(number - here) > RELEASES_NEAR)
        for number, each in enumerate(releases)
        if abs(number - here) <= RELEASES_AROUND
    ]
    return RowTimeline(names, tuple(_with_years(near)))


def split_year(release: str) -> tuple[str, str]:
    """Split the name of a release into year and rest (``2025``, ``4.1``); a ref such as ``main`` has no year."""
    year, dot, rest = release.partition(".")
    return (year, rest) if dot and year.isdigit() else ("", release)


def year_of(release: Release) -> str:
    """Return the year in which a release stands; a commit pair stands in that of its version, if it has one."""
    return split_year(str(release.contains or ""))[0] if release.pair else split_year(release.name)[0]


def years_begin(years: Iterable[str]) -> list[str]:
    """Return each year where it begins, and an empty text elsewhere."""
    return [year if not number else "" for year, same in groupby(years) for number, _ in enumerate(same)]


def line_name(line: Line, among: list[Line]) -> str:
    """Name a line by its lane, and by Python and platform where lines differ in them."""
    python = f", Python {line.python}" if line.python else ""
    platform = f", {line.platform}" if len({each.platform for each in among}) > 1 else ""
    return f"{line.lane}{python}{platform}"


def _timeline(
    matrix: Matrix, scenario: Scenario, as_of: AsOf, found: list[Line]
) -> tuple[tuple[str, ...], list[TimelineRelease]]:
    """Return the names of the lines, and the releases with their years."""
    shown = {each.key for line in found for each in line.environments}
    releases = dict.fromkeys(each.release for each in matrix.environments if each.key in shown)
    tiles = [_tiles(matrix, scenario, as_of, line) for line in found]
    stops = [_timeline_release(each, tuple(line.get(each) for line in tiles)) for each in releases]
    return tuple(line_name(line, found) for line in found), stops


def _timeline_release(release: Release, tiles: tuple[Tile | None, ...]) -> TimelineRelease:
    return TimelineRelease(year_of(release), release.name, split_year(release.name)[1], tiles)


def _with_years(releases: list[TimelineRelease]) -> list[TimelineRelease]:
    """Return the releases with ``year`` only where a year begins."""
    begins = years_begin(each.year for each in releases)
    return [replace(each, year=year) for each, year in zip(releases, begins, strict=True)]


def _tiles(matrix: Matrix, scenario: Scenario, as_of: AsOf, line: Line) -> dict[Release, Tile]:
    changes = {each.after.key: each for each in line.transitions(matrix, scenario)}
    return {each.release: _tile(matrix, scenario, each, as_of, changes.get(each.key)) for each in line.environments}


def _tile(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf, change: Transition | None) -> Tile:
    judgement = matrix.cell(scenario, environment)
    word = verdict_label(judgement)
    overlay = matrix.overlay(scenario, environment)
    overlay_label = OVERLAYS[overlay] if overlay else None
    text = ", ".join(
        [
            word.label,
            *([_change_text(change)] if change else []),
            *([overlay_label.label] if overlay_label else []),
        ]
    )
    return Tile(
        css=f"{word.css} turn" if change else word.css,
        symbol=word.symbol,
        mark=overlay_label.symbol if overlay_label else "",
        text=f"{environment.name}, {environment.lane}, Python {environment.python}: {text}",
        href=as_of.to(links.cell(scenario.id, environment.key)),
    )


def _change_text(change: Transition) -> str:
    return change.sentence if change.gap else change_label(change.now.verdict, after_gap=False)
