"""The application shows what PostgreSQL holds, and follows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from dask_matrix.store.store import Store
from dask_matrix.web.app import create_app
from tests.postgres import NewDatabase

from .conftest import NEW, OLD, ROW, Book


@pytest.fixture
def book(postgresql: NewDatabase) -> Iterator[Book]:
    """Return an application on a row and two columns in PostgreSQL, which another store writes to."""
    url = postgresql()
    with TestClient(create_app(url), raise_server_exceptions=False) as client, Store.open(url) as store:
        book = Book(store, client)
        book.environment(OLD, "2025.2.0")
        book.environment(NEW, "2025.4.0")
        book.scenario()
        book.result("passed")
        yield book


def test_an_application_on_postgresql_shows_what_it_holds_and_catches_up(book: Book) -> None:
    """The matrix, its JSON, a cell and its result; then what another store writes, under another tag."""
    before = book.client.get("/api/v1/matrix")
    assert before.json()["cells"] == [". "]
    page = book.client.get("/")
    assert (page.status_code, "2025.4.0" in page.text, "Computes again" in page.text) == (200, True, True)
    unchanged = {"If-None-Match": before.headers["ETag"]}
    assert book.client.get("/api/v1/matrix", headers=unchanged).status_code == 304
    book.result("failed", key=NEW, exception={"type": "KeyError", "message": "'k'"}, traceback="E   KeyError: 'k\0'\n")
    after = book.client.get("/api/v1/matrix", headers=unchanged)
    assert (after.status_code, after.json()["cells"]) == (200, [".F"])
    cell = book.client.get(f"/cells/{ROW}/{NEW}")
    assert cell.status_code == 200
    assert "KeyError" in cell.text
    assert book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()["verdict"] == "fail"
    assert book.client.get("/runs").status_code == 200


def test_an_address_with_what_postgresql_cannot_hold_is_not_found(book: Book) -> None:
    """No database error."""
    assert book.client.get("/api/v1/scenarios/a%00b").status_code == 404
