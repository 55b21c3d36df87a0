"""What somebody in front of Chromium waits for: the first paint, a letter in the filter, a scroll."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:  # pragma: no cover
    sync_playwright = None  # type: ignore[assignment]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
FIELD = "form.filters input[name=q]"
WINDOW = {"width": 1440, "height": 900}
TYPING, SETTLE = 150, 500
"""Milliseconds between two letters, and after the last."""
WATCH = """
() => {
  const told = window.__told = { tasks: [], events: [] };
  const watch = (type, more, keep) => new PerformanceObserver((list) => list.getEntries().forEach(keep))
    .observe({ type, buffered: true, ...more });
  watch("longtask", {}, (entry) => told.tasks.push([entry.startTime, entry.duration]));
  watch("event", { durationThreshold: 16 }, (entry) => {
    if (["keydown", "input"].includes(entry.name)) told.events.push(entry.duration);
  });
}
"""
PAINTS = """
() => new Promise((done) => {
  const paint = performance.getEntriesByType("paint").find((entry) => entry.name === "first-contentful-paint");
  const [page] = performance.getEntriesByType("navigation");
  new PerformanceObserver((list) => done({
    first_paint_ms: paint ? paint.startTime : null,
    largest_paint_ms: list.getEntries().at(-1).startTime,
    loaded_ms: page.loadEventEnd,
    longest_task_ms: Math.max(0, ...window.__told.tasks.map(([, took]) => took)),
    elements: document.getElementsByTagName("*").length,
  })).observe({ type: "largest-contentful-paint", buffered: true });
})
"""
LISTEN = """
() => {
  const told = window.__told, letters = told.letters = [];
  told.tasks.length = told.events.length = 0;
  const painted = (letter) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      letter.last = performance.now() - letter.pressed;
      letter.first ??= letter.last;
      channel.port1.close();
    };
    channel.port2.postMessage(0);
  });
  document.querySelector("FIELD").addEventListener("keydown", ({ timeStamp }) => letters.push({ pressed: timeStamp }), true);
  new MutationObserver(() => letters.length && painted(letters.at(-1)))
    .observe(document.querySelector("main"), { subtree: true, childList: true, attributes: true, characterData: true });
}
""".replace("FIELD", FIELD)
FRAMES = """
() => {
  const told = window.__told;
  told.tasks.length = 0;
  told.frames = [];
  let before = performance.now();
  const next = (now) => { told.frames.push(now - before); before = now; told.running && requestAnimationFrame(next); };
  told.running = true;
  requestAnimationFrame(next);
}
"""
STOPPED = """
() => {
  const told = window.__told;
  told.running = false;
  return {
    longest_task_ms: Math.max(0, ...told.tasks.map(([, took]) => took)),
    longest_frame_ms: Math.max(...told.frames.slice(1)),
    frames: told.frames.length,
  };
}
"""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Yield Debian's or Playwright's Chromium; None where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if sync_playwright is None:
        yield None
        return
    with sync_playwright() as playwright:
        if not found and not Path(playwright.chromium.executable_path).exists():
            yield None
            return
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def look(browser: Browser, address: str, loads: int, letters: str) -> dict[str, Any]:
    """Open a page some times, each time for the first time; then type into its filter, and scroll."""
    opened = [_opened(browser, address) for _ in range(loads)]
    page = opened[-1][0]
    told = {
        "loads": loads,
        **{name: _median(each[name] for _, each in opened) for name in opened[0][1]},
        "typed": _typed(page, letters),
    }
    page.locator(FIELD).fill("")
    _settle(page)
    told["scroll"] = _scrolled(page)
    for each, _ in opened:
        each.context.close()
    return told


def _opened(browser: Browser, address: str) -> tuple[Page, dict[str, Any]]:
    page = browser.new_context(viewport=WINDOW).new_page()  # type: ignore[arg-type]
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLE)
    return page, page.evaluate(PAINTS)


def _typed(page: Page, letters: str) -> dict[str, Any]:
    """Type as people do; say how long each letter took until what it changed was painted.

    ``settled_ms`` is when the last change after the last letter was, the server's own answer included.
    """
    page.evaluate(LISTEN)
    page.locator(FIELD).click()
    for letter in letters:
        page.keyboard.press(letter)
        page.wait_for_timeout(TYPING)
    _settle(page)
    told = page.evaluate("() => window.__told")
    repaints = [each["first"] for each in told["letters"] if "first" in each]
    return {
        "letters": len(letters),
        "repainted": len(repaints),
        "median_ms": _median(repaints),
        "longest_ms": round(max(repaints), 1) if repaints else None,
        "settled_ms": _median([told["letters"][-1].get("last")]),
        "longest_event_ms": max(told["events"], default=0),
        "longest_task_ms": max((took for _, took in told["tasks"]), default=0),
    }


def _settle(page: Page) -> None:
    """Wait until nothing is on its way any more."""
    page.wait_for_timeout(SETTLE)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE)


def _scrolled(page: Page) -> dict[str, Any]:
    """Scroll down and across with the wheel, somewhere in the grid."""
    box = page.locator("#matrix").bounding_box() or {"x": 0, "y": 0}
    page.mouse.move(box["x"] + 600, min(box["y"] + 300, WINDOW["height"] - 50))
    page.evaluate(FRAMES)
    for across, down in ((0, 240), (-200, 0), (0, -120)):
        for _ in range(30):
            page.mouse.wheel(across, down)
            page.wait_for_timeout(16)
    page.wait_for_timeout(SETTLE)
    told: dict[str, Any] = page.evaluate(STOPPED)
    return {name: round(value, 1) for name, value in told.items()}


def _median(values: Any) -> float | None:
    known = [each for each in values if each is not None]
    return round(statistics.median(known), 1) if known else None
