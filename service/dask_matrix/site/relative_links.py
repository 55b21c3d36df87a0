"""Makes the links of an answer relative: in pages, pictures, feeds and JSON, each as it is written there.

Pages, pictures and feeds come from what escapes every ``<`` and ``>`` of what is shown, in attributes too, so that what looks
like a tag is one; JSON escapes quotes, so that what looks like a key and its value is that.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Lead = Callable[[str], str | None]

ORIGIN = "http://site.invalid"
"""What feeds, which name whole addresses, are asked at (RFC 2606: nobody has it)."""
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ATTRIBUTE = re.compile(r' ([a-z-]*(?:href|src|action))="(/[^"]*)"')
_IN_FEED = re.compile(rf' href="{re.escape(ORIGIN)}(/[^"]*)"')
_IN_JSON = re.compile(rf'"([a-z_]*(?:page|href|url))":\s?"(?:{re.escape(ORIGIN)})?(/[^"\\]*)"')
_IN_STYLE = re.compile(r'url\((["\']?)(/[^)"\']*)\1\)')


def html(text: str, lead: Lead) -> str:
    """Return a page, or an SVG, with its links as ``lead`` says them; one that leads nowhere is no link any more."""

    def replaced(found: re.Match[str]) -> str:
        target = lead(unescape(found[2]))
        return "" if target is None else f' {found[1]}="{escape(target)}"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(replaced, tag[0]) if '="/' in tag[0] else tag[0], text)


def atom(text: str, lead: Lead) -> str:
    """Return an Atom feed likewise."""

    def replaced(found: re.Match[str]) -> str:
        return f' href="{escape(lead(unescape(found[1])) or "")}"'

    return _TAG.sub(lambda tag: _IN_FEED.sub(replaced, tag[0]), text)


def json(text: str, lead: Lead) -> str:
    """Return a JSON document likewise: links are what keys such as ``page`` or ``feed_url`` hold; null leads nowhere."""

    def replaced(found: re.Match[str]) -> str:
        target = lead(found[2])
        return f'"{found[1]}":null' if target is None else f'"{found[1]}":"{target}"'

    return _IN_JSON.sub(replaced, text)


def css(text: str, lead: Lead) -> str:
    """Return a style sheet likewise."""
    return _IN_STYLE.sub(lambda found: f"url({found[1]}{lead(found[2]) or ''}{found[1]})", text)


BY_ENDING: dict[str, Callable[[str, Lead], str]] = {
    "html": html,
    "svg": html,
    "xml": atom,
    "json": json,
    "css": css,
}
"""How links are written in a file, by the end of its name; in others there are none."""
