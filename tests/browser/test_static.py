"""A static site in a real browser: from a web server, and from disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dask_matrix.site.file_names import file_name
from dask_matrix.store.store import Store
from dask_matrix.web import links
from tests.conftest import dask_matrix
from tests.site.site_of import HOLDS, KEYS, TURNS, files, fill

from .conftest import Window

Open = Callable[..., Window]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a site of rows with odd names and hostile evidence."""
    made = tmp_path_factory.mktemp("static")
    with Store.open(f"sqlite:///{made / 'matrix.sqlite'}") as store:
        fill(store)
    done = dask_matrix("export", made / "site", data=made)
    assert done.returncode == 0, done.stderr
    return made / "site"


LOOK = """() => ({
    position: getComputedStyle(document.querySelector(".skip")).position,
    policies: document.querySelectorAll("meta[http-equiv=Content-Security-Policy]").length,
    static: "static" in document.body.dataset,
})"""


class Quiet(SimpleHTTPRequestHandler):
    """``python -m http.server`` without a log line per request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named there
        """Log nothing."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """Return the address of the site on a plain web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(params=["server", "disk"])
def address(request: pytest.FixtureRequest, folder: Path, served: str) -> str:
    """Return the address of the site."""
    return served if request.param == "server" else folder.as_uri()


def test_every_file_opens_without_errors(address: str, folder: Path, window: Open) -> None:
    """No console messages, no violations of the page's own policy, styles and scripts found."""
    page = window().page
    pages = sorted(name for name in files(folder) if name.endswith(".html"))
    assert len(pages) > 40
    for name in pages:
        page.goto(f"{address}/{name}")
        assert page.evaluate(LOOK) == {"position": "absolute", "policies": 1, "static": True}, name


def test_links_lead_through_the_site(address: str, window: Open) -> None:
    """From the matrix to a cell, to its row, to its area, and back."""
    page = window().page
    page.goto(f"{address}/index.html")
    page.locator("#matrix i.turn").first.click()
    expect(page.locator(".verdict")).to_contain_text("fail on Dask 2025.4.0")
    page.locator(".crumbs a").nth(1).click()
    expect(page.locator(".crumbs span")).to_have_text(TURNS)
    page.locator(".crumbs a").nth(1).click()
    expect(page.locator("#matrix th[scope=row]")).to_have_count(1)
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Upgrade").click()
    page.get_by_role("link", name="2025.2.0 → 2025.4.0").first.click()
    expect(page.locator("h1")).to_have_text("dask 2025.2.0 → 2025.4.0")


def test_it_says_that_there_is_no_server(address: str, window: Open) -> None:
    """Instead of forms that need one; and what to do instead."""
    page = window(java_script_enabled=False).page
    page.goto(f"{address}/index.html")
    expect(page.get_by_role("navigation", name="Prepared views")).to_contain_text("this site has no server")
    page.goto(f"{address}/upgrade.html")
    expect(page.locator("main")).to_contain_text("dask-matrix check --from")
    for name in ("index", "all", "upgrade", "releases"):
        page.goto(f"{address}/{name}.html")
        assert page.locator("form[action]").count() == 0
        expect(page.locator("footer")).to_contain_text("Static site")


def test_the_filter_works_in_the_page(address: str, window: Open) -> None:
    """While typing, and from the address; a cell without its own page links to its row."""
    page = window().page
    page.goto(f"{address}/all.html?q=is:turning")
    expect(page.locator("tr[data-id]:visible")).to_have_count(1)
    page.get_by_label("Filter").fill("area:bag adds")
    expect(page.locator("tr[data-id]:visible")).to_have_count(1)
    page.locator("tr[data-id]:visible i.v-pass").last.click()
    expect(page.locator(".crumbs span")).to_have_text(HOLDS)


def test_hostile_evidence_does_nothing_here_either(address: str, window: Open) -> None:
    """It is shown as written, links included, and opens no dialog (the window would complain)."""
    page = window().page
    page.goto(f"{address}/{file_name(links.cell(TURNS, KEYS[3]))}")
    expect(page.locator("main")).to_contain_text('<a href="/etc/passwd" src="/x">"page":"/etc"')
