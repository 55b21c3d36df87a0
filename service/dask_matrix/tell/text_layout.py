"""Lines on a terminal: wrapped between words, without trailing blanks, names broken only where they have a joint.

Text goes to rich as Text alone, in which brackets are brackets.
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


def say(console: Console, text: Text | str, indent: int = 0, style: str = "", hanging: int = 0) -> None:
    """Print a text, indented; the lines after its first stand further in by ``hanging``."""
    text = text if isinstance(text, Text) else Text(text, style=style)
    for number, line in enumerate(text.wrap(console, max(console.width - indent - hanging, 1)) or [Text()]):
        _print(console, Text(" " * (indent + (hanging if number else 0))) + line)


def heading(console: Console, text: str, style: str = "") -> None:
    """Print what stands above a block, and a blank line before it."""
    console.print()
    say(console, text, style=f"bold {style}".strip())


def beside(console: Console, left: Text, right: Text, width: int, indent: int = GAP) -> None:
    """Print two texts side by side, the left one ``width`` columns wide."""
    lefts = left.wrap(console, width)
    rights = right.wrap(console, max(console.width - indent - width - GAP, 1))
    for a, b in zip_longest(lefts, rights, fillvalue=Text()):
        blank = " " * (width + GAP - cell_len(a.plain))
        _print(console, Text(" " * indent) + a + Text(blank) + b)


def unbroken(console: Console, text: str, indent: int = 0, style: str = "") -> None:
    """Print one line whatever its length, so that it can be copied."""
    console.print(Text(" " * indent).append(text, style), soft_wrap=True)


def parted(name: str, width: int) -> str:
    """Return a name in lines that fit, each ending where the name itself has a joint."""
    lines = [""]
    for part in _PART.findall(name):
        if part and lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _print(console: Console, line: Text) -> None:
    line.rstrip()
    console.print(line, no_wrap=True, overflow="ignore", crop=False)
