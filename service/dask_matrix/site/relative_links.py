"""Make the links in a response relative: in HTML, SVG, Atom, JSON and CSS.

Regular expressions suffice: templates escape every ``<`` and ``>`` of the content, in attributes too, so that what looks like
a tag is one; JSON escapes quotes, so that what looks like a key and its value is that.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[str], str | None]

ORIGIN = "http://site.invalid"
"""Host for requests to feeds, which contain absolute URLs (RFC 2606: it never exists)."""
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ATTRIBUTE = re.compile(r' ([a-z-]*(?:href|src|action))="(/[^"]*)"')
_IN_FEED = re.compile(rf' href="{re.escape(ORIGIN)}(/[^"]*)"')
_IN_JSON = re.compile(rf'"([a-z_]*(?:page|href|url))":\s?"(?:{re.escape(ORIGIN)})?(/[^"\\]*)"')
_IN_STYLE = re.compile(r'url\((["\']?)(/[^)"\']*)\1\)')


def html(text: str, resolve: Resolve) -> str:
    """Return an HTML or SVG document with its links rewritten by ``resolve``; a link without a target is removed."""

    def replaced(found: re.Match[str]) -> str:
        target = resolve(unescape(found[2]))
        return "" if target is None else f' {found[1]}="{escape(target)}"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(replaced, tag[0]) if '="/' in tag[0] else tag[0], text)


def atom(text: str, resolve: Resolve) -> str:
    """Return an Atom feed with its links rewritten by ``resolve``."""

    def replaced(found: re.Match[str]) -> str:
        return f' href="{escape(resolve(unescape(found[1])) or "")}"'

    return _TAG.sub(lambda tag: _IN_FEED.sub(replaced, tag[0]), text)


def json(text: str, resolve: Resolve) -> str:
    """Return JSON with the links in keys such as ``page`` or ``feed_url`` rewritten by ``resolve``; null without a target."""

    def replaced(found: re.Match[str]) -> str:
        target = resolve(found[2])
        return f'"{found[1]}":null' if target is None else f'"{found[1]}":"{target}"'

    return _IN_JSON.sub(replaced, text)


def css(text: str, resolve: Resolve) -> str:
    """Return a style sheet with its links rewritten by ``resolve``."""
    return _IN_STYLE.sub(lambda found: f"url({found[1]}{resolve(found[2]) or ''}{found[1]})", text)


REWRITERS: dict[str, Callable[[str, Resolve], str]] = {
    "html": html,
    "svg": html,
    "xml": atom,
    "json": json,
    "css": css,
}
"""File extension -> function that rewrites its links; other files have none."""
