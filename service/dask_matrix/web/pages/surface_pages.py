"""The pages of the API surface: what changes between two releases, and the history of one name."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import HTMLResponse

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.surface.change import Kind, Turn
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.names import Name, Unknown, known_history
from dask_matrix.domain.surface.surface import Visibility
from dask_matrix.web import links
from dask_matrix.web.api.surface import SurfaceQuery
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.drawing.labels import VERDICTS, Label
from dask_matrix.web.drawing.row_timeline import split_year
from dask_matrix.web.http.query_parameters import StartText
from dask_matrix.web.pages.matrix_page import Option, options
from dask_matrix.web.pages.routes import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.surface.comparison import Comparison, Turned
    from dask_matrix.domain.surface.names import NameHistory, Stretch
    from dask_matrix.domain.surface.timeline import Timeline

router = APIRouter(include_in_schema=False)
MOST_ROWS = 400
"""Rows of a section; the JSON has all."""
PLACES = 3
"""Other places of an object that are listed."""
SECTIONS = {
    Turn.REMOVED: ("Removed", "gone, and importable nowhere else"),
    Turn.MOVED: ("Moved", "importable elsewhere"),
    Turn.RENAMED: ("Renamed", "settings that have another name"),
    Turn.NARROWED: ("Calls that no longer fit", "a keyword or a position is gone, or an argument must be given"),
    Turn.DEPRECATED: ("Newly deprecated", "still there, with a warning or a note"),
    Turn.DEFAULT_CHANGED: ("Defaults changed", "the same call means something else"),
    Turn.RAISED: ("Requirements raised", "a newer version is needed"),
    Turn.CAPPED: ("Requirements capped", "a newest version is excluded"),
    Turn.LOOSENED: ("Requirements loosened", "more versions fit"),
    Turn.ADDED: ("Added", "new"),
    Turn.WIDENED: ("Calls that are new", "all earlier calls still fit"),
}
"""Title and meaning of each section, in order."""
WITHOUT_PAGE = frozenset(
    {Kind.SETTING, Kind.COMMAND, Kind.OPTION, Kind.REQUIREMENT, Kind.PYTHON, Kind.ROUTE, Kind.METRIC, Kind.HANDLER}
)
"""What is no dotted name."""
STATES = {"present": VERDICTS[Verdict.PASS], "missing": VERDICTS[Verdict.FAIL], "unknown": VERDICTS[Verdict.UNTESTED]}


@dataclass(frozen=True)
class ChangeRow:
    """One change; ``href`` is the page of its name, empty for what has none."""

    name: str
    href: str
    kind: str
    visibility: str
    between: str
    before: str
    after: str
    detail: str
    also: str


@dataclass(frozen=True)
class ChangeSection:
    """The changes of one kind, and how many are left out."""

    id: str
    title: str
    means: str
    rows: tuple[ChangeRow, ...]
    more: int
    open: bool


@dataclass(frozen=True)
class SurfacePage:
    """Context of ``surface.html``. ``is_answer`` is false until both releases are chosen; ``observed``: releases with a surface."""

    starts: tuple[Option, ...]
    targets: tuple[Option, ...]
    name: str
    private: bool
    added: bool
    is_answer: bool
    start: str
    target: str
    sections: tuple[ChangeSection, ...]
    counts: tuple[tuple[str, int], ...]
    observed: int
    command: str


@dataclass(frozen=True)
class NameTile:
    """A release on the strip of a name; ``number`` tells equal signatures."""

    year: str
    short: str
    css: str
    symbol: str
    text: str


@dataclass(frozen=True)
class NameRow:
    """Neighbouring releases in which a name is the same."""

    releases: str
    word: Label
    state: str
    kind: str
    signature: str
    deprecated: str
    home: str
    reason: str


@dataclass(frozen=True)
class NamePage:
    """Context of ``name.html``."""

    name: str
    moved: str
    moved_href: str
    tiles: tuple[NameTile, ...]
    rows: tuple[NameRow, ...]
    command: str


class SurfaceFormQuery(SurfaceQuery):
    """The same from the HTML form: releases may be missing, and unknown parameters are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start: StartText | Literal[""] = Field(default="", alias="from")
    target: StartText | Literal[""] = Field(default="", alias="to")


@router.get("/surface")
def surface(request: Request, query: Annotated[SurfaceFormQuery, Query()], reader: StoreReader) -> HTMLResponse:
    """Show what the surface changes between two releases."""
    timeline = reader.surface_timeline()
    is_asked = bool(query.start and query.target)
    found = compare(timeline, query.start, query.target, query.narrowing) if is_asked else None
    title = f"API surface {query.start} → {query.target}" if found else "API surface"
    twin = links.surface(query.model_dump(mode="json", by_alias=True, exclude_defaults=True)) if found else ""
    page = surface_page(timeline, query, found)
    return show(request, "surface.html", page, title=title, section="surface", poll=False, twin=twin)


@router.get("/names/{dotted}")
def name(request: Request, dotted: str, reader: StoreReader) -> HTMLResponse:
    """Show the history of a name."""
    page = name_page(known_history(reader.surface_timeline(), dotted))
    return show(request, "name.html", page, title=dotted, section="surface", poll=False)


def surface_page(timeline: Timeline, query: SurfaceFormQuery, found: Comparison | None) -> SurfacePage:
    """Return the context of a comparison, or of the empty form."""
    releases = list(dict.fromkeys(each.release.text for each in reversed(timeline.columns)))
    names = [each for each in query.name if each]
    return SurfacePage(
        starts=options(releases, query.start),
        targets=options(releases, query.target),
        name=names[0] if names else "",
        private=query.private,
        added=query.added,
        is_answer=found is not None,
        start=query.start,
        target=query.target,
        sections=tuple(_sections(found)) if found else (),
        counts=tuple((each.value, count) for each, count in found.counts.items()) if found else (),
        observed=len(releases),
        command=_command(query, names),
    )


def _command(query: SurfaceFormQuery, names: list[str]) -> str:
    """Return the command that prints the same."""
    flags = [flag for flag, given in (("--private", query.private), ("--added", query.added)) if given]
    return shlex.join(["dask-matrix", "surface", "--from", query.start, "--to", query.target, *flags, *names])


def name_page(history: NameHistory) -> NamePage:
    """Return the context of a name's history."""
    return NamePage(
        name=history.dotted,
        moved=history.moved or "",
        moved_href=links.name(history.moved) if history.moved else "",
        tiles=tuple(_tiles(history)),
        rows=tuple(_row(each) for each in history.stretches),
        command=shlex.join(["dask-matrix", "surface", history.dotted]),
    )


def _sections(found: Comparison) -> Iterator[ChangeSection]:
    order = list(SECTIONS)
    turned = sorted(found.turned, key=lambda each: (order.index(each.change.turn), each.change.order))
    for turn, group in groupby(turned, key=lambda each: each.change.turn):
        rows = tuple(map(_change, group))
        title, means = SECTIONS[turn]
        is_open = turn not in (Turn.DEFAULT_CHANGED, Turn.ADDED, Turn.WIDENED, Turn.LOOSENED)
        yield ChangeSection(turn.value, title, means, rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0), is_open)


def _change(turned: Turned) -> ChangeRow:
    change = turned.change
    more = len(change.also) - PLACES
    return ChangeRow(
        name=change.name,
        href="" if change.kind in WITHOUT_PAGE else links.name(change.name),
        kind=change.kind.value,
        visibility=change.visibility.value,
        between=" → ".join(turned.between),
        before=change.before or "",
        after=change.after or "",
        detail=change.detail,
        also=", ".join(change.also[:PLACES]) + (f" and {more} more" if more > 0 else ""),
    )


def _tiles(history: NameHistory) -> Iterator[NameTile]:
    """Yield a tile for each release, whose number tells which signature it has."""
    year_before = ""
    variants: dict[object, int] = {}
    for stretch in history.stretches:
        state = _state(stretch)
        if state == "present":
            variants.setdefault(stretch.name, len(variants) + 1)
        symbol = str(variants[stretch.name]) if state == "present" else STATES[state].symbol
        for column in stretch.columns:
            year, short = split_year(column.release.text)
            yield NameTile(
                year if year != year_before else "",
                short,
                STATES[state].css,
                symbol,
                f"{column.label}: {_text(stretch)}",
            )
            year_before = year


def _row(stretch: Stretch) -> NameRow:
    found, state = stretch.name, _state(stretch)
    first, last = stretch.columns[0].label, stretch.columns[-1].label
    name = found if isinstance(found, Name) else Name("", "", Visibility.PUBLIC)
    return NameRow(
        releases=first if first == last else f"{first} to {last}",
        word=STATES[state],
        state=state,
        kind=f"{name.visibility.value} {name.kind}" if name.kind else "",
        signature=name.signature or "",
        deprecated=name.deprecated,
        home=name.home,
        reason=found.reason if isinstance(found, Unknown) else "",
    )


def _state(stretch: Stretch) -> str:
    if stretch.name is None:
        return "missing"
    return "unknown" if isinstance(stretch.name, Unknown) else "present"


def _text(stretch: Stretch) -> str:
    if isinstance(stretch.name, Name):
        return f"{stretch.name.kind} {stretch.name.signature or ''}".strip()
    return "no such name" if stretch.name is None else "unknown"
