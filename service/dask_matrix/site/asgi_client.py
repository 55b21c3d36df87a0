"""Send GET requests to an ASGI application in this process, without a server."""

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
OK, SERVER_ERROR = 200, 500
TIMEOUT = 300
"""Seconds after which a response counts as never ending."""


class NoAnswer(DaskMatrixError):
    """The application failed to answer a request; the message has the address."""


@dataclass(frozen=True)
class Response:
    """Status and body of a response."""

    status: int
    body: bytes


async def get(app: Application, address: str) -> Response:
    """Return the response of an address; raise NoAnswer on a server error or a response that never ends."""
    status, body, completed = 0, bytearray(), asyncio.Event()
    request: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if request:
            return request.pop()
        await completed.wait()  # stay connected until the response is complete
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            return
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            completed.set()

    try:
        await asyncio.wait_for(app(_scope(address), receive, send), TIMEOUT)
    except TimeoutError:
        raise NoAnswer(
            f"Cannot export {address}: no complete response after {TIMEOUT} s. Nothing was changed."
        ) from None
    if status >= SERVER_ERROR:
        raise NoAnswer(f"Cannot export {address}: HTTP {status}: {body[:500].decode(errors='replace')}")
    return Response(status, bytes(body))


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
