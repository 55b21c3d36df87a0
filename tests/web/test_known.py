"""What is known of failures stands beside the verdicts: in JSON, on the pages, and in the ETag."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from dask_matrix.store.store import Store
from dask_matrix.web.reader import Reader
from dask_matrix.web.state import State

from .conftest import NEW, ODD, OLD, ROW, Book, opened

ISSUE = "https://github.com/dask/dask/issues/12055"
ENTRY = KnownFailure(ROW, SpecifierSet(">=2025.2.0"), ISSUE, "Futures are <lost>.", date(2099, 1, 1))


@pytest.fixture
def listed(filled: Path, tmp_path: Path) -> Iterator[Book]:
    """Return an application on a row that is listed as failing in both columns, and passes in the older one."""
    with opened(Path(shutil.copy(filled, tmp_path)), number=100, context=Context((ENTRY,))) as book:
        yield book


def test_the_matrix_tells_the_overlays_beside_the_cells(listed: Book) -> None:
    """A character for each cell, legend included."""
    found = listed.client.get("/api/v1/matrix?area=futures").json()
    assert found["overlays"] == ["!k "]
    assert found["overlay_legend"] == {" ": None, "k": "known", "!": "surprise", "w": "new-warnings"}


@pytest.mark.parametrize(("key", "overlay"), [(NEW, "known"), (OLD, "surprise")])
def test_a_cell_tells_its_overlay_and_the_entry(listed: Book, key: str, overlay: str) -> None:
    """Issue, reason, and until when it is believed."""
    found = listed.client.get(f"/api/v1/cells/{ROW}/{key}").json()
    assert found["overlay"] == overlay
    assert found["known"] == {"issue": ISSUE, "reason": "Futures are <lost>.", "expires": "2099-01-01"}


def test_a_cell_that_is_not_listed_has_neither(book: Book) -> None:
    """Both are there, and null."""
    found = book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()
    assert (found["overlay"], found["known"]) == (None, None)


def test_a_pass_that_warns_of_what_it_did_not_before_is_marked(book: Book) -> None:
    """In the grid, in its JSON and in that of the cell; neither a warning of no end nor one given before is new."""
    going = {"category": "DeprecationWarning", "message": "it goes in 3 releases", "where": "x.py:1"}
    other = {"category": "UserWarning", "message": "mind the gap", "where": "x.py:2"}
    book.result("passed", ODD, OLD, warnings=[other])
    book.result("passed", ODD, NEW, warnings=[going, other])
    assert book.client.get("/api/v1/matrix?area=bag").json()["overlays"] == [" w "]
    assert book.client.get(f"/api/v1/cells/{quote(ODD)}/{NEW}").json()["overlay"] == "new-warnings"
    page = book.client.get("/?area=bag&changes=false").text
    assert "pass, new warnings" in page
    book.result("passed", ODD, OLD, warnings=[going | {"message": "it goes in 4 releases"}])
    assert book.client.get("/api/v1/matrix?area=bag").json()["overlays"] == ["   "]


def test_a_cell_of_the_grid_has_a_mark_and_says_it_in_words(listed: Book) -> None:
    """Not by colour only."""
    page = listed.client.get("/").text
    assert '<i class="v-fail turn o-known w1">fail, breaks, known: ' in page
    assert '<i class="v-pass o-surprise w1">pass, surprise: ' in page
    assert "--mark-known" in listed.client.get("/static/verdicts.css").text
    assert "Expected failure, listed with an issue" in page


def test_the_page_of_a_cell_shows_the_entry(listed: Book) -> None:
    """With a link to the story, and inert."""
    page = listed.client.get(f"/cells/{ROW}/{NEW}").text
    assert re.search(r'class="chip v-na" title="[^"]*">known</span>', page)
    assert f'<a href="{ISSUE}" rel="noreferrer">dask/dask#12055</a>' in page
    assert "Futures are &lt;lost&gt;." in page
    assert "2099-01-01" in page


def test_no_answer_of_another_list_is_taken_for_the_same(filled: Path, tmp_path: Path) -> None:
    """The ETag follows known.toml, and is alike in every process."""
    tags = []
    database = Path(shutil.copy(filled, tmp_path))
    for known in ((ENTRY,), (ENTRY,), ()):
        with opened(database, context=Context(known)) as book:
            tags.append(book.client.get("/api/v1/matrix").headers["etag"])
    assert tags[0] == tags[1] != tags[2]


def test_an_entry_expires_while_the_service_runs(filled: Path) -> None:
    """On its day the marks are gone, and what was kept is not answered any more."""
    days = [date(2098, 12, 31)]
    with Store.open(f"sqlite:///{filled}") as store:
        reader = Reader(store, Context((ENTRY,)), lambda: days[-1])
        state = State(reader)
        before = EncodedRows.of(reader.matrix()).columnar()["overlays"], state.current()
        days.append(date(2099, 1, 1))
        after = EncodedRows.of(reader.matrix()).columnar()["overlays"], state.cached()
    assert "!k " in before[0]
    assert set("".join(after[0])) == {" "}
    assert before[1] != after[1]


def test_a_snapshot_is_told_on_every_page(filled: Path, tmp_path: Path) -> None:
    """And of when it is; a data folder of one's own is not one."""
    database = Path(shutil.copy(filled, tmp_path))
    with opened(database, snapshot_of=datetime(2026, 11, 23, 2, 50, tzinfo=UTC)) as book:
        for page in ("/", "/releases", f"/cells/{ROW}/{OLD}"):
            assert (
                "snapshot that ships with dask-matrix</strong>, made 2026-11-23 02:50:00 UTC"
                in book.client.get(page).text
            )
    with opened(database) as book:
        assert "snapshot" not in book.client.get("/").text
