"""The web application, built from its arguments."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.store.store import Store
from dask_matrix.web.api import bisections, events, matrix_formats, upgrade
from dask_matrix.web.api import routes as api_routes
from dask_matrix.web.drawing.labels import PROMISE, TITLE
from dask_matrix.web.feeds import badges, feeds
from dask_matrix.web.http.cors import OpenToRead
from dask_matrix.web.http.middleware import HERE, Front, build
from dask_matrix.web.http.problems import add_handlers
from dask_matrix.web.http.response_cache import Keeping
from dask_matrix.web.openapi.description import TAGS, Described, operation_id
from dask_matrix.web.pages import routes as page_routes
from dask_matrix.web.pages import runs
from dask_matrix.web.reader import Reader, day_of
from dask_matrix.web.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import date, datetime

    from fastapi import FastAPI

    from dask_matrix.domain.upgrades.context import Beliefs

SMALLEST_COMPRESSED = 1_000
"""Bytes."""


def create_app(
    store_url: str,
    beliefs: Beliefs | None = None,
    snapshot_of: datetime | None = None,
    *,
    static: bool = False,
    all_cells: bool = False,
) -> FastAPI:
    """Return the application on the database at a SQLAlchemy URL, made or migrated where needed.

    ``beliefs`` are what is known beside it; ``snapshot_of`` says of when the snapshot is that the database holds.
    ``static``: its pages are to be kept as files, so they need no server, and what they say follows from the evidence alone;
    ``all_cells`` says that the page of each cell is kept.
    Raises what Store.open raises: DatabaseTooNew or DatabaseUnreachable.
    """
    store = Store.open(store_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = Described(
        title=TITLE,
        description=PROMISE,
        version=version("dask-matrix"),
        openapi_url="/api/openapi.json",
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    made_by = build()
    reader = app.state.reader = Reader(store, beliefs, _always(day_of(store)) if static else today)
    app.state.templates, app.state.build, app.state.snapshot_of = page_routes.templates(), made_by, snapshot_of
    app.state.static, app.state.all_cells = static, all_cells
    state = State(reader, made_by, snapshot_of)
    app.state.pulse = events.Pulse(state.sign)
    for each in (matrix_formats, api_routes, bisections, upgrade, runs, events, badges, feeds, page_routes):
        app.include_router(each.router)
    app.include_router(runs.pages)
    app.include_router(api_routes.health)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    add_handlers(app, page_routes.problem)
    if static:
        return app  # no browser asks it: no headers, no compression
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=5)
    app.add_middleware(Keeping)
    app.add_middleware(Front, state=state)
    app.add_middleware(OpenToRead)
    return app


def _always(day: date) -> Callable[[], date]:
    return lambda: day
