"""Where things are: the address of every page, of its JSON twin, and of an issue elsewhere. No other module writes a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from dask_matrix.domain.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "/api/v1"
EVENTS = f"{API}/events"
"""Where it is told that something has changed."""


@dataclass(frozen=True)
class Link:
    """A text, and where it leads; an empty ``href`` is plain text."""

    text: str
    href: str = ""


def escaped(name: str) -> str:
    """Return an id as part of a path. Slashes stay readable unless a browser would fold ``.``, ``..`` or ``//`` away."""
    folds = {"", ".", ".."} & set(name.split("/"))
    return quote(name, safe="" if folds else "/")


def matrix(values: Mapping[str, str | list[str]] | None = None) -> str:
    """Return the address of the matrix, narrowed by query values."""
    return f"/?{urlencode(values, doseq=True)}" if values else "/"


def columnar(values: Mapping[str, str | list[str]]) -> str:
    """Return the address of the matrix as JSON."""
    return f"{API}/matrix?{urlencode(values, doseq=True)}" if values else f"{API}/matrix"


def picture(values: Mapping[str, str | list[str]] | None = None) -> str:
    """Return the address of the matrix as a picture."""
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
    """Return the address of the page where a scenario meets an environment."""
    return f"/cells/{escaped(name)}/{escaped(key)}"


def result(name: str) -> str:
    """Return the address of a result's page."""
    return f"/results/{escaped(name)}"


def runs(before: str = "", limit: int = 0) -> str:
    """Return the address of the list of runs, or of those older than one."""
    told = {"before": before, "limit": str(limit or "")}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/runs?{query}" if query else "/runs"


def run(name: str) -> str:
    """Return the address of a run's page."""
    return f"/runs/{escaped(name)}"


def run_events(name: str, after: int) -> str:
    """Return the address of what arrives of a run after a result's number."""
    return f"{API}{run(name)}/events?after={after}"


def is_stream(path: str) -> bool:
    """Whether what is answered at a path goes on for as long as something may happen."""
    return path == EVENTS or (path.startswith(f"{API}/runs/") and path.endswith("/events"))


def bisects(name: str) -> str:
    """Return the address of what bisections of a scenario found: JSON."""
    return f"{API}/bisects?{urlencode({'scenario': name})}"


def upgrade(values: dict[str, str | list[str]] | list[tuple[str, str]]) -> str:
    """Return the address of what a move breaks and fixes."""
    return f"/upgrade?{urlencode(values, doseq=True)}"


def release(text: str) -> str:
    """Return the address of a release's page."""
    return f"/releases/{escaped(text)}"


def about(part: str = "") -> str:
    """Return the address of what is to be known about the numbers, or of a part of it."""
    return f"/about#{part}" if part else "/about"


def twin(page: str) -> str:
    """Return the address of a page's JSON twin."""
    path, mark, query = page.partition("?")
    if path == "/api/docs":
        return "/api/openapi.json"
    return f"{API}/matrix{mark}{query}" if path == "/" else f"{API}{path}{mark}{query}"


def issue(text: str) -> Link:
    """Return an issue as a link: ``dask/distributed#9041`` and whole addresses lead somewhere, other texts do not."""
    found = Issue.of(text)
    return Link(found.name, found.address)
