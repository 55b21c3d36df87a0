"""What every answer passes through: security headers, and the ETag that makes an unchanged page cost next to nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.web.http.negotiation import ranked
from dask_matrix.web.http.response_cache import STREAMED
from dask_matrix.web.links import API, is_stream

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dask_matrix.web.state import State

HERE = Path(__file__).parents[1]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_IN_PAGE = POLICY.rpartition("; frame-ancestors")[0]
"""For pages kept as files, whose hosts send no headers: a page itself cannot say who may frame it."""
POLICED = "content-security-policy"
"""A header that an answer may have of its own: a picture opened by itself is a page too."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
FOREVER = "public, max-age=31536000, immutable"
ANEW = "no-cache"
UNTAGGED = ("/static/", "/healthz")
"""What does not follow from the store, or not from it alone."""
FIVE_MINUTES = "max-age=300"
"""For badges: the page that shows one is read by many."""


def build() -> str:
    """Return a digest of how pages are made, so that no page of another version is taken for the same."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js", ".svg"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Front:
    """ASGI middleware. ``state`` says all that answers depend on besides their address."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304 where the asker has it already; else let the app answer, and add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # the server leaves the body out, by the scope that is its own
            scope = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}
        tag = await self._tag(scope)
        if tag and tag.removeprefix("W/") in Headers(scope=scope).get("if-none-match", ""):
            await Response(status_code=304, headers=_headers(scope, tag))(scope, receive, send)
            return
        scope.setdefault("state", {})["etag"] = tag
        await self.app(scope, receive, _adding(scope, tag, send))

    async def _tag(self, scope: Scope) -> str:
        """Return the ETag of an address at the present state, or nothing where there is none."""
        if scope["method"] != "GET" or scope["path"].startswith(UNTAGGED) or is_stream(scope["path"]):
            return ""
        try:
            if (state := self.state.at_once()) is None:
                state = await run_in_threadpool(self.state.told)
        except DaskMatrixError:
            return ""  # the route meets the same trouble and tells it
        form = ranked(Headers(scope=scope).get("accept", ""))
        address = [scope.get("raw_path") or scope["path"].encode(), scope["query_string"]]
        asked = b"\0".join([*address, form.encode(), state.encode()])
        return f'W/"{hashlib.sha256(asked).hexdigest()[:20]}"'


def _headers(scope: Scope, tag: str) -> dict[str, str]:
    """Return the headers of an answer that succeeds, be it whole or a 304."""
    varying = "Accept, Accept-Encoding" if scope["path"].startswith(f"{API}/") else "Accept-Encoding"
    return {**HEADERS, **({"ETag": tag} if tag else {}), "Vary": varying, "Cache-Control": _kept_for(scope)}


def _kept_for(scope: Scope) -> str:
    """Say how long an answer may be shown without asking again."""
    if scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v="):
        return FOREVER
    return FIVE_MINUTES if scope["path"].startswith("/badge/") else ANEW


def _adding(scope: Scope, tag: str, send: Send) -> Send:
    """Add headers to an answer; to one that did not succeed, or never ends, no ETag and nothing that lets it be kept."""
    good = _headers(scope, tag)
    bad = _headers(scope, "") | {"Cache-Control": ANEW}

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            ends = not headers.get("content-type", "").startswith(STREAMED)
            own = {name: headers[name] for name in (POLICED,) if name in headers}
            headers.update({**(good if ends and message["status"] in {200, 304} else bad), **own})
        await send(message)

    return wrapped
