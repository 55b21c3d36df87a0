"""Where things are: the address of every page, of its JSON twin, and of an issue elsewhere. No other module writes a path."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from service.domain.issue import Issue

API = "/api/v1"


@dataclass(frozen=True)
class Link:
    """A text, and where it leads; an empty ``href`` is plain text."""

    text: str
    href: str = ""


def escaped(name: str) -> str:
    """Return an id as part of a path. Slashes stay readable unless a browser would fold ``.``, ``..`` or ``//`` away."""
    folds = {"", ".", ".."} & set(name.split("/"))
    return quote(name, safe="" if folds else "/")


def matrix(values: dict[str, str] | None = None) -> str:
    """Return the address of the matrix, narrowed by query values."""
    return f"/?{urlencode(values)}" if values else "/"


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


def run(name: str) -> str:
    """Return the address of what is known of a run: JSON, there is no page yet."""
    return f"{API}/runs/{escaped(name)}"


def bisects(name: str) -> str:
    """Return the address of what bisections of a scenario found: JSON."""
    return f"{API}/bisects?{urlencode({'scenario': name})}"


def upgrade(values: dict[str, str | list[str]] | list[tuple[str, str]]) -> str:
    """Return the address of what a move breaks and fixes."""
    return f"/upgrade?{urlencode(values, doseq=True)}"


def release(text: str) -> str:
    """Return the address of a release in the list of releases."""
    return f"/releases#{quote(text)}"


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
