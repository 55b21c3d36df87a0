"""How fast the web matrix is at 500 scenarios x 200 environments and 5 million results.

    python benchmarks/web_speed.py [--quick] [--skip history|columns|browser]... [--out FILE]

The store is filled with generated records (benchmarks/web/generated.py) and thrown away; it is evidence of nothing, and
says so. The server is `dask-matrix serve`, a process of its own; this process asks it over plain sockets that stay open
(requests per second: 8 of them at once), so on two cores one is for the server and one for the load. Times are from the
first byte of a question to the last of its answer. Cold: something came in since the last answer; warm: nothing did.
`--quick` does the same with 50 x 20 and 10 thousand results, to see that it works. Prints the figures beside their
targets, writes them to FILE. Needs a machine that does nothing else, 5 GB of disk, and Chromium for what a person waits for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from web import asking, browser, generated
from web.generated import Size
from web.serving import DATABASE, ROOT, Site, serving

DEFAULT = "/"
WHOLE = "/?changes=false&last=0"
LETTERS = "shuffle"


@dataclass(frozen=True)
class Plan:
    """How large everything is, and how often it is measured. ``releases`` has two columns each; 0 is all of them."""

    size: Size
    narrow: Size
    results: int
    releases: tuple[int, ...]
    cold: int
    warm: int
    seconds: float
    loads: int


FULL = Plan(Size(500, 200), Size(50, 200), 5_000_000, (12, 50, 0), 100, 1_000, 10, 5)
QUICK = Plan(Size(50, 20), Size(10, 20), 10_000, (2, 5, 0), 5, 20, 0.5, 1)
TARGETS = {
    "default view, cold, p50 ms": 20,
    "default view, cold, p99 ms": 60,
    "default view, warm, p50 ms": 20,
    "default view, warm, p99 ms": 60,
    "304, p99 ms": 3,
    "whole matrix, KB over the wire": 150,
    "requests per second, warm": 800,
    "memory of the server, MiB": 250,
    "whole matrix, first paint, ms": 800,
    "letter to repaint, ms": 50,
    "longest task while scrolling, ms": 100,
}
LOWER_IS_WORSE = "requests per second, warm"


def main() -> None:
    """Measure, print, write."""
    options = _options()
    plan = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="web-speed-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        report = {
            "what": generated.WHO,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": _commit(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "history": [] if "history" in options.skip else history(folder / "history", plan),
            **at_size(folder / "size", plan, set(options.skip)),
        }
    report["figures"] = figures(report)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(_table(report))


def history(folder: Path, plan: Plan) -> list[dict[str, Any]]:
    """Measure one matrix twice: with a result or so for each cell, and with a history behind each."""
    told = []
    with _filled(folder, plan.narrow) as few:
        for results in (few, plan.results):
            many = few if results == few else generated.grow(folder / DATABASE, results)
            _say(f"{plan.narrow.scenarios} x {plan.narrow.environments} with {many:,} results")
            with serving(folder) as site:
                told.append({"results": many, **_view(site, WHOLE, plan)})
    return told


def at_size(folder: Path, plan: Plan, skip: set[str]) -> dict[str, Any]:
    """Measure the large matrix with all its history."""
    with _filled(folder, plan.size):
        results = generated.grow(folder / DATABASE, plan.results)
        _say(f"{plan.size.scenarios} x {plan.size.environments} with {results:,} results")
        with serving(folder) as site:
            told: dict[str, Any] = {
                "size": {**vars(plan.size), "cells": plan.size.scenarios * plan.size.environments, "results": results},
                "first_ms": round(asking.cold(site.url, DEFAULT, 1, lambda: None)[0]),
                "browser": None
                if "browser" in skip
                else _browser(site, plan),  # before anything comes in: no run goes on
                "load": _load(site, plan),
                "default": _view(site, DEFAULT, plan),
                "whole": _view(site, WHOLE, plan),
                "columns": [] if "columns" in skip else [_columns(site, plan, last) for last in plan.releases],
            }
            told["memory_mib"] = site.mib()
    return told


def figures(report: dict[str, Any]) -> dict[str, float | None]:
    """Return what there are targets for."""
    default, whole, seen = report["default"], report["whole"], report["browser"]
    return {
        "default view, cold, p50 ms": default["cold"]["p50_ms"],
        "default view, cold, p99 ms": default["cold"]["p99_ms"],
        "default view, warm, p50 ms": default["warm"]["p50_ms"],
        "default view, warm, p99 ms": default["warm"]["p99_ms"],
        "304, p99 ms": default["unchanged"]["p99_ms"],
        "whole matrix, KB over the wire": whole["kb"],
        "requests per second, warm": report["load"]["per_second"],
        "memory of the server, MiB": report["memory_mib"],
        "whole matrix, first paint, ms": seen and seen["first_paint_ms"],
        "letter to repaint, ms": seen and seen["typed"]["longest_ms"],
        "longest task while scrolling, ms": seen and seen["scroll"]["longest_task_ms"],
    }


@contextmanager
def _filled(folder: Path, size: Size) -> Iterator[int]:
    """Make a data folder with a store in it; yield how many results it holds. It takes gigabytes, and goes at once."""
    folder.mkdir()
    try:
        yield generated.fill(folder / DATABASE, size)
    finally:
        for path in folder.glob(f"{DATABASE}*"):
            path.unlink()


def _view(site: Site, path: str, plan: Plan) -> dict[str, Any]:
    """Measure one page."""
    with asking.Asker(site.url) as asker:
        size = asker.ask(path).size
    return {
        "path": path,
        "kb": round(size / 1_000, 1),
        "cold": _spread(site, lambda: asking.cold(site.url, path, plan.cold, site.change)),
        "warm": _spread(site, lambda: asking.warm(site.url, path, plan.warm)),
        "unchanged": _spread(site, lambda: asking.unchanged(site.url, path, plan.warm)),
    }


def _spread(site: Site, ask: Callable[[], list[float]]) -> dict[str, float]:
    """Return the median and the 99th percentile of what was asked, and the server's CPU time of one answer."""
    before = site.cpu()
    took = ask()
    return {**asking.spread(took), "cpu_ms": round((site.cpu() - before) * 1000 / len(took), 2)}


def _load(site: Site, plan: Plan) -> dict[str, Any]:
    """Ask for the default view from all sides."""
    before = site.cpu()
    told = asking.load(site.url, DEFAULT, plan.seconds, 8)
    return {**told, "cpu_ms": round((site.cpu() - before) * 1000 / told["requests"], 2)}


def _columns(site: Site, plan: Plan, last: int) -> dict[str, Any]:
    """Measure all rows in so many releases."""
    path = f"/?changes=false&last={last}"
    columns = min(last * len(generated.LANES) or plan.size.environments, plan.size.environments)
    took = _spread(site, lambda: asking.cold(site.url, path, max(plan.cold // 4, 2), site.change))
    cells = columns * plan.size.scenarios
    return {"columns": columns, "cells": cells, **took, "cpu_us_per_cell": round(took["cpu_ms"] * 1000 / cells, 2)}


def _browser(site: Site, plan: Plan) -> dict[str, Any] | None:
    """Measure what a person waits for in front of the whole matrix; None where there is no Chromium."""
    with browser.chromium() as found:
        if found is None:
            _say("no Chromium: what a person waits for is left out")
            return None
        return {"version": found.version, **browser.look(found, site.url + WHOLE, plan.loads, LETTERS)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small matrix, few repetitions: does it work?")
    parser.add_argument("--skip", action="append", default=[], choices=["history", "columns", "browser"])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "web_speed.json")
    return parser.parse_args()


def _table(report: dict[str, Any]) -> str:
    """Say what came out, beside what should."""
    size = report["size"]
    lines = [
        f"{size['scenarios']} scenarios x {size['environments']} environments, {size['results']:,} GENERATED results",
        report["machine"],
        "",
    ]
    for name, value in report["figures"].items():
        met = value is not None and (value >= TARGETS[name] if name == LOWER_IS_WORSE else value <= TARGETS[name])
        bound = "at least" if name == LOWER_IS_WORSE else "at most"
        shown = "not measured" if value is None else f"{value:10.1f}"
        lines.append(
            f"{name:40} {shown:>12}  (target: {bound} {TARGETS[name]}{'' if met or value is None else ', missed'})"
        )
    lines += ["", "all rows, cold, by columns:"]
    lines += [
        f"{each['columns']:6} {each['p50_ms']:10.1f} ms {each['cpu_us_per_cell']:8.2f} us of CPU per cell"
        for each in report["columns"]
    ]
    lines += ["", "the same matrix, by results:"]
    lines += [
        f"{each['results']:10,} {each['cold']['p50_ms']:10.1f} ms cold {each['warm']['p50_ms']:8.2f} ms warm; "
        f"{each['cold']['cpu_ms']} and {each['warm']['cpu_ms']} ms of CPU"
        for each in report["history"]
    ]
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    main()
