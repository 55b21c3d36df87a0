"""Routes of the HTML pages. Each reads the query, asks the store, calls the domain and renders a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from dask_matrix import __version__
from dask_matrix.domain.errors import UnknownName
from dask_matrix.web import cells, columns, links, times
from dask_matrix.web.about import about_page
from dask_matrix.web.api.upgrade import UpgradeFormQuery
from dask_matrix.web.as_of import AsOf, AtQuery
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.drawing import evidence_html, palette
from dask_matrix.web.drawing.labels import TITLE
from dask_matrix.web.drawing.picture import picture
from dask_matrix.web.http.middleware import CSP_HEADER, PACKAGE, POLICY_IN_PAGE
from dask_matrix.web.http.query_parameters import MatrixQuery, PageQuery
from dask_matrix.web.pages import contexts
from dask_matrix.web.pages.api_docs_page import docs_page
from dask_matrix.web.pages.cell_page import cell_page
from dask_matrix.web.pages.environment_page import environment_page, release_page
from dask_matrix.web.pages.matrix_page import matrix_page
from dask_matrix.web.pages.scenario_page import scenario_page
from dask_matrix.web.pages.upgrade_page import upgrade_page

if TYPE_CHECKING:
    from dask_matrix.domain.records.records import RunRecord
    from dask_matrix.web.http.problems import Problem
    from dask_matrix.web.reader import Reader

router = APIRouter(include_in_schema=False)
At = Annotated[AtQuery, Query()]


@dataclass(frozen=True)
class Frame:
    """Context of ``base.html``, around every page. ``poll``: the event stream that announces new versions of the page, if any.

    ``live``: results are coming in.

    ``snapshot`` is the date of the snapshot shown, if any. ``static``: the page is exported as a file, ``policy`` is its
    content security policy; ``all_cells``: each cell's page is exported too.
    """

    site: str
    title: str
    section: str
    twin: str
    build: str
    version: str
    etag: str
    poll: str
    live: bool
    results: str
    newest: str
    snapshot: str
    static: bool = False
    all_cells: bool = False
    policy: str = POLICY_IN_PAGE


def templates() -> Environment:
    """Return the Jinja environment; every value is cleaned and escaped, and a missing value is an error."""
    return Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        finalize=evidence_html.finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(  # noqa: PLR0913 - what differs between pages
    request: Request, name: str, page: Any, *, title: str, section: str = "", poll: bool = True, twin: str = ""
) -> HTMLResponse:
    """Render a page in its frame; its JSON has the same address under the API, unless ``twin`` is given."""
    reader: Reader = request.app.state.reader
    poll = poll and request.app.state.snapshot_of is None  # a snapshot never changes
    freshness = reader.freshness()
    static = request.app.state.static
    poll = poll and not static
    frame = Frame(
        site=TITLE,
        title=title,
        section=section,
        twin=twin or links.twin(request.url.path + (f"?{request.url.query}" if request.url.query else "")),
        build=request.app.state.build,
        version=__version__,
        etag="" if static else request.state.etag,
        poll=links.EVENTS if poll else "",
        live=poll and reader.is_live(),
        results=f"{freshness.results:,}",
        newest=times.moment(freshness.newest_result),
        snapshot=times.moment(request.app.state.snapshot_of),
        static=static,
        all_cells=request.app.state.all_cells,
    )
    return HTMLResponse(request.app.state.templates.get_template(name).render(page=page, frame=frame))


@router.get("/")
def matrix(request: Request, query: Annotated[PageQuery, Query()], reader: StoreReader) -> HTMLResponse:
    """Show the matrix."""
    whole, day = reader.encoded_rows(query.at, history=query.history), reader.day_of(query.at)
    page = matrix_page(whole, query, reader.freshness(), day)
    poll = query.at is None
    return show(request, "matrix.html", page, title="Matrix", section="matrix", poll=poll, twin=page.twin)


@router.get("/matrix.svg")
def matrix_svg(query: Annotated[MatrixQuery, Query()], reader: StoreReader) -> Response:
    """Draw the matrix as a small picture."""
    drawn = picture(reader.encoded_rows(query.at, history=query.history).select(query.selection()))
    return Response(
        drawn, media_type="image/svg+xml", headers={CSP_HEADER: "default-src 'none'; style-src 'unsafe-inline'"}
    )


@router.get("/static/verdicts.css")
def verdicts_css() -> Response:
    """Return the colours and symbols of verdicts."""
    return Response(palette.stylesheet(), media_type="text/css")


@router.get("/cells/{scenario:path}/{key}")
def cell(request: Request, scenario: str, key: str, query: At, reader: StoreReader) -> Response:
    """Show a cell, now or at a moment."""
    row = reader.store.scenario(scenario)
    as_of = _as_of(reader, query, links.cell(row.id, key))
    if row.id != scenario:
        return RedirectResponse(as_of.to(as_of.page), 308)
    found = cells.cell(reader, row, key, query.at)
    title = f"{row.title} – {found.environment.release}"  # noqa: RUF001 - a dash
    page = cell_page(found, as_of)
    return show(request, "cell.html", page, title=title, section="matrix", poll=query.at is None)


@router.get("/scenarios/{scenario:path}")
def scenario(request: Request, scenario: str, query: At, reader: StoreReader) -> Response:
    """Show a scenario, now or at a moment; a former id redirects to the current one."""
    row = reader.store.scenario(scenario)
    as_of = _as_of(reader, query, links.scenario(row.id))
    if row.id != scenario:
        return RedirectResponse(as_of.to(as_of.page), 308)
    executions = reader.store.executions(row.id, query.at)
    recorded = reader.store.bisects(row.id)
    scenario_set = reader.store.scenario_set(row.id)
    page = scenario_page(reader.matrix(query.at), row, executions, recorded, as_of, scenario_set)
    return show(request, "scenario.html", page, title=row.title, section="matrix", poll=query.at is None)


@router.get("/environments/{key}")
def environment(request: Request, key: str, query: At, reader: StoreReader) -> HTMLResponse:
    """Show an environment, now or at a moment."""
    found = columns.column(reader, key, query.at)
    page = environment_page(found, _as_of(reader, query, links.environment(key)))
    title = found.environment.label
    return show(request, "environment.html", page, title=title, section="releases", poll=query.at is None)


@router.get("/environments/{key}/lock.txt")
def lock(key: str, reader: StoreReader) -> PlainTextResponse:
    """Return the lock of an environment, as a requirements file."""
    name = {"Content-Disposition": f'attachment; filename="lock-{key}.txt"'}
    return PlainTextResponse(reader.store.environment(key).lock, headers=name)


@router.get("/results/{result}")
def result(request: Request, result: str, reader: StoreReader) -> HTMLResponse:
    """Show a result."""
    found = reader.store.result(result)
    page = contexts.result_page(reader.matrix(), found, _run(reader, found.run))
    return show(request, "result.html", page, title=f"Result {result}", section="matrix")


@router.get("/releases")
def releases(request: Request, reader: StoreReader) -> HTMLResponse:
    """List all releases."""
    return show(request, "releases.html", contexts.releases_page(reader.matrix()), title="Releases", section="releases")


@router.get("/releases/{release}")
def release(request: Request, release: str, query: At, reader: StoreReader) -> HTMLResponse:
    """Show a release, now or at a moment."""
    found = columns.version(reader, release, query.at)
    page = release_page(found, _as_of(reader, query, links.release(found.name)))
    title = f"Dask {found.name}"
    return show(request, "release.html", page, title=title, section="releases", poll=query.at is None)


@router.get("/about")
def about(request: Request, reader: StoreReader) -> HTMLResponse:
    """Explain verdicts, outcomes and limits."""
    return show(request, "about.html", about_page(reader.matrix()), title="About the numbers", section="about")


@router.get("/upgrade")
def upgrade(request: Request, query: Annotated[UpgradeFormQuery, Query()], reader: StoreReader) -> HTMLResponse:
    """Show what an upgrade breaks and fixes."""
    question = query.complete_question()
    answer = reader.upgrade(question) if question else None
    page = upgrade_page(reader.matrix(), sorted(reader.context.profiles), query, answer)
    title = f"{query.start} → {query.target}: {answer.verdict}" if answer else "Upgrade"
    return show(request, "upgrade.html", page, title=title, section="upgrade")


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """Document the JSON API, from its OpenAPI description."""
    page = docs_page(request.app.openapi())
    return show(request, "docs.html", page, title="JSON API", section="docs", poll=False)


def problem(request: Request, found: Problem) -> Response:
    """Render an error, without the store: it may be the cause."""
    frame = Frame(
        site=TITLE,
        title=found.title,
        section="",
        twin="",
        build=request.app.state.build,
        version=__version__,
        etag="",
        poll="",
        live=False,
        results="",
        newest="",
        snapshot="",
    )
    template = request.app.state.templates.get_template("problem.html")
    return HTMLResponse(template.render(page=contexts.problem_page(found), frame=frame), found.status)


def _as_of(reader: Reader, query: AtQuery, page: str) -> AsOf:
    return AsOf(query.at, page, reader.freshness().newest, reader.day_of(query.at))


def _run(reader: Reader, run: str) -> RunRecord | None:
    """Return the record of a run, or None: a result can exist without it."""
    try:
        return reader.store.run(run)
    except UnknownName:
        return None
