"""Middleware for every response: security headers, caching headers, and ETags with 304 for unchanged pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.web.http.negotiation import preferred_format
from dask_matrix.web.http.response_cache import STREAMED
from dask_matrix.web.links import API, is_stream

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dask_matrix.web.state import State

PACKAGE = Path(__file__).parents[1]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_IN_PAGE = POLICY.rpartition("; frame-ancestors")[0]
"""For pages exported as files, in a meta element, where frame-ancestors is not allowed."""
CSP_HEADER = "content-security-policy"
"""A header that a response may set itself: an SVG opened on its own is a page with styles of its own."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
IMMUTABLE = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
WITHOUT_ETAG = ("/static/", "/healthz")
"""Paths without an ETag: their responses do not depend on the store, or not on it alone."""
FIVE_MINUTES = "max-age=300"
"""For badges, which are embedded in pages with many readers."""


def build() -> str:
    """Return a digest of the web package's files, so that the ETags of another version never match."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js", ".svg"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class ConditionalResponses:
    """ASGI middleware for headers, ETags and 304. ``state`` is what responses depend on besides their address."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304 if the client has the current response; else let the app respond, and add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # the server omits the body, as its own scope still says HEAD
            scope = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}
        tag = await self._tag(scope)
        if tag and tag.removeprefix("W/") in Headers(scope=scope).get("if-none-match", ""):
            await Response(status_code=304, headers=_headers(scope, tag))(scope, receive, send)
            return
        scope.setdefault("state", {})["etag"] = tag
        await self.app(scope, receive, _with_headers(scope, tag, send))

    async def _tag(self, scope: Scope) -> str:
        """Return the ETag of an address at the current state; empty if it has none."""
        if scope["method"] != "GET" or scope["path"].startswith(WITHOUT_ETAG) or is_stream(scope["path"]):
            return ""
        try:
            if (state := self.state.cached()) is None:
                state = await run_in_threadpool(self.state.current)
        except DaskMatrixError:
            return ""  # the route will fail and report the same error
        form = preferred_format(Headers(scope=scope).get("accept", ""))
        address = [scope.get("raw_path") or scope["path"].encode(), scope["query_string"]]
        identity = b"\0".join([*address, form.encode(), state.encode()])
        return f'W/"{hashlib.sha256(identity).hexdigest()[:20]}"'


def _headers(scope: Scope, tag: str) -> dict[str, str]:
    """Return the headers of a successful response or a 304."""
    vary = "Accept, Accept-Encoding" if scope["path"].startswith(f"{API}/") else "Accept-Encoding"
    return {**HEADERS, **({"ETag": tag} if tag else {}), "Vary": vary, "Cache-Control": _cache_control(scope)}


def _cache_control(scope: Scope) -> str:
    """Return the Cache-Control header of a path."""
    if scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v="):
        return IMMUTABLE
    return FIVE_MINUTES if scope["path"].startswith("/badge/") else NO_CACHE


def _with_headers(scope: Scope, tag: str, send: Send) -> Send:
    """Add headers to a response; an error or an event stream gets no ETag and is not cached."""
    success_headers = _headers(scope, tag)
    error_headers = _headers(scope, "") | {"Cache-Control": NO_CACHE}

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            ends = not headers.get("content-type", "").startswith(STREAMED)
            preset = {name: headers[name] for name in (CSP_HEADER,) if name in headers}
            headers.update(
                {**(success_headers if ends and message["status"] in {200, 304} else error_headers), **preset}
            )
        await send(message)

    return wrapped
