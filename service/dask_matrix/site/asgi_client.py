"""Asks an ASGI application in this process, as a server would: nothing listens, nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.site.relative_links import ORIGIN

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
OK, BROKEN = 200, 500
PATIENCE = 300
"""Seconds after which an answer is taken for one that never ends."""


class NoAnswer(DaskMatrixError):
    """The application could not say what a file should hold."""


@dataclass(frozen=True)
class Answer:
    """What an address answers."""

    status: int
    body: bytes


async def ask(app: Application, address: str) -> Answer:
    """Return what an address answers; raise NoAnswer where the application is in trouble, or goes on for ever."""
    status, body, ended = 0, bytearray(), asyncio.Event()
    question: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if question:
            return question.pop()
        await ended.wait()  # the asker stays until the answer is whole
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            return
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            ended.set()

    try:
        await asyncio.wait_for(app(_scope(address), receive, send), PATIENCE)
    except TimeoutError:
        raise NoAnswer(f"{address} has not answered whole after {PATIENCE} s; nothing was changed.") from None
    if status >= BROKEN:
        raise NoAnswer(f"{address} answers {status}: {body[:500].decode(errors='replace')}")
    return Answer(status, bytes(body))


def _scope(address: str) -> Message:
    url = urlsplit(address)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote_to_bytes(url.path).decode(errors="replace"),
        "raw_path": url.path.encode(),
        "root_path": "",
        "query_string": url.query.encode(),
        "headers": [(b"host", urlsplit(ORIGIN).netloc.encode())],
        "client": None,
        "server": None,
    }
