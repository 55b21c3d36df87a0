"""The grid of the matrix page: column heads by year and release, rows by area, and runs of equal cells in each row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from dask_matrix.domain.matrix.cell_states import CELL_STATES
from dask_matrix.domain.matrix.encoded_rows import FAILING, PASSING
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import OVERLAYS, REFUSALS, change_label, verdict_label
from dask_matrix.web.drawing.palette import MAX_RUN
from dask_matrix.web.drawing.row_timeline import year_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.domain.matrix.cell_states import CellState
    from dask_matrix.domain.matrix.encoded_rows import EncodedRows
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

MAX_ROOMY_COLUMNS = 12
"""Columns; with more of them, column heads are written vertically."""
CELL_CACHE_SIZE = 2**14
"""Cached runs of cells: many rows have the same ones."""
ROW_CACHE_SIZE = 2**11
"""Cached rows of cells."""
_EQUAL_CELLS = re.compile(rf"(.)\1{{0,{MAX_RUN - 1}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row. ``covers`` and ``issues`` are not shown; the filter searches them.

    ``cells`` has one element per run of adjacent equal cells, with its width as a class and its verdict as text.
    """

    id: str
    title: str
    href: str
    covers: str
    issues: str
    cells: Markup


@dataclass(frozen=True, slots=True)
class AreaBlock:
    """The rows of one area; ``passing`` of ``of`` scenarios pass in ``newest``, the newest column with a result."""

    area: str
    value: str
    passing: int
    of: int
    newest: str
    rows: tuple[GridRow, ...]
    collapsed: bool


@dataclass(frozen=True, slots=True)
class ColumnGroupHead:
    """Head of adjacent columns: a year, or a release with its day. ``more`` names the commits of a commit pair."""

    text: str
    columns: int
    href: str = ""
    day: str = ""
    css: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """Head of one column: lane and Python, or its refusal. ``message`` is the start of the refusal's message."""

    key: str
    python: str
    lane: str
    label: str
    href: str
    refusal: str
    message: str
    css: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Context of ``_grid.html``: a part of the matrix."""

    years: tuple[ColumnGroupHead, ...]
    releases: tuple[ColumnGroupHead, ...]
    columns: tuple[ColumnHead, ...]
    areas: tuple[AreaBlock, ...]
    css: str

    @property
    def width(self) -> int:
        """Number of columns of the table, including the row heads."""
        return len(self.columns) + 1


def grid(part: EncodedRows, collapsed: frozenset[str] = frozenset()) -> Grid:
    """Return the grid for a part of the matrix; ``collapsed`` are the names of folded areas."""
    environments = part.matrix.environments
    years = _run_lengths([year_of(each.release) for each in environments])
    year_spans = _spans([count for _, count in years])
    names = tuple(each.name for each in environments)
    return Grid(
        years=tuple(ColumnGroupHead(year, count) for year, count in years),
        releases=tuple(_release_head(list(found)) for _, found in groupby(environments, key=lambda each: each.release)),
        columns=tuple(map(_column_head, environments)),
        areas=tuple(
            _area_block(
                part,
                area,
                scenarios,
                [_grid_row(each, _row_html(part.rows[each.id], year_spans, names)) for each in scenarios],
                collapsed,
            )
            for area, scenarios in part.matrix.areas().items()
        ),
        css="roomy" if len(environments) <= MAX_ROOMY_COLUMNS else "dense",
    )


def _grid_row(scenario: Scenario, cells: Markup) -> GridRow:
    return GridRow(
        id=scenario.id,
        title=scenario.title,
        href=links.scenario(scenario.id),
        covers=" ".join(scenario.covers),
        issues=" ".join(scenario.issues),
        cells=cells,
    )


@lru_cache(maxsize=ROW_CACHE_SIZE)
def _row_html(row: str, year_spans: tuple[tuple[int, int], ...], names: tuple[str, ...]) -> Markup:
    """Return the cells of a row. Cached, since a new result changes few rows and many rows are equal."""
    return Markup("".join(_cell_runs(row, year_spans, names)))  # noqa: S704 - of Markup


def _cell_runs(row: str, year_spans: Sequence[tuple[int, int]], names: Sequence[str]) -> Iterator[Markup]:
    """Yield the runs of equal cells in a row; a run never crosses a year."""
    for start, end in year_spans:
        for found in _EQUAL_CELLS.finditer(row, start, end):
            yield _cell_run(found[1], found.end() - found.start(), names[found.start()], names[found.end() - 1])


@lru_cache(maxsize=CELL_CACHE_SIZE)
def _cell_run(state: str, columns: int, first: str, last: str) -> Markup:
    css, label = _CSS_AND_TEXT[state]
    place = first if first == last else f"{first} to {last}"
    return Markup('<i class="{} w{}">{}: {}</i>').format(css, columns, label, place)


def _area_block(
    part: EncodedRows, area: str, scenarios: Sequence[Scenario], rows: Sequence[GridRow], collapsed: frozenset[str]
) -> AreaBlock:
    """Return the rows of an area, with the pass count of the newest column that has a result for any of them."""
    encoded_rows = [part.rows[each.id] for each in scenarios]
    for place in range(len(part.matrix.environments) - 1, -1, -1):
        column = [each[place] for each in encoded_rows]
        passing = sum(each in PASSING for each in column)
        if of := passing + sum(each in FAILING for each in column):
            newest = part.matrix.environments[place].name
            return AreaBlock(area or "no area", area, passing, of, newest, tuple(rows), area in collapsed)
    return AreaBlock(area or "no area", area, 0, 0, "", tuple(rows), area in collapsed)


def _release_head(environments: Sequence[Environment]) -> ColumnGroupHead:
    first = environments[0]
    refused = "refused" if all(each.refusal for each in environments) else ""
    day = str(first.day or "")
    return ColumnGroupHead(
        first.name, len(environments), links.release(first.release.url_name), day, refused, first.commits
    )


def _column_head(environment: Environment) -> ColumnHead:
    refusal = environment.refusal
    return ColumnHead(
        key=environment.key,
        python=str(environment.python),
        lane=environment.lane.value,
        label=environment.label,
        href=links.environment(environment.key),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        message=refusal.message[:300] if refusal else "",
        css="refused" if refusal else "",
    )


def _run_lengths(texts: Sequence[str]) -> list[tuple[str, int]]:
    return [(text, len(list(same))) for text, same in groupby(texts)]


def _spans(counts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ends = [0]
    for count in counts:
        ends.append(ends[-1] + count)
    return tuple(pairwise(ends))


def _css_and_text(state: CellState) -> tuple[str, str]:
    """Return the CSS classes and the text of a cell state."""
    word = verdict_label(Judgement(state.verdict, was=state.was))
    overlay = OVERLAYS[state.overlay] if state.overlay else None
    css = [word.css, *(["turn"] if state.is_transition else []), *([overlay.css] if overlay else [])]
    texts = [
        word.label,
        *([change_label(state.verdict, after_gap=state.after_gap)] if state.is_transition else []),
        *([overlay.label] if overlay else []),
    ]
    return " ".join(css), ", ".join(texts)


_CSS_AND_TEXT = {character: _css_and_text(state) for character, state in CELL_STATES.items()}
