"""Serialise feeds as Atom (RFC 4287) and JSON Feed 1.1. ``base`` is the URL of this site, with a trailing slash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

from dask_matrix.web.drawing.evidence_html import plain_text
from dask_matrix.web.drawing.labels import TITLE

if TYPE_CHECKING:
    from datetime import datetime

    from dask_matrix.web.feeds.entries import Entry, Feed

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
NAMESPACE = "http://www.w3.org/2005/Atom"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"


def atom(feed: Feed, base: str, itself: str) -> bytes:
    """Return a feed as an Atom document; ``itself`` is the feed's own URL."""
    root = Element("feed", {"xmlns": NAMESPACE})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _text(SubElement(root, "author"), "name", TITLE)
    _link(root, "self", itself, ATOM)
    _link(root, "alternate", _absolute(base, feed.href), "text/html")
    for entry in feed.entries:
        _entry(root, entry, base)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def json_feed(feed: Feed, base: str, itself: str) -> dict[str, Any]:
    """Return a feed as a JSON Feed; ``itself`` is the feed's own URL."""
    return {
        "version": JSON_FEED_VERSION,
        "title": plain_text(feed.title),
        "home_page_url": _absolute(base, feed.href),
        "feed_url": itself,
        "authors": [{"name": TITLE}],
        "items": [_item(entry, base) for entry in feed.entries],
    }


def _entry(root: Element, entry: Entry, base: str) -> None:
    element = SubElement(root, "entry")
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", _moment(entry.updated))
    _link(element, "alternate", _absolute(base, entry.href), "text/html")
    for issue in entry.issues:
        if issue.href:
            _link(element, "related", issue.href)
    if entry.area:
        SubElement(element, "category", {"term": plain_text(entry.area)})
    _text(element, "content", entry.content, {"type": "text"})


def _item(entry: Entry, base: str) -> dict[str, Any]:
    tags = {"tags": [plain_text(entry.area)]} if entry.area else {}
    return {
        "id": entry.id,
        "url": _absolute(base, entry.href),
        "title": plain_text(entry.title),
        "content_text": plain_text(entry.content),
        "date_modified": _moment(entry.updated),
        **tags,
    }


def _text(parent: Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    SubElement(parent, name, attributes or {}).text = plain_text(text)


def _link(parent: Element, relation: str, address: str, media_type: str = "") -> None:
    kind = {"type": media_type} if media_type else {}
    SubElement(parent, "link", {"rel": relation, "href": plain_text(address), **kind})


def _absolute(base: str, path: str) -> str:
    return base.rstrip("/") + path


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
