"""The grid as a page shows it: columns under their years, rows under their areas, a word for each cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from service.domain.outcome import Verdict
from service.web import links, times
from service.web.words import OVERLAYS, REFUSALS, VERDICTS, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.domain.known import Overlay
    from service.domain.matrix import Environment, Matrix, Scenario, Tally
    from service.domain.release import Release
    from service.domain.verdict import Judgement

MOST_ROOMY = 12
"""Columns; with more of them their heads are written upright."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; without ``href`` it leads nowhere, because its column's head says all there is.

    ``mark`` is the character of what is said of it beside its verdict.
    """

    css: str
    symbol: str
    label: str
    href: str
    tip: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one column. ``refusal`` is a short reason, ``message`` the beginning of the whole one."""

    key: str
    release: str
    python: str
    lane: str
    day: str
    href: str
    css: str
    refusal: str
    message: str


@dataclass(frozen=True, slots=True)
class Year:
    """A run of columns of the same year."""

    label: str
    columns: int


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario with its cells."""

    id: str
    title: str
    href: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one area, and how many of their cells hold."""

    area: str
    tally: Tally
    rows: tuple[Row, ...]

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix ready to be drawn."""

    years: tuple[Year, ...]
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    css: str

    @property
    def width(self) -> int:
        """The number of columns of the table, the heads of rows included."""
        return len(self.columns) + 1


def grid(matrix: Matrix, current: str = "") -> Grid:
    """Return a matrix as it is drawn; ``current`` is the key of a column to mark."""
    columns = tuple(_column(environment, current) for environment in matrix.environments)
    return Grid(
        years=_years(matrix.environments),
        columns=columns,
        groups=tuple(
            Group(area or "no area", matrix.tally(scenarios), tuple(_row(matrix, each, columns) for each in scenarios))
            for area, scenarios in matrix.areas().items()
        ),
        css="roomy" if len(columns) <= MOST_ROOMY else "dense",
    )


def said(judgement: Judgement) -> Word:
    """Return the word for a verdict; a stale one shows the symbol of what it was and says so."""
    word = VERDICTS[judgement.verdict]
    if judgement.was is None:
        return word
    was = VERDICTS[judgement.was]
    return Word(f"{word.label}, was {was.label}", was.symbol, f"{was.css} {word.css}", word.means)


def by_release(matrix: Matrix) -> list[Matrix]:
    """Return the matrix of each release, newest first."""
    parts: dict[Release, list[Environment]] = {}
    for environment in reversed(matrix.environments):
        parts.setdefault(environment.release, []).append(environment)
    return [replace(matrix, environments=tuple(part)) for part in parts.values()]


def _row(matrix: Matrix, scenario: Scenario, columns: Iterable[Column]) -> Row:
    turning = matrix.turning(scenario)
    base = links.cell(scenario.id, "")
    places = zip(columns, matrix.row(scenario), strict=True)
    cells = (_cell(base, column, judgement, turns=column.key in turning) for column, judgement in places)
    marked = tuple(
        _marked(cell, told) if told else cell for cell, told in zip(cells, matrix.overlays(scenario), strict=True)
    )
    return Row(scenario.id, scenario.title, links.scenario(scenario.id), marked)


def _cell(base: str, column: Column, judgement: Judgement, *, turns: bool) -> Cell:
    word = said(judgement)
    nowhere = judgement.verdict is Verdict.UNINSTALLABLE
    return Cell(
        css=f"{word.css} turn" if turns else word.css,
        symbol=word.symbol,
        label=f"{word.label}, turns" if turns else word.label,
        href="" if nowhere else base + column.key,
        tip=f"{column.release} {word.label}",
    )


def _marked(cell: Cell, told: Overlay) -> Cell:
    """Return a cell with what is said of it beside its verdict."""
    word = OVERLAYS[told]
    label, tip = f"{cell.label}, {word.label}", f"{cell.tip}, {word.label}"
    return replace(cell, css=f"{cell.css} {word.css}", label=label, tip=tip, mark=word.symbol)


def _column(environment: Environment, current: str) -> Column:
    refusal = environment.refusal
    marks = ["refused"] * bool(refusal) + ["current"] * (environment.key == current)
    return Column(
        key=environment.key,
        release=str(environment.release),
        python=str(environment.python),
        lane=environment.lane.value,
        day=times.day(environment.released_at),
        href=links.environment(environment.key),
        css=" ".join(marks),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        message=refusal.message[:300] if refusal else "",
    )


def _years(environments: Iterable[Environment]) -> tuple[Year, ...]:
    runs = groupby(environments, key=lambda environment: str(environment.release.version.major))
    return tuple(Year(label, len(list(run))) for label, run in runs)
