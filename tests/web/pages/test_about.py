"""The about page: its explanations and limits are those of the code."""

from dask_matrix.domain.records.limits import RETRIES, Limits
from dask_matrix.domain.verdicts.confirmation import CONFIRMED, ONCE_MORE
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, OVERLAYS, SAFETIES, VERDICTS
from tests.web.conftest import Book


def test_every_label_is_explained(book: Book) -> None:
    """With the sentences of ``labels.py``, on the page and as JSON."""
    text, told = book.client.get("/about").text, book.client.get("/api/v1/about").json()
    for table in (VERDICTS, OVERLAYS, OUTCOMES, SAFETIES):
        for word in table.values():
            assert word.means.replace("'", "&#39;") in text
    assert [each["name"] for each in told["verdicts"]] == [verdict.value for verdict in VERDICTS]
    assert [each["name"] for each in told["lanes"]] == [lane.value for lane in LANES]


def test_the_limits_are_those_of_the_code(book: Book) -> None:
    """None is defined twice."""
    figures = book.client.get("/api/v1/about").json()["figures"]
    limits = Limits()
    assert (figures["timeout"], figures["memory"], figures["output"]) == (limits.timeout, limits.memory, limits.output)
    assert (figures["retries"], figures["broken"], figures["turning"]) == (RETRIES, ONCE_MORE, CONFIRMED)


def test_the_page_shows_what_the_evidence_covers(book: Book) -> None:
    """In scenarios, environments and releases."""
    told = "2 scenarios in 3 environments (1 could not be installed): Dask 2025.2.0 to 2026.1.0"
    assert told in book.client.get("/about").text


def test_an_empty_store_has_no_coverage(empty: Book) -> None:
    """Labels are explained all the same."""
    text = empty.client.get("/about").text
    assert "This matrix has" not in text
    assert "What is not tested" in text


def test_every_page_links_to_it(book: Book) -> None:
    """In its footer."""
    for address in ("/", "/releases", "/upgrade", "/nothing"):
        assert 'href="/about"' in book.client.get(address).text
