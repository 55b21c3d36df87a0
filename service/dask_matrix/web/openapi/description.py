"""The OpenAPI description: FastAPI's, plus problem documents, conditional responses and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from dask_matrix.web import links
from dask_matrix.web.http.problems import KINDS, MEDIA_TYPE
from dask_matrix.web.openapi.examples import PARAMETERS, document_examples, problem_examples, response_examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.routing import APIRoute

MADE_UP = "Made-up example, not evidence"
REF = "#/components/schemas/{model}"
TAGS = [
    {"name": "matrix", "description": "The grid of verdicts, whole or filtered, as JSON, CSV or Parquet."},
    {"name": "upgrades", "description": "What breaks and what is fixed when you upgrade from one release to another."},
    {
        "name": "surface",
        "description": "What each release offers: names, signatures, settings, commands, requirements.",
    },
    {
        "name": "releases and environments",
        "description": "The columns of the matrix, and exactly what is installed in each.",
    },
    {"name": "scenarios", "description": "The rows of the matrix: what each scenario tests."},
    {"name": "evidence", "description": "The results behind the verdicts: cells, results, runs and bisections."},
    {"name": "events", "description": "Live updates as server-sent events."},
    {"name": "badges", "description": "Badges for a README, as SVG and for shields.io."},
    {"name": "feeds", "description": "What breaks and what is fixed in each release, as Atom and JSON feeds."},
    {"name": "service", "description": "Health of this server, and the meaning of its words and numbers."},
]
UNCHANGED = {"description": "Not modified: If-None-Match has the current ETag. No body."}
ETAG = {
    "ETag": {
        "description": "Send it as If-None-Match to get 304 while nothing has changed.",
        "schema": {"type": "string"},
    }
}
PROBLEM_RESPONSES = {
    "400": KINDS["unreadable-body"],
    "404": KINDS["unknown-name"],
    "422": KINDS["bad-query"],
    "501": KINDS["not-installed"],
    "503": KINDS["unreadable-store"],
}


class BadParameter(BaseModel):
    """One invalid parameter or body field."""

    parameter: str = Field(description="Its name.")
    given: Any = Field(description="The value given, truncated; null if the parameter is missing.")
    reason: str = Field(description="Why it was rejected.")
    nearest: list[str] = Field(default=[], description="Similar parameter names that exist.")
    allowed: list[str] = Field(default=[], description="The allowed values, or the parameters that exist.")


class ProblemDocument(BaseModel):
    """An error (RFC 9457): what was wrong, and how to fix it."""

    type: str = Field(description="Address of the documentation of this kind of problem.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path of the request.")
    what: str = Field(default="", description="Kind of the unknown thing, such as scenario or release.")
    name: str = Field(default="", description="The unknown name.")
    nearest: list[str] = Field(default=[], description="Similar names that exist.")
    errors: list[BadParameter] = Field(default=[], description="Each invalid parameter or body field.")


class DescribedApp(FastAPI):
    """A FastAPI application with the completed OpenAPI description."""

    def openapi(self) -> dict[str, Any]:
        """Return the description; it is generated once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete_document(super().openapi())
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Return the operation id of a route: its function's name, stable within v1."""
    return route.name


def complete_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return FastAPI's description with problem documents, 304 responses and examples added."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schema = ProblemDocument.model_json_schema(ref_template=REF)
    schemas |= {**schema.pop("$defs"), "ProblemDocument": schema}
    json_examples, other_examples = response_examples(), document_examples()
    for path, method, operation in _operations(document):
        _add_responses(operation, method, path)
        _add_examples(operation, json_examples, other_examples)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _add_responses(operation: dict[str, Any], method: str, path: str) -> None:
    """Add the responses that do not come from the route itself: 304 and problem documents."""
    responses = operation["responses"]
    has_input = "parameters" in operation or "requestBody" in operation
    statuses = ["404", "422", "503"] if has_input else ["503"]
    statuses += ["400"] if "requestBody" in operation else []
    if links.is_stream(path):
        content = responses["200"]["content"]["text/event-stream"]
        content["schema"] = {"type": "array", "items": content["itemSchema"]}  # for tools that only know OpenAPI 3.1
    elif method == "get" and path != "/healthz":
        responses["200"]["headers"] = ETAG
        responses["304"] = UNCHANGED
    for status in [*statuses, *(responses.keys() & PROBLEM_RESPONSES.keys())]:
        responses[status] = _problem(status)
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: str) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": REF.format(model="ProblemDocument")}}
    if (value := problem_examples().get(status)) is not None:
        content["examples"] = _example(value)
    return {"description": PROBLEM_RESPONSES[status], "content": {MEDIA_TYPE: content}}


def _add_examples(operation: dict[str, Any], json_examples: dict[str, Any], other_examples: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if (value := PARAMETERS.get(parameter["name"])) is not None:
            several = parameter["schema"].get("type") == "array"
            parameter["examples"] = _example([value] if several else value)
    for media_type, content in operation["responses"]["200"]["content"].items():
        schema = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if (
            value := json_examples.get(
                schema, other_examples.get(media_type, other_examples.get(operation["operationId"]))
            )
        ) is not None:
            content["examples"] = _example(value)


def _example(value: Any) -> dict[str, Any]:
    return {"example": {"summary": MADE_UP, "value": value}}
