"""The JSON of an upgrade is the domain's answer; what is misspelled is named."""

import json
from typing import Any

import pytest

from dask_matrix.domain.upgrades.answer import Answer, Question
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.scope import Profile
from tests.web.conftest import NEW, NOON, OLD, REFUSED, ROW, Book, opened

MOVE = {"from": "2025.2.0", "to": "2025.4.0"}
JSON = {"Content-Type": "application/json"}
WARNED = {"category": "FutureWarning", "message": "going away", "where": "x.py:1"}


def ask(book: Book, **values: Any) -> dict[str, Any]:
    """Return the JSON of a move."""
    response = book.client.get("/api/v1/upgrade", params={**MOVE, **values})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def test_a_move_is_answered_with_its_evidence(book: Book) -> None:
    """What broke, on which results, when."""
    told = ask(book)
    assert told["verdict"] == "unsafe"
    [broken] = told["regressed"]
    assert (broken["scenario"], broken["after"]["exception"]) == (ROW, "KeyError")
    assert book.client.get(f"/api/v1/results/{broken['after']['result']}").status_code == 200
    assert told["question"] == {**told["question"], **MOVE}
    assert (told["start"]["key"], told["target"]["key"]) == (OLD, NEW)
    assert told["evidence"]["results"] == 2
    assert told["evidence"]["oldest"].startswith(f"{NOON:%Y-%m-%d}")
    assert Answer.model_validate(told).model_dump(mode="json") == told


def test_a_release_that_does_not_install_is_unsafe(book: Book) -> None:
    """And so is on the road to others."""
    assert ask(book, to="2026.1.0")["reasons"][0] == "dask 2026.1.0 cannot be installed: No solution found:"
    assert ask(book, to="2026.1.0")["target"]["key"] == REFUSED


def test_a_release_nobody_tested_is_unknown(book: Book) -> None:
    """It may exist."""
    assert ask(book, to="2031.1.0")["verdict"] == "unknown"


def test_new_warnings_are_those_of_the_deciding_results(book: Book) -> None:
    """Only from scenarios that pass on both releases."""
    book.scenario("futures/x/warns")
    book.result("passed", "futures/x/warns", OLD)
    book.result("passed", "futures/x/warns", NEW, warnings=[WARNED])
    assert [each["message"] for each in ask(book)["new_warnings"]] == ["going away"]


def test_a_new_result_changes_the_answer(book: Book) -> None:
    """Nothing old is kept."""
    assert ask(book)["verdict"] == "unsafe"
    book.result("passed", ROW, NEW)
    assert [each["why"] for each in ask(book)["unknown"] if each["scenario"] == ROW] == [
        "flaky on 2025.4.0: 1 of 2 executions passed"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ({"to": "soon"}, 422, "'soon' is not a release"),
        ({"too": "2025.4.0"}, 422, "unknown parameter"),
        ({"lane": "fast"}, 422, "lane"),
        ({"have": "pandas"}, 422, "pandas==2.2.3"),
        ({"area": "futurs"}, 404, "No area 'futurs'"),
        ({"scenario": "futures/x"}, 404, "No scenario 'futures/x'"),
        ({"profile": "mine"}, 404, "No profile 'mine'. Nearest: array + p2p."),
    ],
)
def test_what_is_not_understood_is_named(filled: Any, values: dict[str, str], status: int, told: str) -> None:
    """In a problem document."""
    with opened(filled, context=Context(profiles={"array + p2p": Profile(frozenset({"array"}))})) as book:
        response = book.client.get("/api/v1/upgrade", params={**MOVE, **values})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert told in response.text


def test_a_long_question_is_posted(book: Book) -> None:
    """With the names that some code uses."""
    book.scenario("array/x/sums", covers=["dask.array.sum"])
    response = book.client.post("/api/v1/upgrade", json={**MOVE, "uses": ["dask.array.sum", "dask.array.mean"]})
    assert [each["scenario"] for each in response.json()["unknown"]] == ["array/x/sums"]


@pytest.mark.parametrize("body", [{**MOVE, "to": "soon"}, {"from": "2025.2.0"}, {**MOVE, "python": "three"}])
def test_a_bad_body_is_a_problem_too(book: Book, body: dict[str, str]) -> None:
    """Never a 500."""
    response = book.client.post("/api/v1/upgrade", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] in {"to", "python"}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"accept": ["*a*a*a*b"] * 101}, "accept"),
        ({"scenario": ["*" * 301]}, "scenario"),
        ({"uses": ["dask.array.sum"] * 5001}, "uses"),
        ({"uses": ["x" * 301]}, "uses"),
        ({"q": "x" * 301}, "q"),
        ({"areas": ["array"]}, "areas"),
        ({"have": {"pandas": "9" * 301}}, "have"),
        ({"have": {"scipy": "1.0"}}, "have"),
        ({"have": {"python": "three"}}, "have"),
        ({"q": float("nan")}, "q"),
        ({"uses": ["\ud800"]}, "uses"),
        ({"q": "\ud800"}, "q"),
        ({"lane": "\ud800"}, "lane"),
        ({"\ud800": 1}, "body"),
    ],
)
def test_a_body_has_the_limits_of_an_address(book: Book, more: dict[str, Any], named: str) -> None:
    """What is too much, misspelled or no text is named, briefly."""
    response = book.client.post("/api/v1/upgrade", content=json.dumps({**MOVE, **more}), headers=JSON)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {each["parameter"] for each in response.json()["errors"]} == {named}
    assert len(response.content) < 2_000


def test_a_body_may_name_all_that_large_code_uses(book: Book) -> None:
    """More than fits into an address."""
    response = book.client.post("/api/v1/upgrade", json={**MOVE, "uses": [f"dask.name{n}" for n in range(5_000)]})
    assert response.status_code == 200


def test_a_body_says_what_a_query_says(book: Book) -> None:
    """And what the client sends is understood: every field of a question, empty ones too."""
    question = Question(start="2025.2.0", target="2025.4.0", area=("futures",), have={"pandas": "2.2.3"})
    posted = book.client.post("/api/v1/upgrade", json=question.model_dump(mode="json"))
    assert posted.json() == ask(book, area="futures", have="pandas==2.2.3")
    assert book.client.post("/api/v1/upgrade", json={**MOVE, "python": "", "q": ""}).json() == ask(book)


def test_no_name_used_is_no_scenario_asked_for(book: Book) -> None:
    """An empty list does not stand for all, nor does an empty name."""
    for uses in ([], [""]):
        response = book.client.post("/api/v1/upgrade", json={**MOVE, "uses": uses})
        assert response.json()["evidence"]["scenarios"] == 0


@pytest.mark.parametrize(
    ("have", "told"),
    [
        ("pandas==" + "1" * 5000, "at most 300 characters"),
        ("scipy==1.0", "unsupported package; use one of python, pandas, numpy, pyarrow"),
        ("pandas==", "not a package and its version, such as pandas==2.2.3"),
        ("python==three", "'three' is not a Python version"),
    ],
)
def test_what_is_had_is_checked_at_the_door(book: Book, have: str, told: str) -> None:
    """Names that are compared, and versions that are not endless."""
    response = book.client.get("/api/v1/upgrade", params={**MOVE, "have": have})
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["parameter"] == "have"
    assert told in error["reason"]


def test_what_is_had_may_be_written_in_any_case(book: Book) -> None:
    """As its project writes it."""
    assert ask(book, have="NumPy==2.1.0")["question"]["have"] == {"numpy": "2.1.0"}
    posted = book.client.post("/api/v1/upgrade", json={**MOVE, "have": {"Python": "3.11"}})
    assert posted.json()["question"]["have"] == {"python": "3.11"}


@pytest.mark.parametrize("body", [b"{", b"", b'{"from": "2025.2.0",}', b'{"from": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_is_unreadable(book: Book, body: bytes) -> None:
    """400, as promised; a body that is not there lacks everything."""
    response = book.client.post("/api/v1/upgrade", content=body, headers=JSON)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == (400 if body else 422)
    assert response.json()["type"].endswith("unreadable-body" if body else "bad-query")


def test_what_is_missing_is_said_to_be_required(book: Book) -> None:
    """By its name, without the rest of what was given."""
    for response in (
        book.client.post("/api/v1/upgrade", json={"from": "2025.2.0"}),
        book.client.get("/api/v1/upgrade?from=2025.2.0"),
    ):
        assert response.json()["detail"] == "to: required."
        assert response.json()["errors"] == [{"parameter": "to", "given": None, "reason": "required"}]


def test_a_misspelled_field_is_answered_with_the_nearest(book: Book) -> None:
    """In a body as in a query."""
    [error] = book.client.post("/api/v1/upgrade", json={**MOVE, "areas": ["x"]}).json()["errors"]
    assert error["nearest"][0] == "area"
    assert "uses" in error["allowed"]


def test_latest_is_the_newest_tested_release(book: Book) -> None:
    """As a query, as a body and on the page, which names it."""
    asked = {"from": "2025.2.0", "to": "latest"}
    target = ask(book, to="latest")["question"]["to"]
    assert target == "2026.1.0"
    assert book.client.post("/api/v1/upgrade", json=asked).json()["question"]["to"] == target
    assert f"dask 2025.2.0 → {target}" in book.client.get("/upgrade", params=asked).text
