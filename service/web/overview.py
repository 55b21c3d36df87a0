"""What the page of the matrix may see: the grid, the filter form as it stands, and the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.domain.outcome import Verdict
from service.web import links, times
from service.web.contexts import Heading, heading
from service.web.grid import Grid, grid
from service.web.words import OVERLAYS, PROMISE, TURN, VERDICTS, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.domain.matrix import Matrix, Tally
    from service.store.store import Freshness
    from service.web.query import MatrixQuery


@dataclass(frozen=True)
class Choice:
    """One option of a list to choose from."""

    value: str
    chosen: bool


@dataclass(frozen=True)
class Filters:
    """The filter form as it stands: the values given, and what there is to choose from."""

    q: str
    changes: bool
    at: str
    areas: tuple[Choice, ...]
    verdicts: tuple[Choice, ...]
    starts: tuple[Choice, ...]
    ends: tuple[Choice, ...]
    pythons: tuple[Choice, ...]
    lanes: tuple[Choice, ...]
    narrow: bool


@dataclass(frozen=True)
class MatrixPage:
    """The matrix. ``state`` is ``grid``, ``nothing`` (the filter leaves nothing), ``waiting`` or ``empty``."""

    promise: str
    state: str
    grid: Grid
    tally: Tally
    turning: int
    filters: Filters
    legend: tuple[Word, ...]
    overlays: tuple[Word, ...]
    turn: str
    refused: tuple[Heading, ...]
    frozen_at: str
    permalink: str
    live_link: str


def matrix_page(whole: Matrix, query: MatrixQuery, freshness: Freshness) -> MatrixPage:
    """Return the page of a matrix narrowed by a query."""
    shown = whole.select(query.selection())
    values = query.values()
    live = {name: value for name, value in values.items() if name != "at"}
    return MatrixPage(
        promise=PROMISE,
        state=_state(whole, shown),
        grid=grid(shown),
        tally=shown.tally(shown.scenarios),
        turning=sum(map(shown.turns, shown.scenarios)),
        filters=_filters(whole, query, narrow=bool(live)),
        legend=tuple(VERDICTS.values()),
        overlays=tuple(OVERLAYS.values()),
        turn=TURN,
        refused=tuple(heading(shown, each) for each in shown.environments if each.refusal),
        frozen_at=times.moment(query.at),
        permalink=links.matrix(query.values(at=freshness.newest)),
        live_link=links.matrix(live),
    )


def _state(whole: Matrix, shown: Matrix) -> str:
    if whole.scenarios and whole.environments:
        return "grid" if shown.scenarios and shown.environments else "nothing"
    return "waiting" if whole.environments else "empty"


def _filters(whole: Matrix, query: MatrixQuery, *, narrow: bool) -> Filters:
    environments = whole.environments
    releases = [str(each) for each in dict.fromkeys(environment.release for environment in environments)]
    return Filters(
        q=query.q,
        changes=query.changes,
        at=query.values().get("at", ""),
        areas=choices(whole.areas(), query.area),
        verdicts=choices(Verdict, query.verdict or ""),
        starts=choices(releases, query.start or ""),
        ends=choices(releases, query.end or ""),
        pythons=choices((str(each) for each in sorted({each.python for each in environments})), query.python or ""),
        lanes=choices(sorted({each.lane for each in environments}), query.lane or ""),
        narrow=narrow,
    )


def choices(values: Iterable[str], chosen: str) -> tuple[Choice, ...]:
    """Return what there is to choose from; a value asked for stays in sight even if there is nothing of it."""
    known = [str(value) for value in values]
    return tuple(Choice(value, value == chosen) for value in dict.fromkeys([*known, *([chosen] if chosen else [])]))
