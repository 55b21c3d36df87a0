"""Addresses of pages, their JSON twins, and issues. No other module builds a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from dask_matrix.domain.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "/api/v1"
EVENTS = f"{API}/events"
"""Stream of state changes."""


@dataclass(frozen=True)
class Link:
    """A text with its address; plain text if ``href`` is empty."""

    text: str
    href: str = ""


def escaped(name: str) -> str:
    """Return an id as part of a path; slashes are kept unless a browser would normalise ``.``, ``..`` or ``//`` away."""
    folds = {"", ".", ".."} & set(name.split("/"))
    return quote(name, safe="" if folds else "/")


def matrix(values: Mapping[str, str | list[str]] | None = None) -> str:
    """Return the address of the matrix page, filtered by query parameters."""
    return f"/?{urlencode(values, doseq=True)}" if values else "/"


def columnar(values: Mapping[str, str | list[str]]) -> str:
    """Return the address of the matrix as JSON."""
    return f"{API}/matrix?{urlencode(values, doseq=True)}" if values else f"{API}/matrix"


def picture(values: Mapping[str, str | list[str]] | None = None) -> str:
    """Return the address of the matrix as SVG."""
    return f"/matrix.svg?{urlencode(values, doseq=True)}" if values else "/matrix.svg"


def scenario(name: str) -> str:
    """Return the address of a scenario's page."""
    return f"/scenarios/{escaped(name)}"


def environment(key: str) -> str:
    """Return the address of an environment's page."""
    return f"/environments/{escaped(key)}"


def lock(key: str) -> str:
    """Return the address of an environment's lock as plain text."""
    return f"/environments/{escaped(key)}/lock.txt"


def cell(name: str, key: str) -> str:
    """Return the address of a cell's page."""
    return f"/cells/{escaped(name)}/{escaped(key)}"


def result(name: str) -> str:
    """Return the address of a result's page."""
    return f"/results/{escaped(name)}"


def runs(before: str = "", limit: int = 0) -> str:
    """Return the address of the list of runs, or of those older than the run ``before``."""
    values = {"before": before, "limit": str(limit or "")}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"/runs?{query}" if query else "/runs"


def run(name: str) -> str:
    """Return the address of a run's page."""
    return f"/runs/{escaped(name)}"


def run_events(name: str, after: int) -> str:
    """Return the address of a run's event stream, starting after an event id."""
    return f"{API}{run(name)}/events?after={after}"


def is_stream(path: str) -> bool:
    """Whether a path answers with an event stream."""
    return path == EVENTS or (path.startswith(f"{API}/runs/") and path.endswith("/events"))


def bisects(name: str) -> str:
    """Return the address of a scenario's bisections as JSON."""
    return f"{API}/bisects?{urlencode({'scenario': name})}"


def upgrade(values: dict[str, str | list[str]] | list[tuple[str, str]]) -> str:
    """Return the address of the upgrade page."""
    return f"/upgrade?{urlencode(values, doseq=True)}"


def release(text: str) -> str:
    """Return the address of a release's page."""
    return f"/releases/{escaped(text)}"


def name(dotted: str) -> str:
    """Return the address of a name's page."""
    return f"/names/{escaped(dotted)}"


def surface(values: Mapping[str, str | list[str]]) -> str:
    """Return the address of a comparison of surfaces as JSON."""
    return f"{API}/surface?{urlencode(values, doseq=True)}"


def about(part: str = "") -> str:
    """Return the address of the about page, or of a section of it."""
    return f"/about#{part}" if part else "/about"


def twin(page: str) -> str:
    """Return the address of a page's JSON twin."""
    path, mark, query = page.partition("?")
    if path == "/api/docs":
        return "/api/openapi.json"
    return f"{API}/matrix{mark}{query}" if path == "/" else f"{API}{path}{mark}{query}"


def issue(text: str) -> Link:
    """Return a link to an issue such as ``dask/distributed#9041`` or a URL; plain text for anything else."""
    found = Issue.of(text)
    return Link(found.name, found.address)
