"""Create the web application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from dask_matrix import __version__
from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.store.store import Store
from dask_matrix.web.api import bisections, events, matrix_formats, surface, upgrade
from dask_matrix.web.api import routes as api_routes
from dask_matrix.web.drawing.labels import TAGLINE, TITLE
from dask_matrix.web.feeds import badges, feeds
from dask_matrix.web.http.cors import PublicReadCors
from dask_matrix.web.http.middleware import PACKAGE, ConditionalResponses, build
from dask_matrix.web.http.problems import add_handlers
from dask_matrix.web.http.request_bodies import RequestBodies
from dask_matrix.web.http.response_cache import ResponseCache
from dask_matrix.web.openapi.description import TAGS, DescribedApp, operation_id
from dask_matrix.web.pages import routes as page_routes
from dask_matrix.web.pages import runs, surface_pages
from dask_matrix.web.reader import Reader, day_of
from dask_matrix.web.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import date, datetime
    from pathlib import Path

    from fastapi import FastAPI

    from dask_matrix.domain.surface.timeline import Timeline
    from dask_matrix.domain.upgrades.context import Context

SMALLEST_COMPRESSED = 1_000
"""Responses smaller than this many bytes are not compressed."""


def create_app(
    database: str | Path,
    context: Context | None = None,
    snapshot_of: datetime | None = None,
    *,
    static: bool = False,
    all_cells: bool = False,
    surfaces: Callable[[], Timeline] | None = None,
) -> FastAPI:
    """Return the application for a database, by path or SQLAlchemy URL, which is created or migrated as needed.

    ``context`` has the known failures, profiles and published releases. ``snapshot_of`` is the time of the
    snapshot in the database, if any. ``static``: pages are saved as files, so they must work without a server and depend on
    the evidence alone, not on today's date; ``all_cells``: the page of every cell is saved. ``surfaces`` reads those that
    are not in the database.
    Raises DatabaseTooNew or DatabaseUnreachable.
    """
    store = Store.open(database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = DescribedApp(
        title=TITLE,
        description=TAGLINE,
        version=__version__,
        openapi_url="/api/openapi.json",
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    made_by = build()
    reader = app.state.reader = Reader(store, context, _always(day_of(store)) if static else today, surfaces)
    app.state.templates, app.state.build, app.state.snapshot_of = page_routes.templates(), made_by, snapshot_of
    app.state.static, app.state.all_cells = static, all_cells
    state = State(reader, made_by, snapshot_of)
    app.state.broadcaster = events.ChangeBroadcaster(state.token)
    for each in (matrix_formats, api_routes, bisections, upgrade, surface, runs, events, badges, feeds, page_routes):
        app.include_router(each.router)
    app.include_router(runs.pages)
    app.include_router(surface_pages.router)
    app.include_router(api_routes.health)
    app.mount("/static", StaticFiles(directory=PACKAGE / "static"))
    add_handlers(app, page_routes.problem)
    if static:
        return app  # only the site export requests it: no headers, no compression
    app.add_middleware(RequestBodies)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=5)
    app.add_middleware(ResponseCache)
    app.add_middleware(ConditionalResponses, state=state)
    app.add_middleware(PublicReadCors)
    return app


def _always(day: date) -> Callable[[], date]:
    return lambda: day
