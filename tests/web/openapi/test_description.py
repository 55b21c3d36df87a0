"""The OpenAPI description is the truth about the routes, whatever they are asked; its examples are made up and fit."""

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dask_matrix.web import links
from dask_matrix.web.http.problems import MEDIA_TYPE, error_sentence
from dask_matrix.web.openapi.description import MADE_UP, TAGS
from tests.web.conftest import NEW, ROW, Book

PROMISE = Path(__file__).parents[3] / "docs" / "api.md"
DESCRIPTION = "/api/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Bounded in time, and the same every time."""


def document(book: Book) -> dict[str, Any]:
    """Return the description."""
    found: dict[str, Any] = book.client.get(DESCRIPTION).json()
    return found


def described(book: Book) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of each operation."""
    for path, operations in document(book)["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def asked(book: Book) -> Iterator[Any]:
    """Yield each operation that ends, as schemathesis asks it, within the process; Parquet only where it can be had."""
    schema = schemathesis.openapi.from_asgi(DESCRIPTION, book.client.app).exclude(path=links.EVENTS)
    if not find_spec("pyarrow"):
        schema = schema.exclude(path="/api/v1/matrix.parquet")
    for found in schema.get_all_operations():
        yield found.ok()


def examine(case: Any) -> int:
    """Ask, and hold the answer against the description; return its status."""
    response = case.call()
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        assert response.headers["content-type"] == [MEDIA_TYPE]
        assert offender(response.json()), response.text
    status: int = response.status_code
    return status


def offender(problem: dict[str, Any]) -> bool:
    """Whether a problem says what is wrong: an unknown name, parameters each with a reason, or an address."""
    match problem["type"].partition("#problem-")[2]:
        case "unknown-name":
            return bool(problem["what"]) and repr(problem["name"]) in problem["detail"]
        case "bad-query":
            errors = problem.get("errors", [])
            return bool(problem["detail"]) and all(error_sentence(each) in problem["detail"] for each in errors)
        case kind:
            return kind in {"not-found", "not-allowed", "unreadable-body"} and bool(problem["instance"])


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_question_breaks_a_route_or_the_description(book: Book, mode: GenerationMode) -> None:
    """No 5xx, no answer of another shape, and every refusal names the offender: for what fits, and for what does not."""
    for operation in asked(book):
        if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
            continue  # any text is a name: there is nothing that does not fit

        @FEW
        @given(case=operation.as_strategy(mode))
        def ask(case: Any) -> None:
            examine(case)

        ask()


def test_what_exists_is_answered_as_described(book: Book) -> None:
    """Every route, by names that there are."""
    names = {
        "scenario": ROW,
        "key": NEW,
        "result": book.store.results(ROW, NEW)[0].id,
        "run": "r",
        "dotted": "dask.config.get",
    }
    names |= {"release": "2025.2.0", "start": "2025.2.0", "target": "2025.4.0"}
    for operation in asked(book):
        if operation.method == "get" and not any(each.is_required for each in operation.query):
            path = {each.name: names[each.name] for each in operation.path_parameters}
            assert examine(operation.Case(path_parameters=path)) == 200, operation.label


def test_another_method_is_refused_as_a_problem(book: Book) -> None:
    """405, below every address that is described."""
    for path, methods in document(book)["paths"].items():
        answer = book.client.delete(path)
        assert "delete" not in methods
        assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE), path


def test_every_operation_has_a_stable_name_and_a_tag_that_is_told(book: Book) -> None:
    """Generated clients name their functions after them: a change of one is a change of v1."""
    names = [operation["operationId"] for _, _, operation in described(book)]
    assert len(set(names)) == len(names)
    assert {
        "matrix", "matrix_parquet", "releases", "environment", "scenarios", "scenario", "cell", "result", "run", "runs", "events", "run_events",
        "release_badge_svg", "release_badge_json", "upgrade_badge_svg", "upgrade_badge_json", "feed_atom", "feed_json",
        "healthz",
    } <= set(names)  # fmt: skip
    tags = {each["name"] for each in TAGS}
    assert all(set(operation["tags"]) <= tags and operation["description"] for _, _, operation in described(book))


def test_every_parameter_and_every_text_has_an_example(book: Book) -> None:
    """Marked as one."""
    for path, _, operation in described(book):
        parts = [*operation.get("parameters", ())]
        parts += [
            content for kind, content in operation["responses"]["200"]["content"].items() if "parquet" not in kind
        ]
        for each in parts:
            assert each["examples"]["example"]["summary"] == MADE_UP, (path, each)


def test_every_example_of_an_answer_fits_its_shape(book: Book) -> None:
    """Problems too."""
    components = document(book)["components"]
    for path, _, operation in described(book):
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    schema = {**content["schema"], "components": components}
                    assert jsonschema_rs.is_valid(schema, example["value"]), path


def test_every_example_of_a_parameter_is_understood(book: Book) -> None:
    """Each alone, beside those that must be there."""
    for path, method, operation in described(book):
        given_ = {each["name"]: each["examples"]["example"]["value"] for each in operation.get("parameters", ())}
        places = {each["name"]: each["in"] for each in operation.get("parameters", ())}
        needed = [each["name"] for each in operation.get("parameters", ()) if each["required"]]
        for name in (each for each in given_ if places[each] == "query" and method == "get"):
            query = {each: given_[each] for each in {name, *needed} if places[each] == "query"}
            assert book.client.get(path.format(**given_), params=query).status_code != 422, (path, query)


def test_the_written_promise_names_every_route_with_an_example(book: Book) -> None:
    """A route that is not promised is not public."""
    text = PROMISE.read_text(encoding="utf-8")
    for path, method, _ in described(book):
        assert f"`{method.upper()} {path}`" in text, path
    assert text.count("\ncurl ") >= len(document(book)["paths"])


def below(name: str, shapes: dict[str, Any]) -> set[str]:
    """Return the names of a shape and of all that it is made of."""
    found, waiting = set(), {name}
    while waiting:
        found |= waiting
        named = {each for one in waiting for each in re.findall(r"#/components/schemas/(\w+)", json.dumps(shapes[one]))}
        waiting = named - found
    return found


@pytest.mark.parametrize("name", ["Answer", "UpgradeBody"])
def test_every_field_of_an_upgrade_is_described(book: Book, name: str) -> None:
    """Of its answer, of its body, and of what they are made of."""
    shapes = document(book)["components"]["schemas"]
    assert len(below("Answer", shapes)) > 10
    fields = {
        (one, field): schema
        for one in below(name, shapes)
        for field, schema in shapes[one].get("properties", {}).items()
    }
    assert [place for place, schema in fields.items() if not schema.get("description")] == []


def test_the_written_promise_tells_every_field_and_parameter_of_an_upgrade(book: Book) -> None:
    """In its tables; and the page of the description leads to the shape of the body."""
    text, description = PROMISE.read_text(encoding="utf-8"), document(book)
    answer, body = (description["components"]["schemas"][name]["properties"] for name in ("Answer", "UpgradeBody"))
    rows = "".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    parameters = [each["name"] for each in description["paths"]["/api/v1/upgrade"]["get"]["parameters"]]
    for name in {*answer, *body, *parameters}:
        assert re.search(rf"`{name}(\[\])?`", rows), name
    assert 'href="#UpgradeBody"' in book.client.get("/api/docs").text


def test_backticks_become_code_on_the_page(book: Book) -> None:
    """Single and double ones; nothing else of a description is markup."""
    page = book.client.get("/api/docs").text
    assert "<code>Accept: text/csv</code> or <code>format=csv</code>" in page
    assert "``" not in page
    assert "&lt;code&gt;" not in page
