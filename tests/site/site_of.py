"""What the tests of sites share: a store with rows of odd names, and how a site's files link to each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dask_matrix.domain.records.records import (
    EnvironmentRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.store.store import Store

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
RELEASES = ["2024.12.0", "2025.1.0", "2025.2.0", "2025.4.0"]
KEYS = [f"{number:016x}" for number in range(len(RELEASES))]
REFUSED = "f" * 16
TURNS = "futures/from_delayed/computes_again"
HOLDS = "bag/sums/adds"
ODD = [
    "bag/reads/works[a b/ü?x=1#y%&-<z>]",
    "array/../folded",
    "array/a//b",
    "Array/Small/works",
    "array/small/works",
    "io/con",
    "io/x.html",
    "io/x.html/below",
    "io/x",
    "long/" + "name" * 70,
    "text/'\"<script>",
    "text/日本語",
    "_text/-a--b.",
]
"""Names that are no good names of files, or would be the names of others."""
HOSTILE = '<a href="/etc/passwd" src="/x">"page":"/etc", href="/nowhere" \' data-href="/no"</a></script><script>'


@dataclass
class Filled:
    """A store, and what is put into it next."""

    store: Store
    records: list[Record] = field(default_factory=list)

    def add(self, record: type[Record], **values: Any) -> str:
        """Note a record; it stands a minute after the one before. Return its id."""
        at = NOON + timedelta(minutes=len(self.records))
        head = {"id": f"id{len(self.records)}", "run": "r", "at": at}
        self.records.append(record(**{**head, **values}))
        return str(self.records[-1].id)

    def result(self, name: str, key: str, outcome: str = "passed", **more: Any) -> str:
        """Record an execution."""
        fixed = {"fingerprint": "f", "phase": "call", "seconds": 0.25, "started": NOON}
        return self.add(ResultRecord, scenario=name, environment=key, outcome=outcome, **{**fixed, **more})

    def take(self) -> None:
        """Put all that was noted into the store."""
        assert not self.store.ingest(self.records).rejected


def fill(store: Store, run: str = "r", **evidence: str) -> Filled:
    """Put in rows of good and of odd names, four columns that install and one that does not."""
    made = Filled(store)
    made.add(RunRecord, id=run, run=run, who="me", host="here", scenario_set="scenarios", tool="0", commit="abc")
    for key, release in [*zip(KEYS, RELEASES, strict=True), (REFUSED, "2026.1.0")]:
        made.add(
            EnvironmentRecord, key=key, release=release, python="3.11", lane="as-released", platform="linux-x86_64",
            released_at=NOON, lock="" if key == REFUSED else "dask==1\n",
        )  # fmt: skip
    made.add(RefusalRecord, environment=REFUSED, phase="resolve", message=f"No solution {HOSTILE}")
    for name in (TURNS, HOLDS, *ODD):
        made.add(
            ScenarioRecord, scenario=name, fingerprint="f", title=f"It {HOSTILE}", area=name.partition("/")[0],
            file="f.py", function="test_x", source=f"x = '''{HOSTILE}'''\n", issues=["dask/distributed#9041"],
        )  # fmt: skip
    for key in KEYS:
        made.result(HOLDS, key)
    for key in KEYS[:3]:
        made.result(TURNS, key)
    told = {"traceback": HOSTILE, "stdout": HOSTILE, **evidence}
    for name in (TURNS, *ODD):
        made.result(name, KEYS[3], "failed", exception={"type": "KeyError", "message": HOSTILE}, **told)
        made.result(name, KEYS[3], "failed", exception={"type": "KeyError", "message": HOSTILE}, attempt=2, **told)
    made.take()
    return made


def files(site: Path) -> dict[str, bytes]:
    """Return what a site holds by name."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


class Page(HTMLParser):
    """The links of a page, and the places in it that links may lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads somewhere, and what can be led to."""
        for name, value in attrs:
            if name == "id":
                self.places.add(value or "")
            elif name.endswith(("href", "src", "action")):
                assert value, (tag, attrs)
                self.links.append(value)

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        self.text += data


def linked(site: Path) -> Iterator[tuple[str, str]]:
    """Yield each link of each page, feed and JSON document of a site, with the name of the file it stands in."""
    for name, content in files(site).items():
        if name.endswith((".html", ".svg", ".xml")):
            yield from ((name, link) for link in Page(content.decode()).links)
        elif name.endswith(".json") and name != "api/openapi.json":
            yield from ((name, link) for link in _in_json(json.loads(content)))


def leads_to(site: Path, name: str, link: str) -> Path:
    """Return the file that a link of a file leads to, as a browser reads it."""
    url = urlsplit(link)
    assert not url.scheme, (name, link)
    assert not url.netloc, (name, link)
    assert not url.path.startswith("/"), (name, link)
    return (site / name).parent / unquote(url.path) if url.path else site / name


def _in_json(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key in {"page", "url", "home_page_url", "feed_url"} and isinstance(value, str):
                yield value
            else:
                yield from _in_json(value)
    elif isinstance(document, list):
        for each in document:
            yield from _in_json(each)
