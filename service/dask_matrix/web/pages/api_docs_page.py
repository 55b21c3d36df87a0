"""Context of the API documentation page, made from the OpenAPI description: no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from dask_matrix.web.http.problems import KINDS
from dask_matrix.web.links import is_stream

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Parameter:
    """One parameter of a route. ``kind`` is its type, or its allowed values."""

    name: str
    place: str
    required: bool
    kind: str
    means: Markup


@dataclass(frozen=True)
class Route:
    """One route. ``body`` and ``returns`` name the schemas of its JSON, if any; ``media_types`` are its other formats.

    ``example`` is an address that can be opened.
    """

    method: str
    path: str
    summary: Markup
    parameters: tuple[Parameter, ...]
    body: str
    returns: str
    media_types: tuple[str, ...]
    example: str


@dataclass(frozen=True)
class Field:
    """One field of a schema."""

    name: str
    kind: str
    means: Markup


@dataclass(frozen=True)
class Schema:
    """One JSON schema."""

    name: str
    means: Markup
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class DocsPage:
    """Context of the API documentation page."""

    routes: tuple[Route, ...]
    schemas: tuple[Schema, ...]
    problems: tuple[tuple[str, str], ...]


def docs_page(openapi: dict[str, Any]) -> DocsPage:
    """Return the context for an OpenAPI description."""
    schemas = openapi["components"]["schemas"]
    return DocsPage(
        routes=tuple(
            _route(method, path, operation)
            for path, operations in openapi["paths"].items()
            for method, operation in operations.items()
        ),
        schemas=tuple(_schema(name, schema) for name, schema in schemas.items() if "ValidationError" not in name),
        problems=tuple(KINDS.items()),
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> Route:
    content = operation["responses"]["200"]["content"]
    schema = content.get("application/json", {}).get("schema")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Route(
        method=method.upper(),
        path=path,
        summary=_prose(operation.get("description", "")),
        parameters=tuple(map(_parameter, operation.get("parameters", ()))),
        body=_kind(body) if body else "",
        returns=_kind(schema) if schema else "",
        media_types=tuple(each for each in content if each != "application/json"),
        example=""
        if "{" in path or method != "get" or is_stream(path)
        else _example(path, operation.get("parameters", ())),
    )


def _example(path: str, parameters: Iterable[dict[str, Any]]) -> str:
    """Return an address with the first example of each required parameter."""
    needed = {each["name"]: each["schema"].get("examples", [""])[0] for each in parameters if each["required"]}
    return f"{path}?{urlencode(needed)}" if needed else path


def _parameter(parameter: dict[str, Any]) -> Parameter:
    schema = parameter["schema"]
    kind = _kind(schema).removesuffix(" or null")
    return Parameter(
        parameter["name"], parameter["in"], parameter["required"], kind, _prose(parameter.get("description", ""))
    )


def _schema(name: str, schema: dict[str, Any]) -> Schema:
    fields = tuple(
        Field(field, _kind(schema), _prose(schema.get("description", "")))
        for field, schema in schema.get("properties", {}).items()
    )
    means = _prose(schema.get("description", "") or ", ".join(map(str, schema.get("enum", ()))))
    return Schema(name, means, fields)


def _prose(text: str) -> Markup:
    """Return a description with what is in backticks as code."""
    return Markup(re.sub(r"(`+)(.+?)\1", r"<code>\2</code>", str(escape(text))))  # noqa: S704 - escaped


def _kind(schema: dict[str, Any]) -> str:
    """Describe a JSON schema in a few words: ``list of EnvironmentHead``, ``string or null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return " or ".join(f'"{each}"' for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    form = schema.get("format")
    return f"{schema.get('type', 'anything')} ({form})" if form else str(schema.get("type", "anything"))
