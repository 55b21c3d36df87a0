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
from service.web.tables import NotInstalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import FastAPI, Request
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

SCRIPTED = ("/api/v", "/healthz", "/badge/", "/feed.")
"""Where scripts ask, and read documents."""

KINDS = {
    "unknown-name": "Something was asked for by a name that does not exist; `nearest` holds names that do.",
    "bad-query": "A parameter has a value, or a name, that is not allowed; `errors` holds each of them.",
    "unreadable-body": "The body of the request is not JSON in UTF-8.",
    "not-found": "There is nothing at this address.",
    "not-allowed": "This address does not answer this method.",
    "unreadable-store": "The database cannot be read at present.",
    "not-installed": "The server lacks the packages that this form of an answer needs.",
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


def problem_of(error: Exception, known: Sequence[str] = ()) -> Problem:
    """Return the problem that an exception stands for; ``known`` are the parameters that the address takes."""
    match error:
        case UnknownName():
            more = {"what": error.what, "name": error.name, "nearest": error.nearest}
            return Problem("unknown-name", 404, f"No such {error.what}", str(error), more)
        case DatabaseUnreachable() | NotInstalled():
            return _unable(error)
        case RequestValidationError():
            return _bad_query(error, known or parameters())
        case DaskMatrixError():
            return Problem("bad-query", 422, "Not understood", str(error))
        case HTTPException():
            return _http(error)
        case _:
            return Problem("internal", 500, "Internal error", "Something went wrong here. The server's log says what.")


def add_handlers(app: FastAPI, page: Callable[[Request, Problem], Response]) -> None:
    """Let an app answer every error as a problem document, or by ``page`` where a person asked."""

    def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error, _taken(request, error))
        path = request.url.path
        document = JSONResponse(problem.document(path), problem.status, media_type=MEDIA_TYPE)
        response = document if path.startswith(SCRIPTED) else page(request, problem)
        response.headers.update(HEADERS)  # an internal error passes no middleware
        return response

    for kind in (DaskMatrixError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _unable(error: DatabaseUnreachable | NotInstalled) -> Problem:
    """Return what the server cannot do, whoever asks."""
    if isinstance(error, NotInstalled):
        return Problem("not-installed", 501, "Not installed on this server", str(error))
    return Problem("unreadable-store", 503, "The store cannot be read", str(error))


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kinds = {
        HTTPStatus.BAD_REQUEST: "unreadable-body",  # FastAPI's word for it
        HTTPStatus.NOT_FOUND: "not-found",
        HTTPStatus.METHOD_NOT_ALLOWED: "not-allowed",
    }
    kind = kinds.get(status, "other")
    return Problem(
        kind, status.value, status.phrase, KINDS.get(kind, str(error.detail)) if kind != "other" else str(error.detail)
    )


def _taken(request: Request, error: Exception) -> list[str]:
    """Return the names of the parameters that an address takes, as its description has them; none for a page."""
    if not isinstance(error, RequestValidationError):
        return []
    method, _, path = (error.endpoint_path or "").partition(" ")
    operation = request.app.openapi()["paths"].get(path, {}).get(method.lower(), {})
    return [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]


def _bad_query(error: RequestValidationError, known: Sequence[str]) -> Problem:
    errors = [_parameter(each, known) for each in error.errors()]
    told = " ".join(f"{each['parameter']}={each['given']}: {each['reason'].removesuffix('.')}." for each in errors)
    return Problem("bad-query", 422, "A parameter is not understood", told, {"errors": errors})


def _parameter(error: Any, known: Sequence[str]) -> dict[str, Any]:
    """Say one bad parameter: its name, what was given, why it is refused, and what is allowed where that is a list."""
    name = str(error["loc"][-1])
    told = {"parameter": name, "given": error["input"], "reason": error["msg"].removeprefix("Value error, ")}
    if error["type"] == "extra_forbidden":
        reason = "there is no such parameter"
        return {**told, "reason": reason, "nearest": get_close_matches(name, known), "allowed": list(known)}
    if name in ALLOWED:
        return {**told, "reason": f"not one of {', '.join(ALLOWED[name])}", "allowed": ALLOWED[name]}
    return told
