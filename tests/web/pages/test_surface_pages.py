"""The pages of the surface show what the JSON says, with links between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dask_matrix.store.store import Store
from dask_matrix.web.app import create_app
from tests.record_lines import SURFACE
from tests.store.test_surfaces import BATCH, surface


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a server with the surfaces of two releases, of which the second lacks dask.delayed."""
    path = tmp_path_factory.mktemp("surfaces") / "matrix.sqlite"
    with Store.open(path) as store:
        store.ingest(BATCH)
    with TestClient(create_app(path)) as made:
        yield made


def test_without_a_question_the_releases_can_be_chosen(client: TestClient) -> None:
    """Only those with a surface, the newest first."""
    page = client.get("/surface").text
    assert "<option>2025.4.0</option><option>2025.2.0</option>" in page
    assert "2 releases have a surface." in page


def test_a_comparison_lists_changes_with_links_to_their_names(client: TestClient) -> None:
    """And the same as JSON and as a command."""
    address = "/surface?from=2025.2.0&to=2025.4.0&name="
    page = client.get(address).text
    assert '<a href="/names/dask.config.get"><code>dask.config.get</code></a>' in page
    assert "function, public; 2025.2.0 → 2025.4.0" in page
    assert "dask.config.reduce" not in page
    assert 'href="/api/v1/surface?from=2025.2.0&amp;to=2025.4.0&amp;name="' in page
    assert "dask-matrix surface --from 2025.2.0 --to 2025.4.0</pre>" in page


def test_a_name_has_a_tile_for_each_release_and_its_signatures(client: TestClient) -> None:
    """A number where it is there, a cross where it is not."""
    page = client.get("/names/dask.config.get").text
    assert 'title="2025.2.0: function (key, default=None)"><span aria-hidden="true">1</span>' in page
    assert 'title="2025.4.0: no such name"><span aria-hidden="true">✕</span>' in page
    assert "<code>(key, default=None)</code>" in page


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/names/dask.config.gett", "No name &#39;dask.config.gett&#39;."),
        ("/surface?from=2025.2.0&to=2020.1.0", "No release &#39;2020.1.0&#39;."),
    ],
)
def test_an_unknown_name_or_release_is_an_error_page(client: TestClient, address: str, told: str) -> None:
    """With the nearest ones."""
    answer = client.get(address)
    assert answer.status_code == 404
    assert told in answer.text


def test_hostile_text_in_a_surface_is_shown_as_text(tmp_path: Path) -> None:
    """Signatures come from the releases, and records from anywhere."""
    hostile = "(x='<script>alert(1)</script>')"
    told = {"kind": "function", "signature": hostile, "deprecated": "<b>now</b>"}
    objects = SURFACE["objects"] | {"dask.config.get": told}
    with Store.open(tmp_path / "matrix.sqlite") as store:
        store.ingest([*BATCH[:2], surface("s1", objects=objects), *BATCH[3:]])
    with TestClient(create_app(tmp_path / "matrix.sqlite")) as client:
        page = client.get("/names/dask.config.get").text
    assert "<script>alert" not in page
    assert "<b>now</b>" not in page
    assert "&lt;script&gt;alert" in page
