"""The pages in a real browser: no errors, and complete without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dask_matrix.web import links

from .conftest import REFUSED, ROWS, Shown, Site, Window

Open = Callable[..., Window]
HOSTILE = "<script>alert(1)</script></pre><img src=x onerror=alert(1)>\x1b[31m \u202e" + "long" * 5_000
ADDRESSES = [
    "/", "/?changes=false&last=0", "/?q=zzz", "/releases", "/releases/2025.1.0", "/releases/2026.1.0", "/runs", "/about",
    "/api/docs", "/upgrade?from=2024.1.0&to=2025.10.0", f"/environments/{0:016x}", f"/environments/{REFUSED}",
    *map(links.scenario, ROWS), *(links.cell(row, f"{12:016x}") for row in ROWS), links.cell(ROWS[0], REFUSED),
]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_has_no_errors_and_fits_the_window(site: Site, window: Open, width: int, scheme: str) -> None:
    """No console messages, no policy violations; only some boxes scroll sideways."""
    result = site.result("failed", column=12, text=HOSTILE)
    page = window(width, color_scheme=scheme).page
    for address in [*ADDRESSES, f"/results/{result}"]:
        answer = page.goto(site.url + address)
        assert answer, address
        assert answer.status == 200, address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address


def test_every_page_is_complete_without_javascript(shown: Shown, window: Open) -> None:
    """From the matrix to a cell, to its row, and through the form."""
    page = window(java_script_enabled=False).page
    page.goto(shown.url)
    page.locator("#matrix th[scope=row] a").first.click()
    expect(page.locator("h1")).to_have_text("Row 0 computes again")
    page.locator(".road a.turn").first.click()
    expect(page.locator(".verdict")).to_contain_text("fail on Dask 2025.1.0")
    page.goto(shown.url)
    expect(page.locator("#matrix th[scope=row]")).to_have_count(1)
    page.get_by_label("show unchanged scenarios").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#matrix th[scope=row]")).to_have_count(3)
    page.locator("#matrix .area input").first.check()
    expect(page.locator("#matrix th[scope=row]:visible")).to_have_count(2)
    assert "changes=false" in page.url


def test_the_form_writes_a_short_address(shown: Shown, window: Open) -> None:
    """With JavaScript, empty fields are left out; after Back the form is usable again."""
    page = window().page
    page.goto(shown.url)
    page.get_by_label("Area").select_option("bag")
    expect(page.locator("#view")).to_contain_text("No scenario changes between these releases")
    assert page.url == f"{shown.url}/?area=bag"
    page.go_back()
    expect(page.get_by_label("Filter")).to_be_enabled()
    expect(page.locator("#matrix th[scope=row]")).to_have_count(1)


def test_commands_are_copied_by_a_button(shown: Shown, window: Open) -> None:
    """Also one added to the page later; without JavaScript there is no such button."""
    made = window(permissions=["clipboard-read", "clipboard-write"])
    page = made.page
    page.goto(shown.url + links.cell(ROWS[0], shown.keys[12]))
    button = page.locator("button[data-copy]").first
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == button.get_attribute("data-copy")
    page.evaluate("""document.querySelector("h1").outerHTML = '<button data-copy="came later">Copy</button>'""")
    page.locator("[data-copy='came later']").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text === 'came later')")
    bare = window(java_script_enabled=False).page
    bare.goto(shown.url + links.cell(ROWS[0], shown.keys[12]))
    expect(bare.locator("button[data-copy]").first).to_be_hidden()


def test_frames_of_other_code_unfold_without_javascript(site: Site, window: Open) -> None:
    """They are folded at first; the scenario's own stay open."""
    foreign = '  File "lib/python3.11/site-packages/dask/a.py", line 1, in {0}\n    raise KeyError\n'
    own = '  File "f.py", line 1, in test_x\n    g()\n'
    site.result(
        "failed", column=12, text=f"Traceback (most recent call last):\n{own}{foreign.format('g')}{foreign.format('h')}"
    )
    page = window(java_script_enabled=False).page
    page.goto(site.url + links.cell(ROWS[0], site.keys[12]))
    frame = page.locator(".traceback details pre")
    expect(page.locator(".traceback > .whole > pre").first).to_contain_text("test_x")
    expect(frame).to_be_hidden()
    page.locator(".traceback summary").click()
    expect(frame).to_be_visible()


@pytest.mark.parametrize("width", [390, 480, 520])
def test_the_content_of_a_cell_fits_a_panel(site: Site, window: Open, width: int) -> None:
    """Laid out by the width of its container, not of the window."""
    site.result("failed", column=12, text=HOSTILE)
    page = window(1440).page
    page.goto(site.url + links.cell(ROWS[0], site.keys[12]))
    page.evaluate(f"document.querySelector('main').style.width = '{width}px'")
    assert (
        page.evaluate(
            "(() => { const main = document.querySelector('main'); return main.scrollWidth - main.clientWidth })()"
        )
        <= 0
    )
    boxes = [page.locator(".proof").bounding_box(), page.locator(".beside").bounding_box()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"], "one below the other"


def test_the_heads_stay_visible(shown: Shown, window: Open) -> None:
    """The first column and the column heads stay in place while the grid scrolls."""
    page = window(390).page
    page.goto(shown.url)
    box = page.locator("#matrix")
    before = page.locator("#matrix th[scope=row]").first.bounding_box()
    box.evaluate("box => box.scrollLeft = 300")
    after = page.locator("#matrix th[scope=row]").first.bounding_box()
    assert before
    assert after
    assert before["x"] == after["x"]
    assert after["width"] < 390 * 0.45


def test_hostile_evidence_does_nothing(site: Site, window: Open) -> None:
    """No dialog opens (the window would complain), and the text is shown as written."""
    page = window().page
    result = site.result("failed", text=HOSTILE)
    page.goto(f"{site.url}/results/{result}")
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script></pre><img src=x onerror=alert(1)>")


def test_the_skip_link_is_the_first_stop(shown: Shown, window: Open) -> None:
    """For keyboard users."""
    page = window().page
    page.goto(shown.url)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
