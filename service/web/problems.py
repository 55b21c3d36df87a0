"""Errors, told in one place: RFC 9457 problem documents for scripts, a page with the same words for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.domain.errors import DaskMatrixError, UnknownName
from service.store.database import DatabaseUnreachable
from service.web import links
from service.web.front import HEADERS
from service.web.query import ALLOWED, parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI, Request
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

KINDS = {
    "unknown-name": "Something was asked for by a name that does not exist; `nearest` holds names that do.",
    "bad-query": "A parameter has a value, or a name, that is not allowed; `errors` holds each of them.",
    "not-found": "There is nothing at this address.",
    "not-allowed": "This address does not answer this method.",
    "unreadable-store": "The database cannot be read at present.",
    "internal": "A mistake of ours; the server's log holds the details.",
    "other": "Any other refusal; the title is that of its HTTP status.",
}
"""The last part of a problem's ``type``, and what it means."""


@dataclass(frozen=True)
class Problem:
    """What went wrong, in the terms of RFC 9457. ``more`` holds the offender and the way out."""

    kind: str
    status: int
    title: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict)

    def document(self, instance: str) -> dict[str, Any]:
        """Return it as a problem document."""
        own = {"type": f"/api/docs#problem-{self.kind}", "title": self.title, "status": self.status}
        return {**own, "detail": self.detail, "instance": instance, **self.more}

    def ways_out(self) -> list[links.Link]:
        """Return what was probably meant, as links where there is a page."""
        pages = {"scenario": links.scenario, "environment": links.environment}
        page = pages.get(self.more.get("what", ""))
        return [links.Link(name, page(name) if page else "") for name in self.more.get("nearest", ())]


def problem_of(error: Exception) -> Problem:
    """Return the problem that an exception stands for."""
    match error:
        case UnknownName():
            more = {"what": error.what, "name": error.name, "nearest": error.nearest}
            return Problem("unknown-name", 404, f"No such {error.what}", str(error), more)
        case DatabaseUnreachable():
            return Problem("unreadable-store", 503, "The store cannot be read", str(error))
        case RequestValidationError():
            return _bad_query(error)
        case DaskMatrixError():
            return Problem("bad-query", 422, "Not understood", str(error))
        case HTTPException():
            return _http(error)
        case _:
            return Problem("internal", 500, "Internal error", "Something went wrong here. The server's log says what.")


def add_handlers(app: FastAPI, page: Callable[[Request, Problem], Response]) -> None:
    """Let an app answer every error as a problem document, or by ``page`` where a person asked."""

    def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        path = request.url.path
        document = JSONResponse(problem.document(path), problem.status, media_type=MEDIA_TYPE)
        response = document if path.startswith(("/api/v", "/healthz")) else page(request, problem)
        response.headers.update(HEADERS)  # an internal error passes no middleware
        return response

    for kind in (DaskMatrixError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kinds = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "not-allowed"}
    kind = kinds.get(status, "other")
    return Problem(
        kind, status.value, status.phrase, KINDS.get(kind, str(error.detail)) if kind != "other" else str(error.detail)
    )


def _bad_query(error: RequestValidationError) -> Problem:
    errors = [_parameter(each) for each in error.errors()]
    told = " ".join(f"{each['parameter']}={each['given']}: {each['reason'].removesuffix('.')}." for each in errors)
    return Problem("bad-query", 422, "A parameter is not understood", told, {"errors": errors})


def _parameter(error: Any) -> dict[str, Any]:
    """Say one bad parameter: its name, what was given, why it is refused, and what is allowed where that is a list."""
    name = str(error["loc"][-1])
    told = {"parameter": name, "given": error["input"], "reason": error["msg"].removeprefix("Value error, ")}
    if error["type"] == "extra_forbidden":
        known = parameters()
        return {
            **told,
            "reason": "there is no such parameter",
            "nearest": get_close_matches(name, known),
            "allowed": known,
        }
    if name in ALLOWED:
        return {**told, "reason": f"not one of {', '.join(ALLOWED[name])}", "allowed": ALLOWED[name]}
    return told
