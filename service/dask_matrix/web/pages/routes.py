"""The HTML routes. Each reads the query, asks the store, calls the domain and returns a page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from dask_matrix.domain.errors import UnknownName
from dask_matrix.web import cells, columns, links, times
from dask_matrix.web.about import about_page
from dask_matrix.web.api.upgrade import AskedQuery
from dask_matrix.web.as_of import AsOf, AtQuery
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.drawing import evidence_html, palette
from dask_matrix.web.drawing.labels import TITLE
from dask_matrix.web.drawing.picture import picture
from dask_matrix.web.http.middleware import HERE, POLICED, POLICY_IN_PAGE
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
    """What stands around every page. ``poll``: where it is told that there is a newer version, if there can be one.

    ``live``: results are coming in.

    ``snapshot`` says of when the snapshot is that is shown, if it is one. ``static``: the page is kept as a file, no server
    answers it, ``policy`` is what it allows; ``all_cells``: the page of each cell is kept too.
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
    """Return the templates; everything put into them is made plain and escaped, and a missing value is an error."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=evidence_html.shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(  # noqa: PLR0913 - what tells pages apart
    request: Request, name: str, page: Any, *, title: str, section: str = "", poll: bool = True, twin: str = ""
) -> HTMLResponse:
    """Render a page within its frame; its JSON twin has the same address under the API, unless one is named."""
    reader: Reader = request.app.state.reader
    poll = poll and request.app.state.snapshot_of is None  # a snapshot stays as it is
    freshness = reader.freshness()
    static = request.app.state.static
    poll = poll and not static
    frame = Frame(
        site=TITLE,
        title=title,
        section=section,
        twin=twin or links.twin(request.url.path + (f"?{request.url.query}" if request.url.query else "")),
        build=request.app.state.build,
        version=version("dask-matrix"),
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
def matrix(request: Request, query: Annotated[PageQuery, Query()], books: StoreReader) -> HTMLResponse:
    """The matrix."""
    whole, day = books.strips(query.at, history=query.history), books.day_of(query.at)
    page = matrix_page(whole, query, books.freshness(), day)
    poll = query.at is None
    return show(request, "matrix.html", page, title="Matrix", section="matrix", poll=poll, twin=page.twin)


@router.get("/matrix.svg")
def matrix_svg(query: Annotated[MatrixQuery, Query()], books: StoreReader) -> Response:
    """The matrix as a small picture."""
    drawn = picture(books.strips(query.at, history=query.history).select(query.selection()))
    return Response(
        drawn, media_type="image/svg+xml", headers={POLICED: "default-src 'none'; style-src 'unsafe-inline'"}
    )


@router.get("/static/verdicts.css")
def verdicts_css() -> Response:
    """The colours and symbols of verdicts."""
    return Response(palette.style(), media_type="text/css")


@router.get("/cells/{scenario:path}/{key}")
def cell(request: Request, scenario: str, key: str, query: At, books: StoreReader) -> Response:
    """One scenario in one environment, as it is or was."""
    row = books.store.scenario(scenario)
    as_of = _as_of(books, query, links.cell(row.id, key))
    if row.id != scenario:
        return RedirectResponse(as_of.to(as_of.page), 308)
    found = cells.cell(books, row, key, query.at)
    title = f"{row.title} – {found.environment.release}"  # noqa: RUF001 - a dash
    page = cell_page(found, as_of)
    return show(request, "cell.html", page, title=title, section="matrix", poll=query.at is None)


@router.get("/scenarios/{scenario:path}")
def scenario(request: Request, scenario: str, query: At, books: StoreReader) -> Response:
    """One scenario, as it is or was; a former id leads to the present one."""
    row = books.store.scenario(scenario)
    as_of = _as_of(books, query, links.scenario(row.id))
    if row.id != scenario:
        return RedirectResponse(as_of.to(as_of.page), 308)
    executions = books.store.executions(row.id, query.at)
    told = books.store.bisects(row.id)
    page = scenario_page(books.matrix(query.at), row, executions, told, as_of)
    return show(request, "scenario.html", page, title=row.title, section="matrix", poll=query.at is None)


@router.get("/environments/{key}")
def environment(request: Request, key: str, query: At, books: StoreReader) -> HTMLResponse:
    """One environment, as it is or was."""
    found = columns.column(books, key, query.at)
    page = environment_page(found, _as_of(books, query, links.environment(key)))
    title = found.environment.label
    return show(request, "environment.html", page, title=title, section="releases", poll=query.at is None)


@router.get("/environments/{key}/lock.txt")
def lock(key: str, books: StoreReader) -> PlainTextResponse:
    """The lock of an environment, as a requirements file."""
    name = {"Content-Disposition": f'attachment; filename="lock-{key}.txt"'}
    return PlainTextResponse(books.store.environment(key).lock, headers=name)


@router.get("/results/{result}")
def result(request: Request, result: str, books: StoreReader) -> HTMLResponse:
    """One execution."""
    found = books.store.result(result)
    page = contexts.result_page(books.matrix(), found, _run(books, found.run))
    return show(request, "result.html", page, title=f"Result {result}", section="matrix")


@router.get("/releases")
def releases(request: Request, books: StoreReader) -> HTMLResponse:
    """All releases."""
    return show(request, "releases.html", contexts.releases_page(books.matrix()), title="Releases", section="releases")


@router.get("/releases/{release}")
def release(request: Request, release: str, query: At, books: StoreReader) -> HTMLResponse:
    """One release, as it is or was."""
    found = columns.version(books, release, query.at)
    page = release_page(found, _as_of(books, query, links.release(found.name)))
    title = f"Dask {found.name}"
    return show(request, "release.html", page, title=title, section="releases", poll=query.at is None)


@router.get("/about")
def about(request: Request, books: StoreReader) -> HTMLResponse:
    """What the numbers mean and rest on."""
    return show(request, "about.html", about_page(books.matrix()), title="About the numbers", section="about")


@router.get("/upgrade")
def upgrade(request: Request, query: Annotated[AskedQuery, Query()], books: StoreReader) -> HTMLResponse:
    """What a move breaks and fixes."""
    question = query.asked()
    answer = books.upgrade(question) if question else None
    page = upgrade_page(books.matrix(), sorted(books.beliefs.profiles), query, answer)
    title = f"{query.start} → {query.target}: {answer.verdict}" if answer else "Upgrade"
    return show(request, "upgrade.html", page, title=title, section="upgrade")


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """What the JSON routes answer, from their OpenAPI description."""
    page = docs_page(request.app.openapi())
    return show(request, "docs.html", page, title="JSON API", section="docs", poll=False)


def problem(request: Request, told: Problem) -> Response:
    """Render an error; it asks nothing of the store, which may be what is in trouble."""
    frame = Frame(
        site=TITLE,
        title=told.title,
        section="",
        twin="",
        build=request.app.state.build,
        version=version("dask-matrix"),
        etag="",
        poll="",
        live=False,
        results="",
        newest="",
        snapshot="",
    )
    template = request.app.state.templates.get_template("problem.html")
    return HTMLResponse(template.render(page=contexts.problem_page(told), frame=frame), told.status)


def _as_of(books: Reader, query: AtQuery, page: str) -> AsOf:
    return AsOf(query.at, page, books.freshness().newest, books.day_of(query.at))


def _run(books: Reader, run: str) -> RunRecord | None:
    """Return what is known of a run; a result may stand without it."""
    try:
        return books.store.run(run)
    except UnknownName:
        return None
