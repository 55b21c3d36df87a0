"""Server-sent events: when responses change, and the results of a run. All clients share one poll of the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.web.api import schemas_runs
from dask_matrix.web.api.schemas_runs import MAX_EVENT_ID, AfterQuery, StateEvent
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.links import API
from dask_matrix.web.path_parameters import RunId
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dask_matrix.web.state import StateToken

POLL_INTERVAL = 0.25
"""Seconds between two polls of the database, while any client is connected."""
RECONNECT_AFTER = 1_000
"""Milliseconds after which a disconnected client reconnects."""
BATCH_SIZE = 200
"""Results read per query."""
router = APIRouter(prefix=API, tags=["events"])


class ChangeBroadcaster:
    """Tells all clients of a process when responses may have changed, whoever changed the store. ``read_state`` reads the current state.

    One task polls for all of them. It starts with the first client and stops with the last, or when ``is_shutting_down`` returns
    True; all streams end with it.
    """

    def __init__(self, read_state: Callable[[], StateToken]) -> None:
        self.is_shutting_down: Callable[[], bool] = lambda: False
        self.listeners = 0
        self._read_state = read_state
        self._task: asyncio.Task[None] | None = None
        self._present: StateToken | None = None
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def subscribed(self) -> AsyncIterator[None]:
        """Keep polling within this context."""
        self.listeners += 1
        if self._task is None or self._task.done():
            self._present, self._changed = None, asyncio.Event()
            self._task = asyncio.create_task(self._watch())
            self._task.add_done_callback(lambda _: self._notify())
        try:
            yield
        finally:
            self.listeners -= 1
            if not self.listeners and self._task:
                self._task.cancel()
                self._task = None

    async def wait_for_change(self, known: StateToken | None, timeout: float | None = None) -> StateToken | None:
        """Wait until the state is no longer ``known``, or for ``timeout`` seconds; return it, or None when polling stopped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self._stopped() and self._present in {None, known}:
                    await self._changed.wait()
        return None if self._stopped() else self._present

    def _stopped(self) -> bool:
        return self._task is None or self._task.done()

    async def _watch(self) -> None:
        while not self.is_shutting_down():
            with suppress(DaskMatrixError):  # the database may become readable again
                state = await run_in_threadpool(self._read_state)
                if state != self._present:
                    self._present = state
                    self._notify()
            await asyncio.sleep(POLL_INTERVAL)

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def end_streams_when(app: FastAPI, is_shutting_down: Callable[[], bool]) -> None:
    """End all streams of an app when its server shuts down; it would wait for them otherwise."""
    app.state.broadcaster.is_shutting_down = is_shutting_down


async def _broadcaster(request: Request) -> AsyncIterator[ChangeBroadcaster | None]:
    """Yield the broadcaster, subscribed; None for a HEAD request, which would never end."""
    if getattr(request.state, "head", False):
        yield None
        return
    broadcaster: ChangeBroadcaster = request.app.state.broadcaster
    async with broadcaster.subscribed():
        yield broadcaster


def _existing_run(run: RunId, reader: StoreReader) -> str:
    """Return the id of a run; raise UnknownName if it does not exist."""
    return reader.store.run(run).id


Broadcaster = Annotated[ChangeBroadcaster | None, Depends(_broadcaster)]


@router.get("/events", response_class=EventSourceResponse)
async def events(
    broadcaster: Broadcaster,
    last: Annotated[
        str, Header(alias="Last-Event-ID", max_length=300, description="The last state the client has seen.")
    ] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Send an event `state`, with `state`, `revision` and `live`, whenever responses may have changed. The first is the current state."""
    if broadcaster is None:
        return
    yield ServerSentEvent(retry=RECONNECT_AFTER)
    state = None
    while (state := await broadcaster.wait_for_change(state)) is not None:
        if state.id != last:
            data = StateEvent(state=state.id, revision=state.revision, live=state.live)
            yield ServerSentEvent(event="state", id=state.id, data=data)
        last = ""


@router.get("/runs/{run}/events", response_class=EventSourceResponse)
async def run_events(
    run: Annotated[str, Depends(_existing_run)],
    query: Annotated[AfterQuery, Query()],
    broadcaster: Broadcaster,
    reader: StoreReader,
    last: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=MAX_EVENT_ID, description="Only results that arrived after this event."),
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Send the results of a run as they arrive, from the first one on: events `result` and `progress`, and `end` when the run is over."""
    if broadcaster is None:
        return
    yield ServerSentEvent(retry=RECONNECT_AFTER)
    number, progress = query.after if last is None else last, None
    state = await broadcaster.wait_for_change(None)
    while state is not None:
        try:
            batch = await run_in_threadpool(reader.store.runs.after, run, number, BATCH_SIZE)
        except DaskMatrixError:
            return  # a client that reconnects gets the error
        for arrival in batch.arrivals:
            number = arrival.number
            yield ServerSentEvent(event="result", id=str(number), data=schemas_runs.result_event(arrival))
        if progress != (progress := schemas_runs.progress_event(batch.run)):
            yield ServerSentEvent(event="progress", data=progress)
        if len(batch.arrivals) == BATCH_SIZE:
            continue
        if (left := batch.run.seconds_left(datetime.now(UTC), LIVE_FOR)) <= 0:
            yield ServerSentEvent(event="end", data=schemas_runs.end_event(batch.run))
            return
        state = await broadcaster.wait_for_change(state, left)
