"""A real server on a free port, and Debian's or Playwright's Chromium in front of it.

A new browser context costs two processes, about two seconds of CPU, so windows are used again by later tests;
and tests that only look share one server for each file (``shown``).
"""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

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
ColorScheme = Literal["light", "dark"]


@dataclass
class Shown:
    """A running server on records that do not change."""

    url: str
    keys: list[str] = field(default_factory=lambda: [f"{number:016x}" for number in range(len(RELEASES))], kw_only=True)


@dataclass
class Site(Shown):
    """A running server and the store behind it."""

    store: Store

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


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """Serve the database of a folder, which is made if there is none."""
    url = f"sqlite:///{folder / 'matrix.sqlite'}"
    with Store.open(url) as store, serve(url) as address:
        yield Site(address, store)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of three rows and twenty-one columns, the last of them refused; tests work on copies."""
    path = tmp_path_factory.mktemp("filled") / "matrix.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        fill(Site("", store))
    return path


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """Return a server on an empty store."""
    with open_site(tmp_path) as made:
        yield made


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    """Return a server on three rows and twenty-one columns, the last of them refused."""
    shutil.copy(filled, tmp_path)
    with open_site(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shown(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Return a server on the same for tests that only look: it offers them no store to write to."""
    with serve(f"sqlite:///{shutil.copy(filled, tmp_path_factory.mktemp('shown'))}") as address:
        yield Shown(address)


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
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note each message, error, dialog and failed request."""
        self.page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("dialog", self._dismiss)

    def clear(self) -> None:
        """Leave the page, and with it all that a test did to it."""
        self.page.unroute_all()
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before the response
            self.complaints.append(f"{request.failure}: {request.url}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Windows:
    """Windows by how their browser contexts were made; those that no test uses are used again."""

    def __init__(self, chromium: Browser) -> None:
        self.chromium = chromium
        self._idle: dict[str, list[Window]] = {}

    @contextmanager
    def lent(self) -> Iterator[Callable[..., Window]]:
        """Yield what opens windows; what the browser complained of in them fails afterwards."""
        opened: list[tuple[str, Window]] = []

        def make(width: int = 1440, color_scheme: ColorScheme = "light", **options: object) -> Window:
            window = self._take(kind := repr(sorted(options.items())), options)
            opened.append((kind, window))
            window.page.set_viewport_size({"width": width, "height": 900})
            window.page.emulate_media(color_scheme=color_scheme)
            return window

        yield make
        for kind, window in opened:
            self._take_back(kind, window)

    def _take(self, kind: str, options: dict[str, object]) -> Window:
        if idle := self._idle.get(kind):
            return idle.pop()
        window = Window(self.chromium.new_context(**options).new_page())  # type: ignore[arg-type]
        window.listen()
        return window

    def _take_back(self, kind: str, window: Window) -> None:
        window.clear()
        if window.complaints or len(window.page.context.pages) > 1:
            window.page.context.close()
        else:
            self._idle.setdefault(kind, []).append(window)
        assert window.complaints == []


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Windows:
    """Return the windows of all tests."""
    return Windows(chromium)


@pytest.fixture
def window(windows: Windows) -> Iterator[Callable[..., Window]]:
    """Return a function that opens pages in separate contexts; any browser error fails the test."""
    with windows.lent() as make:
        yield make
