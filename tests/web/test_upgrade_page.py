"""The page of an upgrade says what the JSON says, with a link for everything."""

from .conftest import NEW, ROW, Book

MOVE = "/upgrade?from=2025.2.0&to=2025.4.0"


def test_without_releases_the_page_asks_for_them(book: Book) -> None:
    """And lists what there is, newest first."""
    page = book.client.get("/upgrade").text
    assert "Choose two releases" in page
    assert page.index("<option>2026.1.0") < page.index("<option>2025.2.0")


def test_what_breaks_is_named_with_its_evidence(book: Book) -> None:
    """Verdict in a word, the scenario, both sides, the exception."""
    page = book.client.get(MOVE).text
    assert "1 scenario that holds on 2025.2.0 breaks on 2025.4.0." in page
    assert f'href="/cells/{ROW}/{NEW}"' in page
    assert "<code>KeyError</code>" in page
    assert "dask-matrix check --from 2025.2.0 --to 2025.4.0" in page


def test_an_empty_field_of_the_form_says_nothing(book: Book) -> None:
    """As a browser sends it."""
    page = book.client.get(f"{MOVE}&area=&q=&covers=&profile=&lane=as-released")
    assert page.status_code == 200
    assert "1 scenario that holds" in page.text
    assert book.client.get(f"/api/v1{MOVE}&area=&q=&covers=&profile=").status_code == 200


def test_the_page_and_its_twin_agree(book: Book) -> None:
    """The twin is the same question."""
    told = book.client.get(f"/api/v1{MOVE}").json()
    assert told["verdict"] in book.client.get(MOVE).text.lower()
    assert f'href="/api/v1{MOVE.replace("&", "&amp;")}"' in book.client.get(MOVE).text


def test_a_release_nobody_tested_is_unknown_on_the_page_too(book: Book) -> None:
    """With the reason."""
    assert "Nothing was ever tested on 2031.1.0" in book.client.get("/upgrade?from=2025.2.0&to=2031.1.0").text


def test_a_bad_release_is_a_page_that_says_so(book: Book) -> None:
    """Not a traceback."""
    response = book.client.get("/upgrade?from=soon&to=2025.4.0")
    assert response.status_code == 422
    assert "soon" in response.text
