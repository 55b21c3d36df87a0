"""No page has what axe-core calls a violation, light or dark, wide or narrow."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from service.web import links

from .conftest import REFUSED, ROWS, Site, Window
from .test_site import HOSTILE

Open = Callable[..., Window]
KINDS = [
    "/", "/?changes=false&last=0", "/?q=zzz", "/releases", "/api/docs", "/upgrade?from=2024.1.0&to=2025.10.0", "/about", "/releases/2025.1.0", "/runs",
    f"/environments/{0:016x}", f"/environments/{REFUSED}", links.scenario(ROWS[1]), links.cell(ROWS[0], f"{12:016x}"),
    links.cell(ROWS[0], REFUSED),
]  # fmt: skip
"""One address of each kind of page."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_no_violation_on_any_page(site: Site, window: Open, width: int, scheme: str) -> None:
    """All rules of axe-core, on every kind of page."""
    result = site.result("failed", column=12, text=HOSTILE)
    page = window(width, color_scheme=scheme).page
    found = []
    for address in [*KINDS, f"/results/{result}"]:
        page.goto(site.url + address)
        told = Axe().run(page).response["violations"]
        found += [(address, each["id"], node["html"][:200], node["any"][:1]) for each in told for node in each["nodes"]]
    assert found == []


def test_axe_finds_no_violation_beside_an_open_cell(site: Site, window: Open) -> None:
    """The panel, the link under the keys, the list of keys."""
    page = window(1440).page
    page.goto(f"{site.url}/?changes=false")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.locator("#panel .verdict").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert Axe().run(page).response["violations"] == []
