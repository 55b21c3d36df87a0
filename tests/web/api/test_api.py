"""The JSON routes answer what the store knows, and say what is wrong with a question."""

from urllib.parse import quote

import pytest

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.web import links
from tests.web.conftest import NEW, ODD, OLD, REFUSED, ROW, Book


def test_the_matrix_is_the_very_object_of_the_domain(book: Book) -> None:
    """What a script reads is what `Matrix.columnar` gives."""
    assert book.client.get("/api/v1/matrix").json() == EncodedRows.of(book.store.matrix()).columnar()


@pytest.mark.parametrize(
    ("query", "rows", "columns"),
    [
        ("", 2, 3),
        ("area=futures", 1, 3),
        ("q=AGAIN+futures", 1, 3),
        ("verdict=fail", 1, 3),
        ("verdict=timeout", 0, 3),
        ("from=2025.4.0", 2, 2),
        ("to=2025.3", 2, 1),
        ("python=3.9", 2, 0),
        ("lane=as-released", 2, 3),
        ("lane=latest", 2, 0),
        ("changes=true", 1, 3),
        ("verdict=&from=&lane=&changes=", 2, 3),
        ("at=2025-04-21", 2, 0),
    ],
)
def test_each_filter_narrows_the_matrix(book: Book, query: str, rows: int, columns: int) -> None:
    """Rows and columns are left as the parameters say; empty ones say nothing."""
    found = book.client.get(f"/api/v1/matrix?{query}").json()
    assert (len(found["scenarios"]), len(found["environments"])) == (rows, columns)


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("verdict=foo", "verdict", "must be one of pass, fail"),
        ("lane=zz", "lane", "must be one of as-released"),
        ("from=abc", "from", "'abc' is not a release"),
        ("to=1..2", "to", "is not a release"),
        ("python=x", "python", "'x' is not a Python version"),
        ("changes=perhaps", "changes", "must be one of true, false"),
        ("at=yesterday", "at", "datetime"),
        ("pyhton=3.11", "pyhton", "unknown parameter"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(book: Book, query: str, parameter: str, told: str) -> None:
    """The problem document names the offender, what was given, and why it is refused."""
    answer = book.client.get(f"/api/v1/matrix?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["errors"][0]["parameter"] == parameter
    assert told in problem["errors"][0]["reason"]
    assert told in problem["detail"]


def test_a_misspelled_parameter_is_answered_with_the_nearest(book: Book) -> None:
    """Scripts are told what they probably meant."""
    assert book.client.get("/api/v1/matrix?pyhton=3.11").json()["errors"][0]["nearest"] == ["python"]


def test_every_bad_parameter_is_told_at_once(book: Book) -> None:
    """Not the first one only."""
    errors = book.client.get("/api/v1/matrix?verdict=foo&from=abc&lane=zz").json()["errors"]
    assert {error["parameter"] for error in errors} == {"verdict", "from", "lane"}


@pytest.mark.parametrize(
    "kind", ["environments/nope", "scenarios/nope", "results/nope", "runs/nope", f"cells/{ROW}/nope"]
)
def test_an_unknown_name_is_a_404_that_names_it(book: Book, kind: str) -> None:
    """The offender and the names that exist stand in the document."""
    answer = book.client.get(f"/api/v1/{kind}")
    assert answer.status_code == 404
    assert answer.json()["name"] == "nope"
    assert isinstance(answer.json()["nearest"], list)


def test_an_unknown_scenario_is_answered_with_those_like_it(book: Book) -> None:
    """A name with another folder leads to the row that ends alike."""
    assert book.client.get("/api/v1/scenarios/computes_again").json()["nearest"] == [ROW]


def test_a_path_that_is_not_there_is_a_problem_too(book: Book) -> None:
    """Below /api every error is a document."""
    assert book.client.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"


def test_a_method_that_is_not_answered_says_so(book: Book) -> None:
    """405, as a document."""
    assert book.client.post("/api/v1/matrix").json()["title"] == "Method Not Allowed"


def test_an_environment_has_its_lock_and_packages(book: Book) -> None:
    """All of what is installed is there."""
    found = book.client.get(f"/api/v1/environments/{OLD}").json()
    assert found["packages"] == {"dask": "1", "numpy": "2.1.0"}
    assert found["status"] == "installable"


def test_a_refused_environment_has_the_whole_message(book: Book) -> None:
    """With every line of it."""
    found = book.client.get(f"/api/v1/environments/{REFUSED}").json()
    assert found["refusal"] == {"phase": "resolve", "message": "No solution found:\n  dask==2025.12.0"}


def test_releases_come_newest_first_with_tallies(book: Book) -> None:
    """Each with its environments."""
    found = book.client.get("/api/v1/releases").json()["releases"]
    assert [each["release"] for each in found] == ["2026.1.0", "2025.4.0", "2025.2.0"]
    assert found[2]["tally"] == {"holds": 1, "of": 1}
    assert found[1]["environments"][0]["tally"] == {"holds": 0, "of": 1}


def test_scenarios_are_listed_and_told_one_by_one(book: Book) -> None:
    """The list has heads; one alone has its source and its verdicts."""
    assert {each["id"] for each in book.client.get("/api/v1/scenarios").json()["scenarios"]} == {ROW, ODD}
    found = book.client.get(f"/api/v1/scenarios/{ROW}").json()
    assert found["verdicts"] == {OLD: "pass", NEW: "fail", REFUSED: "uninstallable"}
    assert found["source"].startswith("def test_x")


def test_a_former_id_answers_with_the_present_one(book: Book) -> None:
    """Renaming a scenario breaks no script."""
    assert book.client.get("/api/v1/scenarios/futures/was").json()["id"] == ROW


def test_an_id_with_odd_characters_is_reached(book: Book) -> None:
    """Brackets, spaces, marks of queries and fragments, percent signs."""
    assert book.client.get(f"/api/v1/scenarios/{quote(ODD)}").json()["id"] == ODD
    assert book.client.get(f"/api/v1{links.cell(ODD, OLD)}").json()["scenario"]["id"] == ODD


@pytest.mark.parametrize("name", ["a/../b", "a//b", "./a", "/a"])
def test_an_id_that_a_browser_would_fold_is_reached(book: Book, name: str) -> None:
    """Such slashes are written so that no one takes them away."""
    book.scenario(name)
    assert ".." not in links.scenario(name).split("/")
    assert book.client.get(f"/api/v1{links.scenario(name)}").json()["id"] == name


def test_a_cell_has_verdict_evidence_attempts_and_commands(book: Book) -> None:
    """The result that decides comes whole, all of them in short."""
    found = book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()
    assert (found["verdict"], found["passed"], found["executions"]) == ("fail", 0, 1)
    assert found["result"]["exception"] == {"type": "KeyError", "message": "'k'"}
    assert [each["outcome"] for each in found["attempts"]] == ["failed"]
    assert found["reproduce"] == {
        "nox": "nox -s \"scenarios(2025.4.0, py311, as-released)\" -- -k 'f and test_x' --again",
        "dask_matrix": "dask-matrix run --release 2025.4.0 --python 3.11 --lane as-released -k 'f and test_x' --again",
    }


def test_results_and_runs_are_told_whole(book: Book) -> None:
    """Each by its id."""
    record = book.result("failed", stdout="hello")
    found = book.client.get(f"/api/v1/results/{record.id}").json()
    assert (found["stdout"], found["run"]) == ("hello", "r")
    assert book.client.get("/api/v1/runs/r").json()["commit"] == "abc123"


def test_an_unchanged_answer_costs_no_body(book: Book) -> None:
    """The same ETag is answered 304, until something new comes in."""
    first = book.client.get("/api/v1/matrix")
    again = book.client.get("/api/v1/matrix", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    book.result("failed")
    assert book.client.get("/api/v1/matrix", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_two_questions_never_share_an_etag(book: Book) -> None:
    """The query is part of it."""
    tags = {
        book.client.get(f"/api/v1/matrix?{query}").headers["etag"] for query in ("", "changes=true", "from=2025.4.0")
    }
    assert len(tags) == 3


def test_an_error_has_no_etag(book: Book) -> None:
    """What is wrong now may be right at the same revision of another build."""
    assert "etag" not in book.client.get("/api/v1/scenarios/nope").headers


def test_health_tells_version_and_revision(book: Book) -> None:
    """From the store itself."""
    found = book.client.get("/healthz").json()
    assert (found["status"], found["revision"]) == ("ok", book.store.revision)


def test_an_unreadable_store_is_a_503(book: Book) -> None:
    """Health, JSON and pages say so, each in its way."""
    with book.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE revision")
    health = book.client.get("/healthz")
    assert (health.status_code, health.json()["type"]) == (503, "/api/docs#problem-unreadable-store")
    assert book.client.get("/api/v1/matrix").status_code == 503
    assert "Database unavailable" in book.client.get("/").text


def test_openapi_describes_every_json_route(book: Book) -> None:
    """With the shape of each answer, and none of the pages."""
    described = book.client.get("/api/openapi.json").json()
    assert "/api/v1/cells/{scenario}/{key}" in described["paths"]
    assert all(path.startswith(("/api/", "/badge/", "/feed.", "/healthz")) for path in described["paths"])
    for operation in (each for operations in described["paths"].values() for each in operations.values()):
        for media_type, content in operation["responses"]["200"]["content"].items():
            assert "$ref" in content["schema"] or media_type != "application/json"


def test_a_moment_beyond_the_calendar_and_an_empty_range_are_refused_by_name(book: Book) -> None:
    """Not an internal error, not an empty grid."""
    for query, told in (
        ("at=9999-12-31T23:59:59-14:00", "out of range: no such time in UTC"),
        ("from=2025.4.1&to=2025.2.0", "Empty range: from 2025.4.1 is later than to 2025.2.0."),
    ):
        answer = book.client.get(f"/api/v1/matrix?{query}")
        assert answer.status_code == 422
        assert told in answer.text
