"""Whatever line is in a record file: it is rejected, or every reader can show it and every link leads somewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dask_matrix.store.file_ingestion import all_files
from dask_matrix.store.store import Store
from dask_matrix.web import links
from tests.record_lines import LINES, NEW, OLD, ROW, base
from tests.web.conftest import Book, opened
from tests.web.pages.test_pages import Links

STARTS = [
    "/", "/?changes=false&last=0", "/?changes=false&last=0&history=true", "/releases", "/runs", "/upgrade", "/matrix.svg",
    "/upgrade?from=2025.2.0&to=2025.4.0", "/api/v1/upgrade?from=2025.2.0&to=2025.4.0", "/feed.atom", "/feed.json",
    "/api/v1/matrix", "/api/v1/matrix?history=true", "/api/v1/matrix?format=csv", "/api/v1/matrix.parquet", "/api/v1/scenarios", "/api/v1/runs",
    "/api/v1/releases", f"/api/v1/bisects?scenario={ROW}", "/badge/release/latest.svg", "/badge/upgrade/2025.2.0/latest.json",
    "/?at=2025-05-01T00:00:00Z&changes=false", "/healthz", links.scenario(ROW), links.environment(OLD), links.cell(ROW, NEW), "/runs/r", "/api/v1/runs/r",
]  # fmt: skip
FIXED = ("/static/", "/api/docs", "/api/openapi.json", "/about")
"""Addresses whose answers depend on no record."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Return an application on a store of its own, which each example fills anew."""
    folder = tmp_path_factory.mktemp("hostile")
    with opened(folder / "matrix.sqlite") as made:
        yield made


def refill(store: Store, folder: Path, lines: list[bytes]) -> int:
    """Make the store again from lines; return how many were accepted."""
    folder.mkdir(exist_ok=True)
    (folder / "records.jsonl").write_bytes(b"\n".join([*base(), *lines, b""]))
    report = store.rebuild(all_files(folder))
    assert all(each.line > len(base()) and each.reason for each in report.rejected)
    return report.accepted + report.duplicates


def refuse(constant: str) -> NoReturn:
    """Reject what JSON cannot hold."""
    raise AssertionError(f"{constant} in JSON")


def answers(book: Book, address: str) -> list[str]:
    """Return where an address's answer leads to; it must be a success that its reader can read."""
    answer = book.client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:500]}"
    kind = answer.headers["content-type"]
    if "json" in kind:
        json.loads(answer.content, parse_constant=refuse)
    return Links(answer.text).addresses if kind.startswith("text/html") else []


def crawl(book: Book, starts: list[str]) -> None:
    """Follow links from some addresses, and those on the pages that they lead to."""
    seen: set[str] = set()
    found = starts
    for _ in range(2):
        found = list(dict.fromkeys(each.partition("#")[0] for each in found))
        inner = [each for each in found if each.startswith("/") and each not in seen and not each.startswith(FIXED)]
        assert all(each.startswith(("/", "https://", "http://")) for each in found if each)
        seen |= set(inner)
        found = [each for address in inner if not links.is_stream(address) for each in answers(book, address)]


@pytest.mark.slow
@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(LINES, min_size=1, max_size=25))
def test_every_reader_answers(book: Book, tmp_path: Path, lines: list[bytes]) -> None:
    """Pages, JSON, CSV, Parquet, pictures, feeds and badges; and what their links lead to."""
    refill(book.store, tmp_path / "records", lines)
    crawl(book, STARTS)
