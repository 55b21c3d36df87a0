"""The OpenAPI description: what FastAPI makes of the routes, with our problem documents, conditional answers and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from dask_matrix.web import links
from dask_matrix.web.http.problems import KINDS, MEDIA_TYPE
from dask_matrix.web.openapi.examples import PARAMETERS, answers, documents, problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.routing import APIRoute

MADE_UP = "An example, made up: no evidence"
REF = "#/components/schemas/{model}"
TAGS = [
    {"name": "matrix", "description": "The grid of verdicts, whole or in part, in several forms."},
    {"name": "upgrades", "description": "What breaks and what is fixed by a move from one release to another."},
    {"name": "releases and environments", "description": "The columns, and exactly what is installed in them."},
    {"name": "scenarios", "description": "The rows, and what they say of themselves."},
    {"name": "evidence", "description": "What verdicts rest on."},
    {"name": "events", "description": "What happens, told as it happens: server-sent events."},
    {"name": "badges", "description": "Small pictures for a README."},
    {"name": "feeds", "description": "Verdict changes, as news."},
    {"name": "service", "description": "The service itself."},
]
UNCHANGED = {"description": "Unchanged: If-None-Match named the present ETag. There is no body."}
ETAG = {"ETag": {"description": "Send it back as If-None-Match.", "schema": {"type": "string"}}}
TROUBLES = {
    "400": KINDS["unreadable-body"],
    "404": KINDS["unknown-name"],
    "422": KINDS["bad-query"],
    "501": KINDS["not-installed"],
    "503": KINDS["unreadable-store"],
}


class BadParameter(BaseModel):
    """One parameter that is not understood."""

    parameter: str
    given: Any
    reason: str
    nearest: list[str] = Field(default=[], description="Names of parameters that are like it.")
    allowed: list[str] = Field(default=[], description="What there is to choose from, where that is a list.")


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457), with the name of the offender and the way out."""

    type: str = Field(description="Where this kind of problem is explained.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    what: str = Field(default="", description="What kind of thing is unknown.")
    name: str = Field(default="", description="The name that is unknown.")
    nearest: list[str] = Field(default=[], description="Names that exist.")
    errors: list[BadParameter] = Field(default=[], description="Every parameter that is not understood.")


class Described(FastAPI):
    """An application whose description tells all that its answers may be."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Return the id of a route's operation: the name of its function, which stays within v1."""
    return route.name


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a description of FastAPI's with what it cannot know."""
    shapes = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    shape = ProblemDocument.model_json_schema(ref_template=REF)
    shapes |= {**shape.pop("$defs"), "ProblemDocument": shape}
    made, told = answers(), documents()
    for path, method, operation in _operations(document):
        _with_answers(operation, method, path)
        _with_examples(operation, made, told)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _with_answers(operation: dict[str, Any], method: str, path: str) -> None:
    """Add the answers that come from around the routes: 304 and the problems."""
    answers = operation["responses"]
    asks = "parameters" in operation or "requestBody" in operation
    statuses = ["404", "422", "503"] if asks else ["503"]
    statuses += ["400"] if "requestBody" in operation else []
    if links.is_stream(path):
        content = answers["200"]["content"]["text/event-stream"]
        content["schema"] = {"type": "array", "items": content["itemSchema"]}  # for who knows OpenAPI 3.1 only
    elif method == "get" and path != "/healthz":
        answers["200"]["headers"] = ETAG
        answers["304"] = UNCHANGED
    for status in [*statuses, *(answers.keys() & TROUBLES.keys())]:
        answers[status] = _problem(status)
    operation["responses"] = dict(sorted(answers.items()))


def _problem(status: str) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": REF.format(model="ProblemDocument")}}
    if (value := problems().get(status)) is not None:
        content["examples"] = _example(value)
    return {"description": TROUBLES[status], "content": {MEDIA_TYPE: content}}


def _with_examples(operation: dict[str, Any], made: dict[str, Any], told: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if (value := PARAMETERS.get(parameter["name"])) is not None:
            several = parameter["schema"].get("type") == "array"
            parameter["examples"] = _example([value] if several else value)
    for media_type, content in operation["responses"]["200"]["content"].items():
        shape = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if (value := made.get(shape, told.get(media_type, told.get(operation["operationId"])))) is not None:
            content["examples"] = _example(value)


def _example(value: Any) -> dict[str, Any]:
    return {"example": {"summary": MADE_UP, "value": value}}
