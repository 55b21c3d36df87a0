"""In-memory LRU cache of complete responses, compressed as they were sent."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_CACHE_BYTES = 24 * 2**20
"""Maximum size of the cache, in bytes."""
MAX_RESPONSE_BYTES = 2 * 2**20
"""Maximum size of a cached response, in bytes."""
ENTRY_OVERHEAD = 1_000
"""Approximate bytes in memory per response besides its body."""
MAX_HOST_LENGTH = 255
"""Maximum characters of a Host header, which is part of the cache key; no site has a longer name."""
STREAMED = "text/event-stream"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A complete response of status 200, as the server sends it."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def size(self) -> int:
        """Approximate size in memory, in bytes."""
        return len(self.body) + ENTRY_OVERHEAD

    async def send_to(self, send: Send) -> None:
        """Send the response; outer middleware may add headers."""
        await send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


class CachedResponses:
    """Cached responses of bounded total size; the least recently used are evicted first. Use from one event loop only."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES, max_response_bytes: int = MAX_RESPONSE_BYTES) -> None:
        self.max_bytes, self.max_response_bytes, self.size = max_bytes, max_response_bytes, 0
        self._answers: OrderedDict[Key, CachedResponse] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key) -> CachedResponse | None:
        """Return a cached response, and mark it as most recently used."""
        if (answer := self._answers.get(key)) is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: Key, answer: CachedResponse) -> None:
        """Cache a response unless it is too large; evict others to make room."""
        if answer.size > min(self.max_response_bytes, self.max_bytes):
            return
        if (before := self._answers.pop(key, None)) is not None:
            self.size -= before.size
        self._answers[key] = answer
        self.size += answer.size
        while self.size > self.max_bytes:
            _, evicted = self._answers.popitem(last=False)
            self.size -= evicted.size


@dataclass(slots=True)
class _PendingResponse:
    """A response in progress: those who wait for it receive it, even if it is too large to cache."""

    done: anyio.Event = field(default_factory=anyio.Event)
    answer: CachedResponse | None = None


class ResponseCache:
    """ASGI middleware that caches responses with an ETag; simultaneous requests for the same response share one.

    A response too large to cache is shared with the requests that wait for it, and produced again for later ones.

    The ETag covers the address, the format and the state of the store; apart from it a response may depend only on
    compression, scheme and Host header. Streams and errors are passed through.
    """

    def __init__(self, app: ASGIApp, cache: CachedResponses | None = None) -> None:
        self.app, self.cache = app, CachedResponses() if cache is None else cache
        self._pending: dict[Key, _PendingResponse] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the cached response; else let the app produce one, and cache it."""
        key = _key(scope)
        if not key:
            await self.app(scope, receive, send)
        elif (answer := await self._cached_or_pending(key)) is not None:
            await answer.send_to(send)
        else:
            await self._make(key, scope, receive, send)

    async def _cached_or_pending(self, key: Key) -> CachedResponse | None:
        """Return a cached response, or wait for one in progress."""
        if (pending := self._pending.get(key)) is not None:
            await pending.done.wait()
            if pending.answer:
                return pending.answer
        return self.cache.get(key)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        pending = self._pending[key] = _PendingResponse()
        headers: list[tuple[bytes, bytes]] = []

        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.extend(message.get("headers", ()))
                if not _is_cacheable(message):
                    pending.done.set()
            elif not pending.done.is_set():
                if not message.get("more_body"):
                    pending.answer = CachedResponse(tuple(headers), message.get("body", b""))
                    self.cache.put(key, pending.answer)
                pending.done.set()  # complete, or the first chunk of a stream
            await send(message)

        try:
            await self.app(scope, receive, record)
        finally:
            pending.done.set()
            if self._pending.get(key) is pending:
                del self._pending[key]


def _key(scope: Scope) -> Key:
    """Return the cache key of a response; empty if it must not be cached."""
    tag = scope.get("state", {}).get("etag", "") if scope["type"] == "http" else ""
    if not tag:
        return ()
    request_headers = Headers(scope=scope)
    encoding, host = (
        "gzip" if "gzip" in request_headers.get("accept-encoding", "") else "",
        request_headers.get("host", ""),
    )
    return (tag, encoding, scope.get("scheme", ""), host) if len(host) <= MAX_HOST_LENGTH else ()


def _is_cacheable(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == HTTPStatus.OK and not kind.startswith(STREAMED)
