"""The page about the numbers takes them from the code."""

from dask_matrix.domain.records.limits import RETRIES, Limits
from dask_matrix.domain.verdicts.confirmation import CONFIRMED, ONCE_MORE
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, OVERLAYS, SAFETIES, VERDICTS
from tests.web.conftest import Book


def test_every_word_is_explained(book: Book) -> None:
    """With the sentence of the one table of words, on the page and as JSON."""
    text, told = book.client.get("/about").text, book.client.get("/api/v1/about").json()
    for table in (VERDICTS, OVERLAYS, OUTCOMES, SAFETIES):
        for word in table.values():
            assert word.means.replace("'", "&#39;") in text
    assert [each["name"] for each in told["verdicts"]] == [verdict.value for verdict in VERDICTS]
    assert [each["name"] for each in told["lanes"]] == [lane.value for lane in LANES]


def test_the_figures_are_those_that_the_code_works_with(book: Book) -> None:
    """None is written twice."""
    figures = book.client.get("/api/v1/about").json()["figures"]
    limits = Limits()
    assert (figures["timeout"], figures["memory"], figures["output"]) == (limits.timeout, limits.memory, limits.output)
    assert (figures["retries"], figures["broken"], figures["turning"]) == (RETRIES, ONCE_MORE, CONFIRMED)


def test_the_extent_of_the_evidence_is_told(book: Book) -> None:
    """In scenarios, environments and releases."""
    told = "2 scenarios in 3 environments (1 of which cannot be had): Dask 2025.2.0 to 2026.1.0"
    assert told in book.client.get("/about").text


def test_nothing_is_claimed_of_an_empty_store(empty: Book) -> None:
    """The words are explained all the same."""
    text = empty.client.get("/about").text
    assert "Shown here are" not in text
    assert "What is not tested" in text


def test_every_page_leads_to_it(book: Book) -> None:
    """In its footer."""
    for address in ("/", "/releases", "/upgrade", "/nothing"):
        assert 'href="/about"' in book.client.get(address).text
