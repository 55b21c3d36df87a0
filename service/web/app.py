"""The web application, built from its arguments."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from service.domain.known import today
from service.store.store import Store
from service.web import api, badges, bisects, events, feeds, forms, pages, runs, upgrades
from service.web.answers import Keeping
from service.web.cors import OpenToRead
from service.web.front import HERE, Front, build
from service.web.openapi import TAGS, Described, operation_id
from service.web.problems import add_handlers
from service.web.reader import Reader, day_of
from service.web.state import State
from service.web.words import PROMISE, TITLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import date, datetime

    from fastapi import FastAPI

    from service.domain.beliefs import Beliefs

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
    app.state.templates, app.state.build, app.state.snapshot_of = pages.templates(), made_by, snapshot_of
    app.state.static, app.state.all_cells = static, all_cells
    state = State(reader, made_by, snapshot_of)
    app.state.pulse = events.Pulse(state.sign)
    for each in (forms, api, bisects, upgrades, runs, events, badges, feeds, pages):
        app.include_router(each.router)
    app.include_router(runs.pages)
    app.include_router(api.health)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    add_handlers(app, pages.problem)
    if static:
        return app  # no browser asks it: no headers, no compression
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=5)
    app.add_middleware(Keeping)
    app.add_middleware(Front, state=state)
    app.add_middleware(OpenToRead)
    return app


def _always(day: date) -> Callable[[], date]:
    return lambda: day
