"""What bisections found, on the pages and as JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dask_matrix.domain.records.bisection import BisectReport
from dask_matrix.domain.records.records import BisectRecord
from dask_matrix.web.api.bisections import bisections
from tests.web.conftest import ROW, Book

COMMIT = "b2a4a2157ceb39274e0549968053406be801fe4e"


def add(book: Book, scenario: str = ROW, **values: Any) -> None:
    """Put a bisection in the store."""
    found = {
        "scenario": scenario, "fingerprint": "f", "over": "commits", "lane": "as-released", "pythons": ["3.11"],
        "platform": "linux-x86_64", "start": "2025.3.0", "end": "2025.4.0", "steps": 44, "ended": "found",
        "suspects": [
            {"name": "dask b2a4a2157", "repository": "dask", "commit": COMMIT, "author": "Somebody",
             "authored": "2025-03-24T12:00:00Z", "subject": "Wrap <HLGs> in an Expr",
             "link": f"https://github.com/dask/dask/commit/{COMMIT}"}
        ],
        "turnings": [{"before": "2025.3.0", "after": "dask b2a4a2157", "breaks": True, "apart": 1}],
        "commands": [f"dask-matrix bisect {scenario} --good 2025.3.0 --bad 2025.4.0 --commits"],
    }  # fmt: skip
    book.add(BisectRecord, scenario=scenario, found=BisectReport.model_validate({**found, **values}))


def test_the_page_of_a_scenario_shows_the_suspected_commit(book: Book) -> None:
    """With its subject, its day, a link, and the command that repeats it."""
    add(book)
    page = book.client.get(f"/scenarios/{ROW}").text
    assert "Suspected commits" in page
    assert f'href="https://github.com/dask/dask/commit/{COMMIT}"' in page
    assert "Wrap &lt;HLGs&gt; in an Expr" in page
    assert "2025-03-24" in page
    assert f"dask-matrix bisect {ROW} --good 2025.3.0 --bad 2025.4.0 --commits" in page


def test_the_page_of_its_run_says_what_was_searched(book: Book) -> None:
    """And leads to the scenario."""
    assert "<h2>Bisections</h2>" not in book.client.get("/runs/r").text
    add(book, title="Computes again")
    page = book.client.get("/runs/r").text
    assert "<h2>Bisections</h2>" in page
    found = "dask b2a4a2157 broke it: Wrap &lt;HLGs&gt; in an Expr"
    assert f'<a href="/scenarios/{ROW}">Computes again</a> <small>{found}</small>' in page


def test_a_link_that_is_no_address_is_shown_as_text(book: Book) -> None:
    """Whoever wrote the record."""
    add(book, suspects=[{"name": "dask 0123", "link": "javascript:alert(1)"}])
    assert "javascript:" not in book.client.get(f"/scenarios/{ROW}").text


def test_a_page_shows_the_command_where_nobody_has_searched(book: Book) -> None:
    """And where somebody has: it searches what changed last, between its two releases."""
    for _ in range(2):
        suspects = book.client.get(f"/scenarios/{ROW}").text.partition("Suspected commits")[2]
        assert f"dask-matrix bisect {ROW} --good 2025.2.0 --bad 2025.4.0 --commits" in suspects
        add(book)


def test_a_page_as_it_was_shows_what_was_found_by_then(book: Book) -> None:
    """What was recorded later does not count."""
    add(book)
    row, told = book.store.scenario(ROW), book.store.bisects(ROW)
    assert bisections(row, told, told[0].at).found
    assert not bisections(row, told, told[0].at - timedelta(seconds=1)).found


def test_of_bisections_that_asked_the_same_the_newest_is_shown_and_all_are_told(book: Book) -> None:
    """The JSON has them newest first."""
    add(book, suspects=[{"name": "the older answer"}])
    add(book, suspects=[{"name": "the newer answer"}])
    add(book, suspects=[{"name": "of what mended it"}], mends=True)
    page = book.client.get(f"/scenarios/{ROW}").text
    assert "the newer answer" in page
    assert "of what mended it" in page
    assert "the older answer" not in page
    told = book.client.get("/api/v1/bisects", params={"scenario": ROW}).json()["bisects"]
    names = [each["found"]["suspects"][0]["name"] for each in told]
    assert names == ["of what mended it", "the newer answer", "the older answer"]


@pytest.mark.parametrize(
    ("query", "status"), [({}, 200), ({"scenario": "nothing/of/it"}, 404), ({"scenarios": ROW}, 422)]
)
def test_bisections_of_an_unknown_scenario_or_by_an_unknown_parameter_are_a_problem(
    book: Book, query: dict[str, str], status: int
) -> None:
    """Without any, those of all scenarios are answered."""
    assert book.client.get("/api/v1/bisects", params=query).status_code == status
