"""A row as a strip: a tile for each release, one above the other for each lane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.transitions.row_neighbours import Line, line_through, lines
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import OVERLAYS, said

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.web.as_of import AsOf

AROUND, NEAR = 12, 4
"""Releases on either side of one that are shown around it, and those of them that are shown where there is little room."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell. ``mark`` is the character of what is said of it beside its verdict."""

    css: str
    symbol: str
    mark: str
    told: str
    href: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One release, with a tile for each line or None. ``year`` is said where it begins; ``far``: left out where room is scarce."""

    year: str
    release: str
    short: str
    tiles: tuple[Tile | None, ...]
    current: bool = False
    far: bool = False


@dataclass(frozen=True)
class Strip:
    """The releases in order, and what each line of tiles is."""

    lines: tuple[str, ...]
    stops: tuple[Stop, ...]


def strip(matrix: Matrix, scenario: Scenario, as_of: AsOf) -> Strip:
    """Return the strip of a whole row."""
    return _strip(matrix, scenario, as_of, lines(matrix.environments))


def around(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf) -> Strip:
    """Return the part of an environment's line that is around it."""
    line = line_through(matrix.environments, environment)
    if environment not in line:
        return Strip((), ())
    here = line.index(environment)
    whole = _strip(matrix, scenario, as_of, [Line(environment.lane, None, environment.platform, line)])
    told = [
        replace(stop, current=number == here, far=abs(number - here) > NEAR)
        for number, stop in enumerate(whole.stops)
        if abs(number - here) <= AROUND
    ]
    return Strip(whole.lines, tuple(_with_years(told)))


def parted(release: str) -> tuple[str, str]:
    """Return the year of a release and the rest of its name, for little room: ``2025`` and ``4.1``; a ref is all rest."""
    year, dot, rest = release.partition(".")
    return (year, rest) if dot and year.isdigit() else ("", release)


def named(line: Line, among: list[Line]) -> str:
    """Return what a line is, as far as it differs from others."""
    python = f", Python {line.python}" if line.python else ""
    platform = f", {line.platform}" if len({each.platform for each in among}) > 1 else ""
    return f"{line.lane}{python}{platform}"


def _strip(matrix: Matrix, scenario: Scenario, as_of: AsOf, found: list[Line]) -> Strip:
    shown = {each.key for line in found for each in line.environments}
    releases = dict.fromkeys(each.release.name for each in matrix.environments if each.key in shown)
    tiles = [_tiles(matrix, scenario, as_of, line) for line in found]
    stops = [Stop(*parted(each)[:1], each, parted(each)[1], tuple(of.get(each) for of in tiles)) for each in releases]
    return Strip(tuple(named(line, found) for line in found), tuple(_with_years(stops)))


def _with_years(stops: list[Stop]) -> list[Stop]:
    """Return stops that say their year only where it begins."""
    years = [parted(each.release)[0] for each in stops]
    before = ["", *years]
    return [
        replace(each, year=year if year != last else "") for each, year, last in zip(stops, years, before, strict=False)
    ]


def _tiles(matrix: Matrix, scenario: Scenario, as_of: AsOf, line: Line) -> dict[str, Tile]:
    alone = replace(matrix, scenarios=(scenario,), environments=line.environments)
    turning = alone.turning(scenario)
    return {each.name: _tile(alone, scenario, each, as_of, turns=each.key in turning) for each in line.environments}


def _tile(matrix: Matrix, scenario: Scenario, environment: Environment, as_of: AsOf, *, turns: bool) -> Tile:
    word = said(matrix.cell(scenario, environment))
    overlay = matrix.overlay(scenario, environment)
    beside = OVERLAYS[overlay] if overlay else None
    told = ", ".join([word.label, *(["turns"] if turns else []), *([beside.label] if beside else [])])
    return Tile(
        css=f"{word.css} turn" if turns else word.css,
        symbol=word.symbol,
        mark=beside.symbol if beside else "",
        told=f"{environment.name}, {environment.lane}, Python {environment.python}: {told}",
        href=as_of.to(links.cell(scenario.id, environment.key)),
    )
