"""The HTML routes. Each reads the query, asks the store, calls the domain and returns a page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from service.domain.errors import UnknownName
from service.web import contexts, evidence, links, times
from service.web.api import Books
from service.web.apidocs import docs_page
from service.web.front import HERE
from service.web.overview import matrix_page
from service.web.query import MatrixQuery
from service.web.upgrade_page import upgrade_page
from service.web.upgrades import AskedQuery
from service.web.words import TITLE

if TYPE_CHECKING:
    from service.domain.records import RunRecord
    from service.web.problems import Problem
    from service.web.reader import Reader

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Frame:
    """What stands around every page. ``poll``: look for a newer version; ``live``: results are coming in.

    ``snapshot`` says of when the snapshot is that is shown, if it is one.
    """

    site: str
    title: str
    section: str
    twin: str
    build: str
    version: str
    etag: str
    poll: bool
    live: bool
    results: str
    newest: str
    snapshot: str


def templates() -> Environment:
    """Return the templates; everything put into them is made plain and escaped, and a missing value is an error."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=evidence.shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(request: Request, name: str, page: Any, *, title: str, section: str = "", poll: bool = True) -> HTMLResponse:
    """Render a page within its frame."""
    reader: Reader = request.app.state.reader
    freshness = reader.freshness()
    frame = Frame(
        site=TITLE,
        title=title,
        section=section,
        twin=links.twin(request.url.path + (f"?{request.url.query}" if request.url.query else "")),
        build=request.app.state.build,
        version=version("dask-matrix"),
        etag=request.state.etag,
        poll=poll,
        live=poll and reader.is_live(),
        results=f"{freshness.results:,}",
        newest=times.moment(freshness.newest_result),
        snapshot=times.moment(request.app.state.snapshot_of),
    )
    return HTMLResponse(request.app.state.templates.get_template(name).render(page=page, frame=frame))


@router.get("/")
def matrix(request: Request, query: Annotated[MatrixQuery, Query()], books: Books) -> HTMLResponse:
    """The matrix."""
    page = matrix_page(books.matrix(query.at), query, books.freshness())
    return show(request, "matrix.html", page, title="Matrix", section="matrix", poll=query.at is None)


@router.get("/cells/{scenario:path}/{key}")
def cell(request: Request, scenario: str, key: str, books: Books) -> Response:
    """One scenario in one environment."""
    row, column = books.store.scenario(scenario), books.store.environment(key)
    if row.id != scenario:
        return RedirectResponse(links.cell(row.id, key), 308)
    page = contexts.cell_page(books.matrix(), row, column, books.store.results(row.id, key))
    return show(request, "cell.html", page, title=f"{row.title} – {column.release}", section="matrix")  # noqa: RUF001 - a dash


@router.get("/scenarios/{scenario:path}")
def scenario(request: Request, scenario: str, books: Books) -> Response:
    """One scenario; a former id leads to the present one."""
    row = books.store.scenario(scenario)
    if row.id != scenario:
        return RedirectResponse(links.scenario(row.id), 308)
    page = contexts.scenario_page(books.matrix(), row, books.store.bisects(row.id))
    return show(request, "scenario.html", page, title=row.title, section="matrix")


@router.get("/environments/{key}")
def environment(request: Request, key: str, books: Books) -> HTMLResponse:
    """One environment."""
    column = books.store.environment(key)
    page = contexts.environment_page(books.matrix(), column)
    return show(request, "environment.html", page, title=column.label, section="releases")


@router.get("/environments/{key}/lock.txt")
def lock(key: str, books: Books) -> PlainTextResponse:
    """The lock of an environment, as a requirements file."""
    name = {"Content-Disposition": f'attachment; filename="lock-{key}.txt"'}
    return PlainTextResponse(books.store.environment(key).lock, headers=name)


@router.get("/results/{result}")
def result(request: Request, result: str, books: Books) -> HTMLResponse:
    """One execution."""
    found = books.store.result(result)
    page = contexts.result_page(books.matrix(), found, _run(books, found.run))
    return show(request, "result.html", page, title=f"Result {result}", section="matrix")


@router.get("/releases")
def releases(request: Request, books: Books) -> HTMLResponse:
    """All releases."""
    return show(request, "releases.html", contexts.releases_page(books.matrix()), title="Releases", section="releases")


@router.get("/upgrade")
def upgrade(request: Request, query: Annotated[AskedQuery, Query()], books: Books) -> HTMLResponse:
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
        poll=False,
        live=False,
        results="",
        newest="",
        snapshot="",
    )
    template = request.app.state.templates.get_template("problem.html")
    return HTMLResponse(template.render(page=contexts.problem_page(told), frame=frame), told.status)


def _run(books: Reader, run: str) -> RunRecord | None:
    """Return what is known of a run; a result may stand without it."""
    try:
        return books.store.run(run)
    except UnknownName:
        return None
