"""The surface over HTTP: what changes, a name's history, and problems that name the nearest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dask_matrix.store.store import Store
from dask_matrix.web.app import create_app
from tests.record_lines import NEW
from tests.store.test_surfaces import BATCH, observation


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the surfaces of two releases, of which the second lacks dask.delayed."""
    path = tmp_path_factory.mktemp("surfaces") / "matrix.sqlite"
    with Store.open(path) as store:
        store.ingest(BATCH)
    return path


@pytest.fixture(scope="module")
def client(database: Path) -> Iterator[TestClient]:
    """Return a client of a server for it."""
    with TestClient(create_app(database)) as made:
        yield made


def test_what_changes_is_listed_by_what_happened(client: TestClient) -> None:
    """The most public place names it."""
    found = client.get("/api/v1/surface", params={"from": "2025.2.0", "to": "latest"}).json()
    removed = {each["name"]: each for each in found["removed"]}
    assert removed["dask.delayed"]["also"] == ["dask.delayed.delayed"]
    assert removed["dask.config.get"]["between"] == ["2025.2.0", "2025.4.0"]
    assert found["counts"]["documented"] >= 1
    assert (found["from"]["release"], found["to"]["release"]) == ("2025.2.0", "2025.4.0")


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"name": "dask.config"}, {"dask.config", "dask.config.get", "dask.config.reduce"}),
        ({"name": "dask.config.get"}, {"dask.config.get"}),
        ({"kind": "class"}, {"dask.delayed.Delayed"}),
    ],
)
def test_a_list_is_narrowed_by_name_and_kind(client: TestClient, more: dict[str, str], names: set[str]) -> None:
    """Below a name is all that belongs to it."""
    found = client.get("/api/v1/surface", params={"from": "2025.2.0", "to": "2025.4.0", **more}).json()
    assert {each["name"] for each in found["removed"]} == names


def test_a_name_has_a_history(client: TestClient) -> None:
    """In stretches of releases."""
    found = client.get("/api/v1/names/dask.config.get").json()
    assert [(each["first"]["release"], each["status"]) for each in found["stretches"]] == [
        ("2025.2.0", "present"),
        ("2025.4.0", "missing"),
    ]


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/api/v1/names/dask.config.gett", 404, "No name 'dask.config.gett'."),
        ("/api/v1/surface?from=2025.2.0&to=2025.3.0", 404, "No release '2025.3.0'. Nearest: 2025.2.0, 2025.4.0."),
        ("/api/v1/surface?from=2025.2.0", 422, "to"),
        ("/api/v1/surface?from=2025.2.0&to=2025.4.0&kinds=class", 422, "kinds"),
    ],
)
def test_a_bad_question_is_a_problem_that_names_it(client: TestClient, address: str, status: int, told: str) -> None:
    """As everywhere."""
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert told in answer.json()["detail"]


def test_a_new_observation_is_seen_without_a_restart(database: Path, client: TestClient) -> None:
    """The server compares what is observed, not when."""
    before = client.get("/api/v1/names/dask.config.get").json()["stretches"]
    with Store.open(database) as store:
        store.ingest([observation(NEW, "s1", minute=9)])
    after = client.get("/api/v1/names/dask.config.get").json()["stretches"]
    assert (len(before), len(after)) == (2, 1)
