"""Whatever depends on the store is answered 304 until it changes."""

import asyncio
from typing import Any

from .conftest import Book


def test_the_server_still_sees_a_head_request(book: Book) -> None:
    """It leaves the body out by the very scope that it hands in; a body beside a HEAD would break the connection."""
    scope = {"type": "http", "method": "HEAD", "path": "/", "query_string": b"", "headers": [], "server": ("x", 80)}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(book.client.app(scope, receive, send))  # type: ignore[arg-type]
    assert (scope["method"], sent[0]["status"]) == ("HEAD", 200)
