"""Print lines on a terminal: wrapped between words, no trailing spaces, names split only after a separator.

Text goes to rich only as Text, which does not interpret brackets as markup.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
_PART = re.compile(r"[^/_.,\[-]*[/_.,\[-]?")


def print_text(console: Console, text: Text | str, indent: int = 0, style: str = "", hanging: int = 0) -> None:
    """Print a text, indented; the lines after the first are indented by ``hanging`` more."""
    text = text if isinstance(text, Text) else Text(text, style=style)
    for number, line in enumerate(text.wrap(console, max(console.width - indent - hanging, 1)) or [Text()]):
        _print(console, Text(" " * (indent + (hanging if number else 0))) + line)


def print_heading(console: Console, text: str, style: str = "") -> None:
    """Print a blank line and a heading."""
    console.print()
    print_text(console, text, style=f"bold {style}".strip())


def print_columns(console: Console, left: Text, right: Text, width: int, indent: int = GAP) -> None:
    """Print two texts side by side, the left one ``width`` columns wide."""
    lefts = left.wrap(console, width)
    rights = right.wrap(console, max(console.width - indent - width - GAP, 1))
    for a, b in zip_longest(lefts, rights, fillvalue=Text()):
        blank = " " * (width + GAP - cell_len(a.plain))
        _print(console, Text(" " * indent) + a + Text(blank) + b)


def print_unwrapped(console: Console, text: str, indent: int = 0, style: str = "") -> None:
    """Print one line without wrapping it, so that it can be copied."""
    console.print(Text(" " * indent).append(text, style), soft_wrap=True)


def split_name(name: str, width: int) -> str:
    """Split a name into lines of at most ``width`` columns, only after one of ``/_.,[-``."""
    lines = [""]
    for part in _PART.findall(name):
        if part and lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _print(console: Console, line: Text) -> None:
    line.rstrip()
    console.print(line, no_wrap=True, overflow="ignore", crop=False)
