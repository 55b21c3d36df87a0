"""Context of the matrix page: the grid, the filter form and the legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.filter_language import STATES
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.web import links, times
from dask_matrix.web.drawing.grid import Grid, grid
from dask_matrix.web.drawing.labels import CHANGE_LEGEND, OVERLAYS, TAGLINE, VERDICTS, Label
from dask_matrix.web.http.query_parameters import DEFAULT_RELEASES
from dask_matrix.web.pages.contexts import EnvironmentHeading, heading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from dask_matrix.domain.matrix.encoded_rows import EncodedRows
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Freshness
    from dask_matrix.web.http.query_parameters import PageQuery, Values

ALWAYS_VISIBLE = {"q", "shut"}
"""Parameters that stay visible when a phone folds the filter form: the text box, and collapsed areas."""


@dataclass(frozen=True)
class Option:
    """One option of a drop-down list."""

    value: str
    selected: bool


@dataclass(frozen=True)
class Filters:
    """The filter form: current values, and options to choose from.

    ``filtered``: any filter is set; ``expanded``: one besides the text is, so a phone shows the whole form.
    ``first`` labels an empty "From"; ``known_verdicts`` has ``verdict=class`` for each verdict, ``known_states`` the words
    allowed after ``is:``.
    """

    q: str
    all_rows: bool
    last: str
    first: str
    at: str
    areas: tuple[Option, ...]
    starts: tuple[Option, ...]
    ends: tuple[Option, ...]
    pythons: tuple[Option, ...]
    lanes: tuple[Option, ...]
    verdict: str
    known_verdicts: str
    known_states: str
    history: bool
    filtered: bool
    expanded: bool


@dataclass(frozen=True)
class Hidden:
    """How many unchanged scenarios and other releases a view hides, and the addresses that show them."""

    unchanged: int
    unchanged_href: str
    releases: int
    releases_href: str


@dataclass(frozen=True)
class MatrixPage:
    """Context of the matrix page. ``state`` is ``grid``, ``nothing`` (no matches), ``waiting`` or ``empty``.

    ``start`` is the index of the first column shown, of all ``columns``.
    """

    promise: str
    state: str
    grid: Grid
    rows: int
    first: str
    newest: str
    start: int
    columns: int
    hidden: Hidden
    filters: Filters
    legend: tuple[Label, ...]
    overlays: tuple[Label, ...]
    turn: str
    commits: tuple[str, ...]
    refused: tuple[EnvironmentHeading, ...]
    picture: str
    frozen_at: str
    permalink: str
    live_link: str
    twin: str


def matrix_page(whole: EncodedRows, query: PageQuery, freshness: Freshness, day: date) -> MatrixPage:
    """Return the context for a matrix filtered by a query; ages are as of ``day``. Raise InvalidFilter."""
    part = whole.select(query.selection())
    if part.uniform and not part.matrix.scenarios and not query.is_filtered:
        query = query.model_copy(update={"changes": False})  # nothing has changed yet: show all rows
        part = whole.select(query.selection())
    shown, values = part.matrix, query.values()
    live = {name: value for name, value in values.items() if name != "at"}
    releases = [each.name for each in shown.environments]
    return MatrixPage(
        promise=TAGLINE,
        state=_state(whole.matrix, part),
        grid=grid(part, query.shut),
        rows=len(shown.scenarios),
        first=releases[0] if releases else "",
        newest=releases[-1] if releases else "",
        start=whole.matrix.environments.index(shown.environments[0]) if shown.environments else 0,
        columns=len(whole.matrix.environments),
        hidden=_hidden(whole.matrix, part, query),
        filters=_filters(whole.matrix, query, live.keys()),
        legend=tuple(VERDICTS.values()),
        overlays=tuple(OVERLAYS.values()),
        turn=CHANGE_LEGEND,
        commits=tuple(dict.fromkeys(_commits(whole.matrix, each, day) for each in shown.environments if each.pair)),
        refused=tuple(heading(shown, each) for each in shown.environments if each.refusal),
        picture=links.picture({"at": values["at"]} if "at" in values else None),
        frozen_at=times.moment(query.at),
        permalink=links.matrix(query.values(at=freshness.newest)),
        live_link=links.matrix(live),
        twin=links.columnar(query.api_values()),
    )


def _commits(matrix: Matrix, environment: Environment, day: date) -> str:
    """Describe the commits of a column: their age, and a newer release; the day is in the column's head."""
    age, standing = times.age(environment.day, day), matrix.lineage.standing(environment.release)
    return ", ".join(filter(None, (environment.made_of, age, standing and f"a {standing}")))


def _state(whole: Matrix, part: EncodedRows) -> str:
    if whole.scenarios and whole.environments:
        some = part.matrix.environments and (part.matrix.scenarios or part.uniform)
        return "grid" if some else "nothing"
    return "waiting" if whole.environments else "empty"


def _hidden(whole: Matrix, part: EncodedRows, query: PageQuery) -> Hidden:
    values: Values = query.values()
    other_values = {name: value for name, value in values.items() if name not in {"from", "to", "last"}}
    shown = {each.release for each in part.matrix.environments}
    reached = replace(query.selection(), start=None, end=None, last=0)
    columns = (whole.environments[number] for number in reached.column_numbers(whole.environments))
    releases = {each.release for each in columns if each.pair is None} - shown
    return Hidden(
        unchanged=part.uniform,
        unchanged_href=links.matrix({**values, "changes": "false"}),
        releases=len(releases),
        releases_href=links.matrix({**other_values, "last": "0"}),
    )


def _filters(whole: Matrix, query: PageQuery, given: Collection[str]) -> Filters:
    environments = whole.environments
    releases = [str(each) for each in dict.fromkeys(each.release for each in environments if each.pair is None)]
    at = query.values().get("at", "")
    return Filters(
        q=query.q,
        all_rows=not query.only_changes,
        last="" if query.last is None else str(query.last),
        first="first" if query.last == 0 else f"newest {query.last or DEFAULT_RELEASES}",
        at=str(at),
        areas=options(whole.areas(), query.area),
        starts=options(releases, query.start or ""),
        ends=options(releases, query.end or ""),
        pythons=options((str(each) for each in sorted({each.python for each in environments})), query.python or ""),
        lanes=options(sorted({each.lane for each in environments}), query.lane or ""),
        verdict=query.verdict.value if isinstance(query.verdict, Verdict) else "",
        known_verdicts=" ".join(f"{verdict.value}={word.css}" for verdict, word in VERDICTS.items()),
        known_states=" ".join(STATES),
        history=query.history,
        filtered=bool(given),
        expanded=not set(given) <= ALWAYS_VISIBLE,
    )


def options(values: Iterable[str], selected: str) -> tuple[Option, ...]:
    """Return the options of a list; a selected value is an option even if it does not exist."""
    known = [str(value) for value in values]
    return tuple(
        Option(value, value == selected) for value in dict.fromkeys([*known, *([selected] if selected else [])])
    )
