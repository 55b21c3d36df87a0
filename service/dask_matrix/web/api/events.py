"""What happens, told as it happens: server-sent events, and the one look at the store that all who listen share."""

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
from dask_matrix.web.api.schemas_runs import MOST_NUMBER, AfterQuery, StateEvent
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.links import API
from dask_matrix.web.path_parameters import RunId
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dask_matrix.web.state import Sign

EVERY = 0.25
"""Seconds between two looks at the store, while anybody listens."""
RETRY = 1_000
"""Milliseconds after which a listener that was cut off comes back."""
MOST = 200
"""Results read at a time."""
router = APIRouter(prefix=API, tags=["events"])


class Pulse:
    """Tells all listeners of a process when their answers may be other ones, whoever changed the store. ``look`` reads a sign of the present state.

    One task looks for all of them. It begins with the first listener and ends with the last, or when ``is_ending``,
    and with it whatever is told.
    """

    def __init__(self, look: Callable[[], Sign]) -> None:
        self.is_ending: Callable[[], bool] = lambda: False
        self.listeners = 0
        self._look = look
        self._task: asyncio.Task[None] | None = None
        self._present: Sign | None = None
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Let it be looked, for as long as somebody listens."""
        self.listeners += 1
        if self._task is None or self._task.done():
            self._present, self._changed = None, asyncio.Event()
            self._task = asyncio.create_task(self._watch())
            self._task.add_done_callback(lambda _: self._tell())
        try:
            yield
        finally:
            self.listeners -= 1
            if not self.listeners and self._task:
                self._task.cancel()
                self._task = None

    async def other_than(self, known: Sign | None, within: float | None = None) -> Sign | None:
        """Return the present state once it is not a known one, or after so many seconds; None when all is to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not self._is_over() and self._present in {None, known}:
                    await self._changed.wait()
        return None if self._is_over() else self._present

    def _is_over(self) -> bool:
        return self._task is None or self._task.done()

    async def _watch(self) -> None:
        while not self.is_ending():
            with suppress(DaskMatrixError):  # a database that cannot be read may be read again
                state = await run_in_threadpool(self._look)
                if state != self._present:
                    self._present = state
                    self._tell()
            await asyncio.sleep(EVERY)

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def end_with(app: FastAPI, is_ending: Callable[[], bool]) -> None:
    """Let all streams of an app end as soon as its server is to: it would wait for them."""
    app.state.pulse.is_ending = is_ending


async def _heard(request: Request) -> AsyncIterator[Pulse | None]:
    """Yield what tells of changes; nothing for who asks for the head of an answer, which has no end."""
    if getattr(request.state, "head", False):
        yield None
        return
    pulse: Pulse = request.app.state.pulse
    async with pulse.listening():
        yield pulse


def _known(run: RunId, books: StoreReader) -> str:
    """Return the id of a run that there is."""
    return books.store.run(run).id


Heard = Annotated[Pulse | None, Depends(_heard)]


@router.get("/events", response_class=EventSourceResponse)
async def events(
    pulse: Heard,
    last: Annotated[
        str, Header(alias="Last-Event-ID", max_length=300, description="The state that is known already.")
    ] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Tell whenever answers may differ from before: event `state`, with `state`, `revision` and `live`. Begins with the present one."""
    if pulse is None:
        return
    yield ServerSentEvent(retry=RETRY)
    state = None
    while (state := await pulse.other_than(state)) is not None:
        if state.word != last:
            data = StateEvent(state=state.word, revision=state.revision, live=state.live)
            yield ServerSentEvent(event="state", id=state.word, data=data)
        last = ""


@router.get("/runs/{run}/events", response_class=EventSourceResponse)
async def run_events(
    run: Annotated[str, Depends(_known)],
    query: Annotated[AfterQuery, Query()],
    pulse: Heard,
    books: StoreReader,
    last: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=MOST_NUMBER, description="Only results that arrived after this event."),
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell each result of a run as it arrives, from the first one on: `result`, `progress`, and `end` when it is over."""
    if pulse is None:
        return
    yield ServerSentEvent(retry=RETRY)
    number, told = query.after if last is None else last, None
    state = await pulse.other_than(None)
    while state is not None:
        try:
            news = await run_in_threadpool(books.store.runs.after, run, number, MOST)
        except DaskMatrixError:
            return  # who comes back is told what is wrong
        for arrival in news.arrivals:
            number = arrival.number
            yield ServerSentEvent(event="result", id=str(number), data=schemas_runs.arrived(arrival))
        if told != (told := schemas_runs.progress(news.run)):
            yield ServerSentEvent(event="progress", data=told)
        if len(news.arrivals) == MOST:
            continue
        if (left := news.run.left(datetime.now(UTC), LIVE_FOR)) <= 0:
            yield ServerSentEvent(event="end", data=schemas_runs.end(news.run))
            return
        state = await pulse.other_than(state, left)
