"""Errors, told in one place: RFC 9457 problem documents for scripts, a page with the same words for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.store.database import DatabaseUnreachable
from dask_matrix.web import links
from dask_matrix.web.http.middleware import HEADERS
from dask_matrix.web.http.query_parameters import ALLOWED, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import FastAPI, Request
    from starlette.responses import Response


class NotInstalled(DaskMatrixError):
    """A form of an answer needs packages that are not there."""


MEDIA_TYPE = "application/problem+json"

SCRIPTED = ("/api/v", "/healthz", "/badge/", "/feed.")
"""Where scripts ask, and read documents."""

REQUIRED = "required"
"""Why what is not there is refused."""
MOST_ERRORS = 100
"""Bad parameters that are told."""
MOST_GIVEN = 300
"""Characters of what was given that are told again."""

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
        pages = {"scenario": links.scenario, "environment": links.environment, "release": links.release}
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
    """Return the names of what an address takes, in its query or its body, as its description has them; none for a page."""
    if not isinstance(error, RequestValidationError):
        return []
    method, _, path = (error.endpoint_path or "").partition(" ")
    document = request.app.openapi()
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    return [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"] or [
        *fields_of_body(operation, document)
    ]


def fields_of_body(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return by its name the description of each field of an operation's body."""
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
    errors = [_parameter(each, known) for each in found[:MOST_ERRORS]]
    return Problem("bad-query", 422, "A parameter is not understood", " ".join(map(told, errors)), {"errors": errors})


def told(error: dict[str, Any]) -> str:
    """Return one bad parameter as a sentence, such as ``lane=newest: not one of as-released, latest``."""
    given = "" if error["reason"] == REQUIRED else f"={error['given']}"
    return f"{error['parameter']}{given}: {error['reason'].removesuffix('.')}."


def _parameter(error: Any, known: Sequence[str]) -> dict[str, Any]:
    """Say one bad parameter: its name, what was given, why it is refused, and what is allowed where that is a list."""
    name = _name(error["loc"])
    reason = _text(error["msg"].removeprefix("Value error, "))
    said = {"parameter": name, "given": _given(error["input"]), "reason": reason}
    if error["type"] == "missing":
        return {**said, "given": None, "reason": REQUIRED}
    if error["type"] == "extra_forbidden":
        reason = "there is no such parameter"
        return {**said, "reason": reason, "nearest": get_close_matches(name, known), "allowed": list(known)}
    if name in ALLOWED:
        return {**said, "reason": f"not one of {', '.join(ALLOWED[name])}", "allowed": ALLOWED[name]}
    return said


def _name(place: Sequence[str | int]) -> str:
    """Return the parameter that a place is in: the second of its list is that parameter too."""
    return _text(str(place[1] if len(place) > 1 else place[0]))


def _given(value: Any) -> Any:
    """Return what was given as a document can hold it: not endless, no half of a character, no number that is none."""
    if value is None or isinstance(value, bool | int):
        return value
    return _text(value if isinstance(value, str) else str(value))


def _text(text: str) -> str:
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= MOST_GIVEN else f"{text[: MOST_GIVEN - 1]}…"
