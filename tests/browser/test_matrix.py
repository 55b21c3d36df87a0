"""Mouse, keyboard and filter of the matrix, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import RELEASES, ROWS, Shown, Window

Open = Callable[..., Window]
ALL = "/?changes=false&last=0"


def named(page: Page) -> str:
    """Return the label of the focused cell."""
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def place(page: Page, row: int, column: int) -> tuple[float, float]:
    """Return the position of the middle of a cell in the window."""
    line = page.locator("#matrix tr[data-id]").nth(row).bounding_box()
    head = page.locator(".lanes th").nth(column).bounding_box()
    assert line
    assert head
    return head["x"] + head["width"] / 2, line["y"] + line["height"] / 2


@pytest.fixture
def page(shown: Shown, window: Open) -> Page:
    """Return the whole matrix in a wide window."""
    made = window(1440).page
    made.goto(shown.url + ALL)
    return made


def test_a_click_on_a_cell_opens_it_next_to_the_grid(page: Page, shown: Shown) -> None:
    """The address has the cell, and Back closes it."""
    page.mouse.click(*place(page, 2, 12))
    panel = page.locator("#panel")
    expect(panel).to_contain_text(f"fail on Dask {RELEASES[12]}")
    assert "#cell=" in page.url
    kept = page.url
    page.mouse.click(*place(page, 2, 3))
    expect(panel).to_contain_text(f"pass on Dask {RELEASES[3]}")
    page.go_back()
    expect(panel).to_be_hidden()
    assert page.url == shown.url + ALL
    page.goto("about:blank")
    page.goto(kept)
    expect(panel).to_contain_text(f"fail on Dask {RELEASES[12]}")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_every_cell_of_a_row_is_under_its_head(page: Page) -> None:
    """A click selects the cell of that column, also for odd ids."""
    for row, column in [(0, 0), (1, 7), (2, 19)]:
        page.mouse.click(*place(page, row, column))
        expect(page.locator("#spot")).to_have_attribute("href", re.compile(f"{column:016x}$"))
        expect(page.locator("#panel h1")).to_contain_text("Row")
        page.keyboard.press("Escape")  # the panel takes room from the grid
        expect(page.locator("#panel")).to_be_hidden()


def test_arrows_move_from_cell_to_cell_and_enter_opens(page: Page) -> None:
    """Starting at the newest column of the first row; the cell is announced to screen readers."""
    page.locator("#matrix").focus()
    page.keyboard.press("ArrowRight")
    assert "2026.1.0" in named(page)
    page.keyboard.press("ArrowLeft")
    first = named(page)
    assert f"on {RELEASES[-1]}" in first
    page.keyboard.press("ArrowDown")
    assert named(page) != first
    expect(page.locator("p[role=status].quiet")).to_have_text(named(page))
    page.keyboard.press("Enter")
    expect(page.locator("#panel .verdict")).to_be_visible()


def test_n_and_p_jump_to_changes(page: Page) -> None:
    """From anywhere, wrapping around."""
    page.keyboard.press("n")
    assert named(page).startswith("fail, breaks on 2025.1.0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("n")
    assert "breaks" in named(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    assert "breaks" in named(page)


def test_a_slash_goes_to_the_filter_and_a_question_mark_lists_the_shortcuts(page: Page) -> None:
    """But not while typing."""
    page.keyboard.press("/")
    expect(page.get_by_label("Filter")).to_be_focused()
    page.keyboard.type("?n/")
    expect(page.get_by_label("Filter")).to_have_value("?n/")
    expect(page.locator("#keylist")).to_be_hidden()
    page.get_by_label("Filter").fill("")  # the answer to the other would take the grid away
    page.locator("#matrix").focus()
    page.keyboard.press("?")
    expect(page.locator("#keylist")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keylist")).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "rows"),
    [("row 1", 1), ("area:bag", 1), ('area:""', 3), ("verdict:n/a", 0), ("-is:turning", 2), ("verdict:uninstallable", 3), ("-area:bag", 2), ("is:turning", 1), ("verdict:fail", 1), ("verdict:untested", 2),
     ("covers:dask.bag", 0), ('"computes again"', 3), ("is:flaky", 0)],
)  # fmt: skip
def test_typing_filters_at_once_and_the_server_agrees(page: Page, shown: Shown, text: str, rows: int) -> None:
    """Script and server show the same rows, and the address has the filter."""
    page.route("**/*", lambda route: route.abort() if "q=" in route.request.url else route.continue_())
    page.get_by_label("Filter").fill(text)
    expect(page.locator("#matrix tr[data-id]:not(.out)")).to_have_count(rows)
    page.unroute("**/*")
    told = page.request.get(f"{shown.url}/api/v1/matrix", params={"q": text}).json()
    assert len(told["scenarios"]) == rows
    page.goto(f"{shown.url}{ALL}&q={text.replace(' ', '+')}")
    expect(page.locator("#matrix tr[data-id]")).to_have_count(rows)


def test_the_address_follows_what_is_typed(page: Page) -> None:
    """And a reload shows the same."""
    page.get_by_label("Filter").fill("area:bag")
    page.wait_for_url("**q=area%3Abag**")
    expect(page.locator("#matrix tr[data-id]")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Filter")).to_have_value("area:bag")
    expect(page.locator("#matrix tr[data-id]")).to_have_count(1)


def test_a_collapsed_area_stays_collapsed_by_the_address(page: Page) -> None:
    """The checkbox next to its name collapses it."""
    page.get_by_label("Collapse bag").check()
    assert "shut=bag" in page.url
    expect(page.locator("#matrix tr[data-id]:visible")).to_have_count(2)
    page.reload()
    expect(page.get_by_label("Collapse bag")).to_be_checked()
    expect(page.locator("#matrix tr[data-id]:visible")).to_have_count(2)


def test_a_frozen_matrix_opens_its_cells_as_they_were(page: Page) -> None:
    """Their addresses have the moment of the permalink."""
    page.get_by_role("link", name="Permalink").click()
    expect(page.locator(".frozen")).to_be_visible()
    page.mouse.click(*place(page, 2, 12))
    expect(page.locator("#panel")).to_contain_text("fail on Dask")
    assert "at%3D" in page.url


def test_on_a_phone_the_cell_covers_the_grid(shown: Shown, window: Open) -> None:
    """And can be closed by touch."""
    page = window(390).page
    page.goto(shown.url)
    page.evaluate("document.getElementById('matrix').scrollIntoView()")
    page.evaluate("document.getElementById('matrix').scrollLeft = 0")
    page.mouse.click(*place(page, 0, 2))
    panel = page.locator("#panel")
    expect(panel.locator(".verdict")).to_be_visible()
    box = panel.bounding_box()
    assert box
    assert box["width"] == 390
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_only_the_filter_box_is_shown_until_more_options_are_checked(
    shown: Shown, window: Open, *, script: bool
) -> None:
    """With and without JavaScript; all options are shown if one of them is set."""
    page = window(390, java_script_enabled=script).page
    page.goto(shown.url)
    area = page.locator("select[name=area]")
    expect(page.get_by_label("Filter", exact=True)).to_be_visible()
    expect(area).to_be_hidden()
    page.get_by_label("more options").check()
    expect(area).to_be_visible()
    page.wait_for_timeout(300)  # as long as another page would take
    expect(page.get_by_label("more options")).to_be_checked()
    page.goto(f"{shown.url}/?q=row")
    expect(area).to_be_hidden()
    page.goto(f"{shown.url}/?area=bag")
    expect(area).to_have_value("bag")
    expect(area).to_be_visible()


def test_all_cells_have_a_text(page: Page) -> None:
    """For screen readers."""
    told = page.locator(f'tr[data-id="{ROWS[0]}"] td').inner_text()
    assert "pass: 2024.1.0 to 2024.10.0" in told
    assert "fail, breaks: 2025.1.0" in told


def test_is_turning_applies_to_the_columns_shown(page: Page, shown: Shown) -> None:
    """In the script and on the server, also for a row that changed before the first column shown."""
    for last, rows in (("0", 1), ("5", 0)):
        page.goto(f"{shown.url}/?changes=false&last={last}")
        page.route("**/*q=*", lambda route: route.abort())
        page.get_by_label("Filter").fill("is:turning")
        expect(page.locator("#matrix tr[data-id]:not(.out)")).to_have_count(rows)
        page.unroute("**/*q=*")
        told = page.request.get(f"{shown.url}/api/v1/matrix", params={"q": "is:turning", "last": last}).json()
        assert len(told["scenarios"]) == rows


def test_an_invalid_term_is_reported_next_to_the_filter(shown: Shown, window: Open) -> None:
    """The rows stay, and so does the address."""
    made = window(1440)
    page = made.page
    page.goto(shown.url + ALL)
    page.get_by_label("Filter").fill("is:flakey")
    expect(page.locator("#refused")).to_contain_text("Invalid filter is:flakey")
    expect(page.locator("#matrix tr[data-id]:not(.out)")).to_have_count(3)
    assert "flakey" not in page.url
    page.get_by_label("Filter").fill("row")
    expect(page.locator("#refused")).to_be_empty()
    made.complaints[:] = [each for each in made.complaints if "422" not in each]


def test_the_cell_shown_is_the_one_opened_last(page: Page, shown: Shown) -> None:
    """Even if the response for another arrives later; and none is shown after closing."""
    slow = f"**/{shown.keys[3]}"
    page.route(slow, lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.mouse.click(*place(page, 2, 3))
    page.mouse.click(*place(page, 2, 12))
    expect(page.locator("#panel")).to_contain_text(f"fail on Dask {RELEASES[12]}")
    page.wait_for_timeout(800)
    expect(page.locator("#panel")).to_contain_text(f"fail on Dask {RELEASES[12]}")
    page.keyboard.press("Escape")
    page.mouse.click(*place(page, 2, 3))
    page.keyboard.press("Escape")
    page.wait_for_timeout(800)
    expect(page.locator("#panel")).to_be_hidden()
    page.unroute(slow)


def test_cells_open_also_if_the_default_view_had_none(page: Page, shown: Shown) -> None:
    """The filter shows rows, and the panel works."""
    page.goto(f"{shown.url}/?changes=false&q=nosuchthing")
    page.get_by_label("Filter").fill("")
    expect(page.locator("#matrix tr[data-id]")).to_have_count(3)
    page.mouse.click(*place(page, 2, 12))
    expect(page.locator("#panel .verdict")).to_be_visible()


def test_back_from_a_cell_restores_the_filter(page: Page, shown: Shown) -> None:
    """Filter box, rows and address agree."""
    page.mouse.click(*place(page, 2, 12))
    expect(page.locator("#panel .verdict")).to_be_visible()
    page.get_by_label("Filter").fill("area:bag")
    page.wait_for_url("**q=area%3Abag**")
    page.go_back()
    expect(page.get_by_label("Filter")).to_have_value("")
    expect(page.locator("#matrix tr[data-id]:not(.out)")).to_have_count(3)
    assert page.url == shown.url + ALL


@pytest.mark.parametrize(
    "hash_", ["%", "cells/../api/v1/about", "%2F%2Fexample.org%2Fcells%2Fa%2Fb", "javascript%3Aalert(1)"]
)
def test_a_hash_that_names_no_cell_opens_nothing(page: Page, shown: Shown, hash_: str) -> None:
    """Nothing is fetched, and there is no error."""
    page.goto("about:blank")
    page.goto(f"{shown.url}{ALL}#cell={hash_}")
    page.locator("#matrix").focus()
    page.keyboard.press("n")
    expect(page.locator("#panel")).to_be_hidden()


def test_enter_in_the_filter_keeps_the_focus(shown: Shown, window: Open) -> None:
    """The answer comes at once, unchanged rows included, and more can be typed."""
    page = window(1440).page
    page.goto(shown.url)
    page.locator("input[name=q]").fill("works")
    page.keyboard.press("Enter")
    expect(page.locator("#matrix tr[data-id]")).to_have_count(1)
    page.keyboard.type(" a")
    assert page.evaluate("document.activeElement.name") == "q"
    assert page.locator("input[name=q]").input_value() == "works a"


@pytest.mark.parametrize("wide", [390, 900, 1280])
def test_no_column_is_cut_off(shown: Shown, window: Open, wide: int) -> None:
    """The grid is as wide as whole columns are, scrolled to either end."""
    page = window(wide).page
    page.goto(shown.url + ALL)
    for end in ("matrix.scrollWidth", "0"):
        page.locator("#matrix").evaluate(f"(matrix) => {{ matrix.scrollLeft = {end}; }}")
        assert page.evaluate(CUT) == []


CUT = """() => {
    const matrix = document.getElementById("matrix");
    const left = matrix.querySelector(".corner").getBoundingClientRect().right;
    const right = matrix.getBoundingClientRect().left + matrix.clientLeft + matrix.clientWidth;
    const heads = [...matrix.querySelectorAll(".lanes th")].map((head) => head.getBoundingClientRect());
    return heads.filter(({ left: a, right: b }) => (a < left - 1 && b > left + 1) || (a < right - 1 && b > right + 1)).map(({ left: a }) => a);
}"""
