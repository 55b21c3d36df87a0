"""Extract the Python code from a Jupyter notebook: the code cells, without IPython's special syntax.

A removed line is replaced by an empty statement, so that line numbers stay the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS_CODE = frozenset({"time", "timeit", "prun", "memit", "mprun", "lprun", "snakeviz", "pyinstrument"})
"""Magics followed by Python code that runs in the notebook's own process."""
RUNS_BELOW = RUNS_CODE | {"capture", "px", "scalene", "skip", "wandb"}
"""Cell magics whose cell is Python code."""
ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w\s,.]*=\s*)(?:!|%)(?!=).*$")
"""``files = !ls`` and ``where = %pwd``."""
MAGICS = re.compile(r"^\s*(?:[%!?]|\w.*\?\s*$|[\w\s,.]+=\s*[!%])", re.MULTILINE)
"""A line that could be IPython's."""
MAGIC = re.compile(r"^(\s*)%{1,2}(\w+)\s?(.*)$")
OPTIONS = re.compile(r"^(?:(?:-[flDsT]\s+\S+|-\w+(?:\s+\d+)?)(?:\s+|$))+")
"""``-n 1 -r 3 `` before the code of a ``%timeit``."""


class BadNotebook(ValueError):
    """A file is called .ipynb but is not a notebook."""


def cells(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1 over all cells, and the text of each code cell; raise BadNotebook."""
    try:
        book = json.loads(content.decode("utf-8-sig"))
        sheets = book["cells"] if "cells" in book else [each for sheet in book["worksheets"] for each in sheet["cells"]]
        found = [(number, _text(cell)) for number, cell in enumerate(sheets, 1) if cell["cell_type"] == "code"]
    except RecursionError as error:
        raise BadNotebook("nested too deeply to be parsed") from error
    except (ValueError, LookupError, TypeError) as error:
        raise BadNotebook(f"not a notebook: {error}") from error
    yield from found


def _text(cell: dict[str, str | list[str]]) -> str:
    """Return a cell's text, stored whole or as a list of lines, under ``input`` in notebooks before 2015."""
    text = cell["source"] if "source" in cell else cell["input"]
    return text if isinstance(text, str) else "".join(text)


def without_magics(text: str) -> str:
    """Return a cell's text as plain Python: as `without_line_magics`, and empty if its cell magic is not for Python."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if (match := MAGIC.match(lines[first])) and lines[first].startswith("%%"):
        if match[2] not in RUNS_BELOW:
            return ""
        lines[first] = _code_after(match)
    return without_line_magics("\n".join(lines))


def without_line_magics(text: str) -> str:
    """Return code as plain Python, without magics, shell commands and ``?`` help, but with the code in them."""
    lines = text.split("\n")
    kept: list[str] = []
    continues = False
    for line in lines:
        plain = _indent(line) + "pass" if continues and kept else _plain(line)
        continues = line.endswith("\\") and (continues or plain != line)
        kept.append(plain)
    return "\n".join(kept)


def _plain(line: str) -> str:
    """Return a line as plain Python, unchanged unless it is IPython syntax."""
    stripped = line.strip()
    if match := MAGIC.match(line):
        return match[1] + _code_after(match)
    if stripped.startswith(("!", "?")) or (stripped.endswith("?") and not stripped.startswith("#")):
        return _indent(line) + "pass"
    if match := ASSIGNED.match(line):
        return f"{match[1]}None"
    return line


def _code_after(match: re.Match[str]) -> str:
    return (OPTIONS.sub("", match[3]) or "pass") if match[2] in RUNS_CODE else "pass"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
