"""Content negotiation between JSON and CSV: JSON unless the Accept header prefers CSV."""

from __future__ import annotations

import re
from enum import StrEnum

_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class ResponseFormat(StrEnum):
    """Response formats of the matrix at one address."""

    JSON = "json"
    CSV = "csv"


def preferred_format(accept: str) -> ResponseFormat:
    """Return the format that an Accept header prefers; JSON if it names neither or ranks both equally."""
    csv, json = _quality(accept, "text/csv"), _quality(accept, "application/json")
    return ResponseFormat.CSV if csv > json else ResponseFormat.JSON


def _quality(accept: str, media_type: str) -> float:
    """Return the quality value of a media type, from the most specific range that matches it."""
    qualities = dict(_range(each) for each in accept.lower().split(","))
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((qualities[each] for each in ranges if each in qualities), 0.0)


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in text.split(";"))
    found = (_QUALITY.fullmatch(each) for each in parameters)
    return name, next((float(each[1]) for each in found if each), 1.0)
