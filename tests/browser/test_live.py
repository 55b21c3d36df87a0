"""Live pages in a real browser: they update as results arrive, and catch up after an interruption."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, Route, expect

from dask_matrix.domain.records.records import CollectionRecord, EndRecord, RunRecord, ScenarioRecord
from dask_matrix.store.store import Store
from dask_matrix.web import links
from dask_matrix.web.api.events import end_streams_when
from dask_matrix.web.app import create_app
from dask_matrix.web.reader import LIVE_FOR

from .conftest import ROWS, Site, Window, fill

Open = Callable[..., Window]
SEEN = """() => {
  window.seen = [];
  const list = document.querySelector('#arrivals');
  new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
    if (node.nodeName === 'LI') window.seen.push(node.querySelector('.chip').innerText);
  }))).observe(list, { childList: true });
}"""
"""Records what is added to the list of results."""


FOCUSED = "[document.activeElement.getAttribute('aria-label'), document.getElementById('matrix').scrollLeft]"
"""The focused cell, and the scroll position of the grid."""


def begin(site: Site, planned: int = 30, environments: int = 2) -> None:
    """Record the start of a run, and what is planned in the first environment."""
    now = datetime.now(UTC)
    head = {"run": "r", "at": now}
    run = RunRecord(
        id="r", who="me", host="here", scenario_set="scenarios", tool="0", environments=environments, **head
    )
    plan = CollectionRecord(id="c", environment=site.keys[0], scenarios={}, functions={}, to_run=planned, **head)
    site.store.ingest([run, plan])


@contextmanager
def serving(app: FastAPI, port: int) -> Iterator[int]:
    """Serve on a port, or on a free one; yield which."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    end_streams_when(app, lambda: server.should_exit)
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def hide(page: Page, *, hidden: bool) -> None:
    """Make a page believe that it is hidden, or visible again."""
    page.evaluate(
        """hidden => {
          Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_the_page_updates_when_a_result_arrives(site: Site, window: Open) -> None:
    """By itself, keeping scroll position, focus and typed text."""
    page = window(600).page
    page.goto(f"{site.url}/?changes=false")
    row = page.locator("tr", has_text="Row 1")
    first = row.locator("i").first
    expect(first).to_contain_text("untested")
    page.evaluate("document.getElementById('matrix').scrollLeft = 40")
    page.get_by_label("Filter").press_sequentially("row")
    site.result("crashed", row=1)
    expect(first).to_contain_text("crash")
    expect(page.get_by_label("Filter")).to_be_focused()
    expect(page.get_by_label("Filter")).to_have_value("row")
    page.locator("#matrix").focus()
    page.keyboard.press("ArrowDown")
    named = page.evaluate("document.activeElement.getAttribute('aria-label')")
    site.result("passed", row=1, column=2)
    expect(row.locator("i").nth(2)).to_contain_text("pass")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == named


def test_the_focus_stays_in_the_grid_when_the_filter_is_answered(site: Site, window: Open) -> None:
    """Moving in the grid before the response arrives keeps the cell and the scroll position."""
    page = window(600).page
    page.goto(f"{site.url}/?changes=false")
    answers: list[Route] = []
    page.route("**/?*q=row*", lambda route: answers.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    with page.expect_request("**/?*q=row*"):
        page.get_by_label("Filter").press_sequentially("row")
    page.locator("#matrix").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.evaluate("document.getElementById('matrix').dataset.old = ''")
    before = page.evaluate(FOCUSED)
    answers[-1].continue_()
    expect(page.locator("#matrix[data-old]")).to_have_count(0)
    assert page.evaluate(FOCUSED) == before
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED)[0] != before[0]


def test_the_focus_stays_in_the_grid_when_a_row_arrives(site: Site, window: Open) -> None:
    """All rows of the area are redrawn then."""
    page = window(600).page
    page.goto(f"{site.url}/?changes=false")
    page.locator("#matrix").focus()
    page.keyboard.press("ArrowDown")
    before = page.evaluate(FOCUSED)
    scenario = ScenarioRecord(
        id="new", run="r", at=datetime.now(UTC), scenario="array/new/arrives", title="A new row", file="f.py",
        area="array", function="test_x", source="def test_x():\n    ...\n", fingerprint="f",
    )  # fmt: skip
    site.store.ingest([scenario])
    site.result("crashed", row=0)
    expect(page.locator("tr", has_text="A new row")).to_have_count(1)
    assert page.evaluate(FOCUSED) == before


def test_an_empty_page_becomes_the_matrix(empty_site: Site, window: Open) -> None:
    """The server is up before the run."""
    page = window().page
    page.goto(empty_site.url)
    expect(page.locator("main")).to_contain_text("No results yet")
    fill(empty_site)
    expect(page.locator("#matrix i.turn")).to_contain_text("fail")


def test_the_page_of_a_cell_updates_too(site: Site, window: Open) -> None:
    """From no evidence to a traceback."""
    page = window().page
    page.goto(site.url + links.cell(ROWS[1], site.keys[0]))
    expect(page.locator("main")).to_contain_text("has not run in this environment")
    site.result("failed", row=1, text="E   KeyError: 'k'")
    expect(page.locator(".verdict")).to_contain_text("fail")
    expect(page.locator(".tb-error")).to_contain_text("KeyError")


def test_a_changed_page_fires_an_event(site: Site, window: Open) -> None:
    """For scripts that draw on it."""
    page = window().page
    page.goto(site.url)
    page.evaluate("document.addEventListener('matrix:changed', () => { document.title = 'changed'; })")
    site.result("crashed", row=1)
    expect(page).to_have_title("changed")


def test_the_page_of_a_run_updates_while_results_arrive(site: Site, window: Open) -> None:
    """The newest first, each once; the progress; and the table below."""
    page = window().page
    begin(site)
    page.goto(site.url + links.run("r"))
    bar = page.locator("#come progress")
    expect(bar).to_have_js_property("value", 20)  # what fill() recorded of the run
    site.result("crashed", row=1)
    top = page.locator("#arrivals li").first
    expect(top).to_contain_text("crashed")
    expect(top).to_contain_text("Row 1 computes again")
    expect(top.locator("a")).to_have_attribute("href", links.cell(ROWS[1], site.keys[0]))
    page.evaluate(SEEN)
    for outcome in ("passed", "failed", "timed-out") * 8:
        site.result(outcome, row=1)
    expect(page.locator("[data-told=results]")).to_have_text("45")
    assert page.evaluate("window.seen") == ["✓ passed", "✕ failed", "◷ timed out"] * 8
    expect(page.locator("#arrivals li")).to_have_count(20)
    expect(page.locator("table.runs tbody tr").first).to_contain_text("1 crashed")


def test_an_empty_run_shows_planned_numbers_when_they_arrive(empty_site: Site, window: Open) -> None:
    """Its page is open before its harness has collected scenarios."""
    page = window().page
    run = RunRecord(id="r", run="r", at=datetime.now(UTC), who="me", host="here", scenario_set="scenarios", tool="0")
    empty_site.store.ingest([run])
    page.goto(empty_site.url + links.run("r"))
    expect(page.locator("#come .of")).to_be_hidden()
    begin(empty_site, planned=7)
    expect(page.locator("#come .of")).to_have_text("of 7")
    empty_site.result("passed")
    expect(page.locator("#come progress")).to_have_js_property("value", 1)


def test_the_page_of_a_run_says_when_it_is_over(empty_site: Site, window: Open) -> None:
    """By itself, although no more results arrive."""
    page = window().page
    then = datetime.now(UTC) - LIVE_FOR + timedelta(seconds=5)
    run = RunRecord(id="r", run="r", at=then, who="me", host="here", scenario_set="scenarios", tool="0")
    empty_site.store.ingest([run])
    page.goto(empty_site.url + links.run("r"))
    expect(page.locator("h1 .chip, #arrivals")).to_have_count(0, timeout=30_000)
    expect(page.locator("#come")).to_contain_text("0 scenarios done")


@pytest.mark.parametrize("how", ["finished", "interrupted"])
def test_the_page_of_a_run_says_at_once_how_it_ended(site: Site, window: Open, how: str) -> None:
    """While its page is open."""
    page = window().page
    begin(site)
    page.goto(site.url + links.run("r"))
    expect(page.locator("h1 .chip")).to_have_text("running")
    site.store.ingest([EndRecord(id="x", run="r", at=datetime.now(UTC), how=how)])
    expect(page.locator("h1 .chip")).to_have_text(how)
    expect(page.locator("#arrivals")).to_have_count(0)


def test_a_hidden_page_has_no_connection(site: Site, window: Open, tmp_path: Path) -> None:
    """And catches up when it is visible again."""
    app = create_app(f"sqlite:///{tmp_path / 'matrix.sqlite'}")
    with serving(app, 0) as port:
        page = window().page
        begin(site)
        page.goto(f"http://127.0.0.1:{port}{links.run('r')}")
        expect(page.locator("#arrivals li")).to_have_count(20)
        wait_until(lambda: app.state.broadcaster.listeners == 2)
        hide(page, hidden=True)
        wait_until(lambda: app.state.broadcaster.listeners == 0)
        page.evaluate(SEEN)
        site.result("crashed", row=1)
        site.result("timed-out", row=1)
        hide(page, hidden=False)
        expect(page.locator("#arrivals li").first).to_contain_text("timed out")
        assert page.evaluate("window.seen") == ["↯ crashed", "◷ timed out"]
        page.goto("about:blank")
        wait_until(lambda: app.state.broadcaster.listeners == 0)


@pytest.mark.parametrize("address", ["/?changes=false", links.run("r")])
def test_a_page_catches_up_when_the_server_is_back(site: Site, window: Open, tmp_path: Path, address: str) -> None:
    """It says so in the meantime; the results of a run from that time are shown, each once."""
    url = f"sqlite:///{tmp_path / 'matrix.sqlite'}"
    opened = window()
    page = opened.page
    begin(site)
    with serving(create_app(url), 0) as port:
        page.goto(f"http://127.0.0.1:{port}{address}")
        expect(page.locator("#lost")).to_be_hidden()
        if address != "/?changes=false":
            page.evaluate(SEEN)
        site.result("crashed", row=1)
        expect(page.locator("main")).to_contain_text("crash")
    expect(page.locator("#lost")).to_be_visible()
    with Store.open(url) as store:
        Site("", store).result("failed", row=1, column=1)
        Site("", store).result("timed-out", row=1, column=2)
    with serving(create_app(url), port):
        expect(page.locator("#lost")).to_be_hidden()
        if address == "/?changes=false":
            expect(page.locator("tr", has_text="Row 1")).to_contain_text("timeout")
        else:
            expect(page.locator("#arrivals li").first).to_contain_text("timed out")
            assert page.evaluate("window.seen") == ["↯ crashed", "✕ failed", "◷ timed out"]
        page.goto("about:blank")
    opened.complaints[:] = [each for each in opened.complaints if "net::ERR_" not in each]  # the server was away


def wait_until(happens: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)
