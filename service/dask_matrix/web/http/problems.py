"""Error responses: RFC 9457 problem documents for scripts, an HTML page with the same text for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.store.failures import DatabaseUnreachable
from dask_matrix.web import links
from dask_matrix.web.http.middleware import HEADERS
from dask_matrix.web.http.query_parameters import ALLOWED, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import FastAPI, Request
    from starlette.responses import Response


class NotInstalled(DaskMatrixError):
    """The server lacks packages that a response format needs."""


MEDIA_TYPE = "application/problem+json"

PROBLEM_DOCUMENT_PATHS = ("/api/v", "/healthz", "/badge/", "/feed.")
"""Paths that answer errors with problem documents instead of pages."""

REQUIRED = "required"
"""Reason given for a missing parameter."""
MAX_ERRORS = 100
"""Invalid parameters listed in one response."""
MAX_GIVEN_LENGTH = 300
"""Characters of a rejected value that are repeated in the response."""

KINDS = {
    "unknown-name": "Nothing has this name; `nearest` lists similar names that exist.",
    "bad-query": "A parameter or body field is unknown, missing or has an invalid value; `errors` lists each of them.",
    "unreadable-body": "The request body is not valid JSON in UTF-8.",
    "not-found": "There is nothing at this address.",
    "not-allowed": "This address does not support this method.",
    "unreadable-store": "The database cannot be read right now; try again later.",
    "body-too-large": "The request body has more bytes than this server reads.",
    "body-too-slow": "The request body was not complete in time.",
    "not-installed": "The server lacks packages that this format needs.",
    "internal": "An internal error; the server log has the details. Please report it.",
    "other": "Any other error; the title is the phrase of its HTTP status.",
}
"""Last part of a problem's ``type`` -> what it means."""


@dataclass(frozen=True)
class Problem:
    """An RFC 9457 problem. ``details`` has extension members, such as the unknown name and the nearest known ones."""

    kind: str
    status: int
    title: str
    detail: str
    details: dict[str, Any] = field(default_factory=dict)

    def document(self, instance: str) -> dict[str, Any]:
        """Return the problem document."""
        own = {"type": f"/api/docs#problem-{self.kind}", "title": self.title, "status": self.status}
        return {**own, "detail": self.detail, "instance": instance, **self.details}

    def suggestions(self) -> list[links.Link]:
        """Return the nearest existing names, as links where they have a page."""
        pages = {"scenario": links.scenario, "environment": links.environment, "release": links.release}
        page = pages.get(self.details.get("what", ""))
        return [links.Link(name, page(name) if page else "") for name in self.details.get("nearest", ())]


def problem_of(error: Exception, known: Sequence[str] = ()) -> Problem:
    """Return the problem for an exception; ``known`` are the names of the parameters that the route accepts."""
    match error:
        case UnknownName():
            details = {"what": error.what, "name": error.name, "nearest": error.nearest}
            return Problem("unknown-name", 404, f"No such {error.what}", str(error), details)
        case DatabaseUnreachable() | NotInstalled():
            return _server_problem(error)
        case RequestValidationError():
            return _bad_query(error, known or parameters())
        case DaskMatrixError():
            return Problem("bad-query", 422, "Invalid request", str(error))
        case HTTPException():
            return _http(error)
        case _:
            return Problem(
                "internal", 500, "Internal error", "Something went wrong on the server; its log has the details."
            )


def add_handlers(app: FastAPI, page: Callable[[Request, Problem], Response]) -> None:
    """Make an app answer every error with a problem document, or with ``page`` where people browse."""

    def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error, _accepted_parameters(request, error))
        path = request.url.path
        document = JSONResponse(problem.document(path), problem.status, media_type=MEDIA_TYPE)
        response = document if path.startswith(PROBLEM_DOCUMENT_PATHS) else page(request, problem)
        response.headers.update(
            {**HEADERS, **(getattr(error, "headers", None) or {})}
        )  # an internal error passes no middleware
        return response

    for kind in (DaskMatrixError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _server_problem(error: DatabaseUnreachable | NotInstalled) -> Problem:
    """Return the problem for something that the server itself cannot do."""
    if isinstance(error, NotInstalled):
        return Problem("not-installed", 501, "Not installed on this server", str(error))
    return Problem("unreadable-store", 503, "Database unavailable", str(error))


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kinds = {
        HTTPStatus.BAD_REQUEST: "unreadable-body",  # FastAPI's word for it
        HTTPStatus.NOT_FOUND: "not-found",
        HTTPStatus.METHOD_NOT_ALLOWED: "not-allowed",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
        HTTPStatus.REQUEST_TIMEOUT: "body-too-slow",
    }
    kind = kinds.get(status, "other")
    own = kind in {"body-too-large", "body-too-slow", "other"}  # the others have the words of a library
    return Problem(kind, status.value, status.phrase, str(error.detail) if own else KINDS[kind])


def _accepted_parameters(request: Request, error: Exception) -> list[str]:
    """Return the names of a route's query parameters or body fields, from the OpenAPI description; none for a page."""
    if not isinstance(error, RequestValidationError):
        return []
    method, _, path = (error.endpoint_path or "").partition(" ")
    document = request.app.openapi()
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    return [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"] or [
        *fields_of_body(operation, document)
    ]


def fields_of_body(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return field name -> schema of an operation's request body."""
    content = operation.get("requestBody", {}).get("content", {})
    reference: str = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    found: dict[str, Any] = (
        document["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})
    )
    return found


def _bad_query(error: RequestValidationError, known: Sequence[str]) -> Problem:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return _http(HTTPException(HTTPStatus.BAD_REQUEST))
    errors = [_parameter(each, known) for each in found[:MAX_ERRORS]]
    return Problem("bad-query", 422, "Invalid parameter", " ".join(map(error_sentence, errors)), {"errors": errors})


def error_sentence(error: dict[str, Any]) -> str:
    """Return one invalid parameter as a sentence, such as ``lane=newest: must be one of as-released, latest.``."""
    given = "" if error["reason"] == REQUIRED else f"={error['given']}"
    return f"{error['parameter']}{given}: {error['reason'].removesuffix('.')}."


def _parameter(error: Any, known: Sequence[str]) -> dict[str, Any]:
    """Return one invalid parameter: its name, the value given, the reason, and the allowed values where they are listed."""
    name = _name(error["loc"])
    reason = _text(error["msg"].removeprefix("Value error, "))
    problem = {"parameter": name, "given": _given(error["input"]), "reason": reason}
    if error["type"] == "missing":
        return {**problem, "given": None, "reason": REQUIRED}
    if error["type"] == "extra_forbidden":
        reason = "unknown parameter"
        return {**problem, "reason": reason, "nearest": get_close_matches(name, known), "allowed": list(known)}
    if name in ALLOWED:
        return {**problem, "reason": f"must be one of {', '.join(ALLOWED[name])}", "allowed": ALLOWED[name]}
    return problem


def _name(place: Sequence[str | int]) -> str:
    """Return the parameter that an error location is in; an item of a list belongs to the list's parameter."""
    return _text(str(place[1] if len(place) > 1 else place[0]))


def _given(value: Any) -> Any:
    """Return the given value in a form that JSON can hold: truncated, without lone surrogates, NaN or infinity."""
    if value is None or isinstance(value, bool | int):
        return value
    return _text(value if isinstance(value, str) else str(value))


def _text(text: str) -> str:
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= MAX_GIVEN_LENGTH else f"{text[: MAX_GIVEN_LENGTH - 1]}…"
