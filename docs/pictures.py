"""Takes the pictures in docs/pictures/ anew: every page over the evidence that ships, light, dark and narrow.

    python docs/pictures.py [URL]    # of `dask-matrix serve --snapshot`; needs the extras `tests` and Pillow

They are reduced to 256 colours, which nobody sees, so that the repository stays small.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "pictures"
LOOKS = (
    ("light", "light", 1440, 900),
    ("dark", "dark", 1440, 900),
    ("narrow", "light", 390, 844),
    ("narrow-dark", "dark", 390, 844),
)
SEED, BROKEN = "futures/delayed/a_call_computes_again_after_the_futures_are_deleted", "2025.4.0"


def pages(base: str) -> dict[str, str]:
    """Return by name the address of each page, those of a behaviour that turned where it did."""
    with urlopen(f"{base}/api/v1/releases/{BROKEN}") as answer:  # noqa: S310 - the server named on the command line
        key = json.load(answer)["environments"][0]["key"]
    with urlopen(f"{base}/api/v1/runs?limit=50") as answer:  # noqa: S310
        run = max(json.load(answer)["runs"], key=lambda each: each["results"])["id"]
    return {
        "matrix": "/",
        "whole": "/?changes=false&last=0",
        "panel": f"/?q=delayed#cell=%2Fcells%2F{SEED.replace('/', '%2F')}%2F{key}",
        "cell": f"/cells/{SEED}/{key}",
        "scenario": f"/scenarios/{SEED}",
        "release": f"/releases/{BROKEN}",
        "environment": f"/environments/{key}",
        "upgrade": "/upgrade?from=2025.2.0&to=2025.4.1",
        "releases": "/releases",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "api": "/api/docs",
        "about": "/about",
    }


def take(page: Page, address: str, file: Path) -> None:
    """Take one picture."""
    page.goto(address)
    page.wait_for_timeout(600)  # what scripts fetch
    drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    drawn.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def main(base: str) -> None:
    """Take them all."""
    HERE.mkdir(exist_ok=True)
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for look, scheme, width, height in LOOKS:
            size = {"width": width, "height": height}
            page = browser.new_context(color_scheme=scheme, viewport=size).new_page()  # type: ignore[arg-type]
            for name, address in pages(base).items():
                page.goto("about:blank")
                take(page, base + address, HERE / f"{name}-{look}.png")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
