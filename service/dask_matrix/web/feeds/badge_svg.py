"""Draw a badge as a self-contained SVG; text widths are computed, so that nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, tostring

from dask_matrix.web.drawing.evidence_html import plain_text

FONT = "Verdana,Geneva,DejaVu Sans,sans-serif"
SIZE, HEIGHT, BASELINE, PADDING = 11, 20, 14, 6
"""Pixels."""
LABEL_COLOUR, TEXT_COLOUR = "3c4043", "ffffff"
LONGEST = 100
"""Maximum characters of a label or a message."""
_WIDTHS = {
    "ijlI|.,:;'!": 4.0,
    " ()[]/-frt": 4.5,
    "abcdeghknopqsuvxyz": 6.8,
    "0123456789": 7.0,
    "ABCDEFGHJKLNOPQRSTUVXYZ+=<>~": 8.0,
    "mwMW@%→": 11.0,
}
_WIDTH = {character: width for characters, width in _WIDTHS.items() for character in characters}
"""Character -> its width in pixels in Verdana of SIZE, rounded up; the SVG fits the text to the sum."""


class Colour(StrEnum):
    """Background of a message, six hex digits; each is dark enough for white text."""

    GOOD = "2e7d32"
    MIXED = "8a5a00"
    BAD = "b3261e"
    UNKNOWN = "5f6368"


@dataclass(frozen=True)
class Badge:
    """The content of a badge."""

    label: str
    message: str
    colour: Colour

    @property
    def text(self) -> str:
        """Label and message as one text, for screen readers."""
        return f"{self.label}: {self.message}"


def svg(badge: Badge) -> bytes:
    """Return a badge as an SVG document; markup in its texts is escaped."""
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
    """Return the width of a text in pixels; unmeasured characters count as wide."""
    return round(sum(_WIDTH.get(character, 11.0) for character in text))


def _fit(text: str) -> str:
    text = plain_text(text).replace("\n", " ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _half(root: Element, start: int, wide: int, colour: str, text: str) -> None:
    place = {"x": str(start), "width": str(wide), "height": str(HEIGHT), "fill": f"#{colour}"}
    SubElement(root, "rect", place)
    font = {"font-family": FONT, "font-size": str(SIZE), "fill": f"#{TEXT_COLOUR}", "aria-hidden": "true"}
    fitted = {"x": str(start + PADDING), "y": str(BASELINE), "textLength": str(wide - 2 * PADDING)}
    SubElement(root, "text", font | fitted).text = text
