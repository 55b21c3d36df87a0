"""Connections of the server: one whose request does not arrive is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

MAX_HEAD_SECONDS = 30.0
"""Longest time from a connection, or from the response before, until the headers of a request are complete."""


class PunctualProtocol(H11Protocol):
    """uvicorn's HTTP protocol with a deadline for headers: uvicorn itself limits only the silence between requests."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline of the first request."""
        super().connection_made(transport)
        self._start_deadline()

    def on_response_complete(self) -> None:
        """Start the deadline of the next request."""
        super().on_response_complete()
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._stop_deadline()
        super().connection_lost(exc)

    def _start_deadline(self) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(MAX_HEAD_SECONDS, self._close_if_waiting)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_if_waiting(self) -> None:
        """Close the connection unless all headers of a request have arrived."""
        if self.conn.their_state is h11.IDLE:
            self.transport.close()
