"""A real server on a free port, and Debian's or Playwright's Chromium in front of it."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, sync_playwright

from dask_matrix.domain.records.records import EnvironmentRecord, RefusalRecord, ResultRecord, ScenarioRecord
from dask_matrix.store.store import Store
from dask_matrix.web.api.events import end_streams_when
from dask_matrix.web.app import create_app

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
ROWS = ["futures/from_delayed/computes_again", "bag/reads/works[a b/ü?x=1#y%2F&-<z>]", "array/../folded"]
RELEASES = [f"{year}.{month}.0" for year in (2024, 2025) for month in range(1, 11)]
REFUSED = "f" * 16


@dataclass
class Site:
    """A running server and the store behind it."""

    url: str
    store: Store
    keys: list[str] = field(default_factory=lambda: [f"{number:016x}" for number in range(len(RELEASES))])

    def result(self, outcome: str, row: int = 0, column: int = 0, text: str = "") -> str:
        """Record an execution, just now; return its id."""
        now = datetime.now(UTC)
        name = f"q{now.timestamp()}"
        record = ResultRecord(
            id=name, run="r", at=now, environment=self.keys[column], scenario=ROWS[row], fingerprint="f",
            outcome=outcome, phase="call", seconds=0.1, started=now, traceback=text, stdout=text, log=text,
        )  # fmt: skip
        self.store.ingest([record])
        return name


def fill(site: Site) -> None:
    """Record rows and columns; the second half of the first row fails."""
    then = datetime.now(UTC) - timedelta(days=1)
    columns = [
        EnvironmentRecord(
            id=f"e{key}", run="r", at=then, key=key, release=release, python="3.11", lane="as-released",
            platform="linux-x86_64", released_at=then, lock="dask==1\n",
        )
        for key, release in [*zip(site.keys, RELEASES, strict=True), (REFUSED, "2026.1.0")]
    ]  # fmt: skip
    refused = RefusalRecord(id="x", run="r", at=then, environment=REFUSED, phase="resolve", message="No " + "x" * 500)
    rows = [
        ScenarioRecord(
            id=f"s{number}", run="r", at=then, scenario=name, title=f"Row {number} computes again", file="f.py",
            area=name.split("/")[0], function="test_x", source="def test_x():\n    ...\n", fingerprint="f",
        )
        for number, name in enumerate(ROWS)
    ]  # fmt: skip
    results = [
        ResultRecord(
            id=f"q{number}", run="r", at=then, environment=key, scenario=ROWS[0], fingerprint="f", phase="call",
            outcome="passed" if number < 10 else "failed", seconds=0.1, started=then,
        )
        for number, key in enumerate(site.keys)
    ]  # fmt: skip
    site.store.ingest([*columns, refused, *rows, *results])


@contextmanager
def serve(url: str) -> Iterator[str]:
    """Serve a store on a free port; yield the address."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_app(url)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        end_streams_when(app, lambda: server.should_exit)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:  # a test that fails must not leave the whole run hanging on this thread
            server.should_exit = True
            thread.join()


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """Return a server on an empty store."""
    url = f"sqlite:///{tmp_path / 'matrix.sqlite'}"
    with Store.open(url) as store, serve(url) as address:
        yield Site(address, store)


@pytest.fixture
def site(empty_site: Site) -> Site:
    """Return a server on three rows and twenty-one columns, the last of them refused."""
    fill(empty_site)
    return empty_site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a browser, or skip where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        if not found and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium: apt-get install chromium, or playwright install chromium")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A page, and the errors and messages of the browser."""

    page: Page
    complaints: list[str]


def failed(window: Window, request: Request) -> None:
    """Record a failed request, unless the page was left before the response."""
    if request.failure != "net::ERR_ABORTED":
        window.complaints.append(f"{request.failure}: {request.url}")


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Return a function that opens pages in separate contexts; any browser error fails the test."""
    opened: list[tuple[BrowserContext, Window]] = []

    def make(width: int = 1440, **options: object) -> Window:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)  # type: ignore[arg-type]
        made = Window(context.new_page(), [])
        made.page.on("console", lambda said: made.complaints.append(f"{said.type}: {said.text}"))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("requestfailed", lambda request: failed(made, request))
        opened.append((context, made))
        return made

    yield make
    for context, made in opened:
        try:
            context.close()
        except Error as error:  # pragma: no cover
            made.complaints.append(str(error))
        assert made.complaints == []
