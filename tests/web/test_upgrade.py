"""The JSON of an upgrade is the domain's answer; what is misspelled is named."""

from typing import Any

import pytest

from service.domain.answer import Answer
from service.domain.beliefs import Beliefs
from service.domain.scope import Profile

from .conftest import NEW, NOON, OLD, REFUSED, ROW, Book, opened

MOVE = {"from": "2025.2.0", "to": "2025.4.0"}
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
    assert ask(book, to="2026.1.0")["reasons"][0] == "dask 2026.1.0 does not install: No solution found:"
    assert ask(book, to="2026.1.0")["target"]["key"] == REFUSED


def test_a_release_nobody_tested_is_unknown(book: Book) -> None:
    """It may exist."""
    assert ask(book, to="2031.1.0")["verdict"] == "unknown"


def test_new_warnings_are_those_of_the_deciding_results(book: Book) -> None:
    """Of scenarios that hold on both sides."""
    book.scenario("futures/x/warns")
    book.result("passed", "futures/x/warns", OLD)
    book.result("passed", "futures/x/warns", NEW, warnings=[WARNED])
    assert [each["message"] for each in ask(book)["new_warnings"]] == ["going away"]


def test_a_new_result_changes_the_answer(book: Book) -> None:
    """Nothing old is kept."""
    assert ask(book)["verdict"] == "unsafe"
    book.result("passed", ROW, NEW)
    assert [each["why"] for each in ask(book)["unknown"] if each["scenario"] == ROW] == [
        "flaky on 2025.4.0: 1 of 2 executions held"
    ]


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ({"to": "soon"}, 422, "'soon' is not a release"),
        ({"too": "2025.4.0"}, 422, "there is no such parameter"),
        ({"lane": "fast"}, 422, "lane"),
        ({"have": "pandas"}, 422, "pandas==2.2.3"),
        ({"area": "futurs"}, 404, "No area 'futurs'"),
        ({"scenario": "futures/x"}, 404, "No scenario 'futures/x'"),
        ({"profile": "mine"}, 404, "No profile 'mine'. Nearest: array + p2p."),
    ],
)
def test_what_is_not_understood_is_named(filled: Any, values: dict[str, str], status: int, told: str) -> None:
    """In a problem document."""
    with opened(filled, beliefs=Beliefs(profiles={"array + p2p": Profile(frozenset({"array"}))})) as book:
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
