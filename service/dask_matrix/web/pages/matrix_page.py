"""What the page of the matrix may see: the sheet, the filter form as it stands, and the legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.filter_language import STATES
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.web import links, times
from dask_matrix.web.drawing.grid import Sheet, sheet
from dask_matrix.web.drawing.labels import OVERLAYS, PROMISE, TURN, VERDICTS, Word
from dask_matrix.web.http.query_parameters import NEWEST
from dask_matrix.web.pages.contexts import Heading, heading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from dask_matrix.domain.matrix.encoded_rows import Strips
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Freshness
    from dask_matrix.web.http.query_parameters import PageQuery, Values

FOLDED = {"q", "shut"}
"""The parameters that are told elsewhere than in what a phone folds: in the box for words, and in the grid."""


@dataclass(frozen=True)
class Choice:
    """One option of a list to choose from."""

    value: str
    chosen: bool


@dataclass(frozen=True)
class Filters:
    """The filter form as it stands: the values given, and what there is to choose from.

    ``narrow``: it narrows anything; ``unfolded``: by more than words, so that a phone shows all of it.
    ``first`` is what no first release means; ``known_verdicts`` has ``verdict=class`` for each verdict, ``known_states`` what may stand after ``is:``.
    """

    q: str
    all_rows: bool
    last: str
    first: str
    at: str
    areas: tuple[Choice, ...]
    starts: tuple[Choice, ...]
    ends: tuple[Choice, ...]
    pythons: tuple[Choice, ...]
    lanes: tuple[Choice, ...]
    verdict: str
    known_verdicts: str
    known_states: str
    history: bool
    narrow: bool
    unfolded: bool


@dataclass(frozen=True)
class Hidden:
    """What a view leaves out: rows that do not turn in it, releases before it; and the addresses that show them."""

    uniform: int
    with_uniform: str
    releases: int
    with_releases: str


@dataclass(frozen=True)
class MatrixPage:
    """The matrix. ``state`` is ``grid``, ``nothing`` (the filter leaves nothing), ``waiting`` or ``empty``.

    ``start`` is the number of the first column shown among the ``columns`` that there are.
    """

    promise: str
    state: str
    sheet: Sheet
    rows: int
    first: str
    newest: str
    start: int
    columns: int
    hidden: Hidden
    filters: Filters
    legend: tuple[Word, ...]
    overlays: tuple[Word, ...]
    turn: str
    commits: tuple[str, ...]
    refused: tuple[Heading, ...]
    picture: str
    frozen_at: str
    permalink: str
    live_link: str
    twin: str


def matrix_page(whole: Strips, query: PageQuery, freshness: Freshness, day: date) -> MatrixPage:
    """Return the page of a matrix narrowed by a query, as it is looked at on a day; raise InvalidFilter."""
    part = whole.select(query.selection())
    if part.uniform and not part.matrix.scenarios and not query.narrows:
        query = query.model_copy(update={"changes": False})  # nothing turns yet: a first column shows all there is
        part = whole.select(query.selection())
    shown, values = part.matrix, query.values()
    live = {name: value for name, value in values.items() if name != "at"}
    releases = [each.name for each in shown.environments]
    return MatrixPage(
        promise=PROMISE,
        state=_state(whole.matrix, part),
        sheet=sheet(part, query.shut),
        rows=len(shown.scenarios),
        first=releases[0] if releases else "",
        newest=releases[-1] if releases else "",
        start=whole.matrix.environments.index(shown.environments[0]) if shown.environments else 0,
        columns=len(whole.matrix.environments),
        hidden=_hidden(whole.matrix, part, query),
        filters=_filters(whole.matrix, query, live.keys()),
        legend=tuple(VERDICTS.values()),
        overlays=tuple(OVERLAYS.values()),
        turn=TURN,
        commits=tuple(dict.fromkeys(_commits(each, day) for each in shown.environments if each.pair)),
        refused=tuple(heading(shown, each) for each in shown.environments if each.refusal),
        picture=links.picture({"at": values["at"]} if "at" in values else None),
        frozen_at=times.moment(query.at),
        permalink=links.matrix(query.values(at=freshness.newest)),
        live_link=links.matrix(live),
        twin=links.columnar(query.asked()),
    )


def _commits(environment: Environment, day: date) -> str:
    """Return what a column is that is no release, and how old that is; its day stands above it."""
    age = times.age(environment.day, day)
    return f"{environment.made_of}, {age}" if age else environment.made_of


def _state(whole: Matrix, part: Strips) -> str:
    if whole.scenarios and whole.environments:
        some = part.matrix.environments and (part.matrix.scenarios or part.uniform)
        return "grid" if some else "nothing"
    return "waiting" if whole.environments else "empty"


def _hidden(whole: Matrix, part: Strips, query: PageQuery) -> Hidden:
    values: Values = query.values()
    kept = {name: value for name, value in values.items() if name not in {"from", "to", "last"}}
    shown = {each.release for each in part.matrix.environments}
    reached = replace(query.selection(), start=None, end=None, last=0)
    releases = {each.release for each in filter(reached.takes, whole.environments) if each.pair is None} - shown
    return Hidden(
        uniform=part.uniform,
        with_uniform=links.matrix({**values, "changes": "false"}),
        releases=len(releases),
        with_releases=links.matrix({**kept, "last": "0"}),
    )


def _filters(whole: Matrix, query: PageQuery, given: Collection[str]) -> Filters:
    environments = whole.environments
    releases = [str(each) for each in dict.fromkeys(each.release for each in environments if each.pair is None)]
    at = query.values().get("at", "")
    return Filters(
        q=query.q,
        all_rows=not query.changes,
        last="" if query.last is None else str(query.last),
        first="first" if query.last == 0 else f"newest {query.last or NEWEST}",
        at=str(at),
        areas=choices(whole.areas(), query.area),
        starts=choices(releases, query.start or ""),
        ends=choices(releases, query.end or ""),
        pythons=choices((str(each) for each in sorted({each.python for each in environments})), query.python or ""),
        lanes=choices(sorted({each.lane for each in environments}), query.lane or ""),
        verdict=query.verdict.value if isinstance(query.verdict, Verdict) else "",
        known_verdicts=" ".join(f"{verdict.value}={word.css}" for verdict, word in VERDICTS.items()),
        known_states=" ".join(STATES),
        history=query.history,
        narrow=bool(given),
        unfolded=not set(given) <= FOLDED,
    )


def choices(values: Iterable[str], chosen: str) -> tuple[Choice, ...]:
    """Return what there is to choose from; a value asked for stays in sight even if there is nothing of it."""
    known = [str(value) for value in values]
    return tuple(Choice(value, value == chosen) for value in dict.fromkeys([*known, *([chosen] if chosen else [])]))
