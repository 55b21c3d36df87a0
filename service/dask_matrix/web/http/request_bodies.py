"""Limits of what a client may send: bytes and seconds of a request's body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2**20
"""Maximum bytes of a request's body: many times the question of a project that uses all of Dask."""
MAX_BODY_SECONDS = 30.0
"""Longest time from when a body is first waited for until it is complete."""
CLOSE = {"Connection": "close"}
"""The rest of the body is not read, so the connection cannot serve another request."""


class RequestBodies:
    """ASGI middleware that ends the reading of a body that is too large (413) or too slow (408)."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES, max_seconds: float = MAX_BODY_SECONDS) -> None:
        self.app, self.max_bytes, self.max_seconds = app, max_bytes, max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app respond; it reads the body through the limits, and handles their errors as its own."""
        is_http = scope["type"] == "http"
        await self.app(scope, self._limited(scope, receive) if is_http else receive, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Return a function that receives parts of a body until there are too many bytes or seconds."""
        received = max(0, self._announced(scope) - self.max_bytes) and self.max_bytes + 1
        deadline: float | None = None
        is_complete = False

        async def limited() -> Message:
            nonlocal received, deadline, is_complete
            if is_complete:
                return await receive()  # waits until the client disconnects
            self._refuse_excess(received)
            deadline = deadline or anyio.current_time() + self.max_seconds
            message = await self._receive_until(deadline, receive)
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            self._refuse_excess(received)
            return message

        return limited

    def _announced(self, scope: Scope) -> int:
        """Return the Content-Length of a request, 0 if it has none or sends its body in chunks."""
        length = Headers(scope=scope).get("content-length", "")
        return int(length) if length.isdecimal() and len(length) < 20 else 0  # noqa: PLR2004 - digits of 64 bits

    def _refuse_excess(self, received: int) -> None:
        if received > self.max_bytes:
            raise HTTPException(413, f"The request body may have at most {self.max_bytes:,} bytes.", CLOSE)

    async def _receive_until(self, deadline: float, receive: Receive) -> Message:
        with anyio.move_on_after(max(0, deadline - anyio.current_time())):
            return await receive()
        raise HTTPException(408, f"The request body was not complete within {self.max_seconds:g} seconds.", CLOSE)
