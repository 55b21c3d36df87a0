"""A badge as a picture: our own SVG, flat, with widths that are computed, so that nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, tostring

from dask_matrix.web.drawing.evidence_html import plain

FONT = "Verdana,Geneva,DejaVu Sans,sans-serif"
SIZE, HEIGHT, BASELINE, PADDING = 11, 20, 14, 6
"""Pixels."""
LABEL_COLOUR, TEXT_COLOUR = "3c4043", "ffffff"
LONGEST = 100
"""Characters of a label or a message."""
_WIDTHS = {
    "ijlI|.,:;'!": 4.0,
    " ()[]/-frt": 4.5,
    "abcdeghknopqsuvxyz": 6.8,
    "0123456789": 7.0,
    "ABCDEFGHJKLNOPQRSTUVXYZ+=<>~": 8.0,
    "mwMW@%→": 11.0,
}
_WIDTH = {character: width for characters, width in _WIDTHS.items() for character in characters}
"""Character -> pixels it takes in Verdana of SIZE, a little more rather than less; the text is fitted to the sum."""


class Colour(StrEnum):
    """What a message stands on, six hex digits: each is dark enough for white text."""

    GOOD = "2e7d32"
    MIXED = "8a5a00"
    BAD = "b3261e"
    UNKNOWN = "5f6368"


@dataclass(frozen=True)
class Badge:
    """What a badge says."""

    label: str
    message: str
    colour: Colour

    @property
    def text(self) -> str:
        """The whole in words, for those who do not see it."""
        return f"{self.label}: {self.message}"


def svg(badge: Badge) -> bytes:
    """Return a badge as an SVG document; whatever its texts hold is inert."""
    label, message = _fit(badge.label), _fit(badge.message)
    left, right = (width(each) + 2 * PADDING for each in (label, message))
    size = {"width": str(left + right), "height": str(HEIGHT)}
    root = Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "aria-label": _fit(badge.text)}
    )
    SubElement(root, "title").text = _fit(badge.text)
    _half(root, 0, left, LABEL_COLOUR, label)
    _half(root, left, right, badge.colour, message)
    document: bytes = tostring(root, encoding="utf-8")
    return document


def width(text: str) -> int:
    """Return how many pixels a text takes; characters nobody measured count as wide ones."""
    return round(sum(_WIDTH.get(character, 11.0) for character in text))


def _fit(text: str) -> str:
    text = plain(text).replace("\n", " ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _half(root: Element, start: int, wide: int, colour: str, text: str) -> None:
    place = {"x": str(start), "width": str(wide), "height": str(HEIGHT), "fill": f"#{colour}"}
    SubElement(root, "rect", place)
    font = {"font-family": FONT, "font-size": str(SIZE), "fill": f"#{TEXT_COLOUR}", "aria-hidden": "true"}
    fitted = {"x": str(start + PADDING), "y": str(BASELINE), "textLength": str(wide - 2 * PADDING)}
    SubElement(root, "text", font | fitted).text = text
