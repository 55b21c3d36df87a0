"""Sanitize untrusted text: titles, exceptions, refusals and everything else in a server's answer."""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 300
"""Maximum characters of one text; --json prints all of it."""


def sanitize(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return a text as one line, with control characters replaced by ``�``, cut at ``max_length``."""
    line = " ".join(text.split())
    shown = line if len(line) <= max_length else f"{line[: max_length - 1]}…"
    return printable(shown)


def printable(text: str) -> str:
    """Return a text of several lines with control, direction and other invisible characters replaced by ``�``."""
    return "".join("�" if unicodedata.category(each)[0] == "C" and each not in "\n\t" else each for each in text)
