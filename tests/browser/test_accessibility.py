"""No page has what axe-core calls a violation, light or dark, wide or narrow."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from dask_matrix.domain.records.records import RunRecord
from dask_matrix.web import links

from .conftest import REFUSED, ROWS, ColorScheme, Shown, Site, Window
from .test_site import HOSTILE

Open = Callable[..., Window]
SCHEMES: list[ColorScheme] = ["light", "dark"]
KINDS = [
    "/", "/?changes=false&last=0", "/?q=zzz", "/releases", "/api/docs", "/upgrade?from=2024.1.0&to=2025.10.0", "/about", "/releases/2025.1.0", "/runs",
    f"/environments/{0:016x}", f"/environments/{REFUSED}", links.scenario(ROWS[1]), links.cell(ROWS[0], f"{12:016x}"),
    links.cell(ROWS[0], REFUSED), links.run("r"),
]  # fmt: skip
"""One address of each kind of page."""
FROZEN = ["/?changes=false", links.cell(ROWS[0], f"{12:016x}")]
"""Pages that look different when frozen at a moment."""
NOT_FOUND = "error: Failed to load resource: the server responded with a status of 404 (Not Found)"
"""What the browser logs for every such page."""


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_no_violation_on_any_page(site: Site, window: Open, width: int) -> None:
    """All rules of axe-core, on every kind of page, in both colour schemes: those are style sheets of one page."""
    result = site.result("failed", column=12, text=HOSTILE)
    now = datetime.now(UTC)
    site.store.ingest([RunRecord(id="r", run="r", at=now, who="me", host="here", scenario_set="s", tool="0")])
    at = f"at={now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    frozen = [f"{each}{'&' if '?' in each else '?'}{at}" for each in FROZEN]
    page = window(width).page
    found = []
    for address in [*KINDS, *frozen, f"/results/{result}"]:
        page.goto(site.url + address)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", scheme)
            told = Axe().run(page).response["violations"]
            found += [
                (address, scheme, each["id"], node["html"][:200], node["any"][:1])
                for each in told
                for node in each["nodes"]
            ]
    assert found == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_no_violation_on_the_page_of_a_problem(shown: Shown, window: Open, width: int, scheme: str) -> None:
    """A page like others; the browser logs its status and nothing else."""
    made = window(width, color_scheme=scheme)
    made.page.goto(f"{shown.url}/releases/2025.1.7")
    assert made.page.locator("h1").count() == 1
    assert Axe().run(made.page).response["violations"] == []
    assert made.complaints == [NOT_FOUND]
    made.complaints.clear()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_no_violation_with_an_open_cell(shown: Shown, window: Open, width: int, scheme: str) -> None:
    """The panel, the selected cell, the list of keyboard shortcuts."""
    page = window(width, color_scheme=scheme).page
    page.goto(f"{shown.url}/?changes=false")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.locator("#panel .verdict").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert Axe().run(page).response["violations"] == []
