"""Text that others wrote, made harmless: titles, exceptions and refusals come from anywhere, a server's answer as well."""

from __future__ import annotations

import unicodedata

MOST = 300
"""Characters of one text that are told; --json has all."""


def inert(text: str, most: int = MOST) -> str:
    """Return a text as one line: control characters show as what they are not, and what is too long is cut."""
    line = " ".join(text.split())
    shown = line if len(line) <= most else f"{line[: most - 1]}…"
    return "".join("�" if unicodedata.category(each)[0] == "C" else each for each in shown)
