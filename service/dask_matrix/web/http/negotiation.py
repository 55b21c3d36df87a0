"""Which of its forms an answer is wanted in: JSON, unless CSV is asked for by name or ranked above it."""

from __future__ import annotations

import re
from enum import StrEnum

_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Form(StrEnum):
    """The forms of the matrix that one address has."""

    JSON = "json"
    CSV = "csv"


def ranked(accept: str) -> Form:
    """Return the form that an Accept header ranks highest; JSON where it is silent, or ranks both alike."""
    csv, json = _quality(accept, "text/csv"), _quality(accept, "application/json")
    return Form.CSV if csv > json else Form.JSON


def _quality(accept: str, media_type: str) -> float:
    """Return how much a media type is wanted, by the most exact of the ranges that it is in."""
    told = dict(_range(each) for each in accept.lower().split(","))
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((told[each] for each in ranges if each in told), 0.0)


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in text.split(";"))
    found = (_QUALITY.fullmatch(each) for each in parameters)
    return name, next((float(each[1]) for each in found if each), 1.0)
