"""Derive scenario ids and titles from files and functions: stable, readable, usable in a URL path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

#: Longest id of a scenario, in characters.
ID_LIMIT = 200

_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f-\x9f?#%\\]")
_DOTS = re.compile(r"(?<=/)\.{1,2}(?=/|$)")
_EMPTY = re.compile(r"(?<=/)/")


def scenario_id(file: str, names: Sequence[str] = (), parameters: str = "") -> str:
    """`futures/test_map.py`, `["TestKept", "test_computes"]`, `"[2]"` → `futures/map/TestKept/computes[2]`."""
    path = PurePosixPath(file)
    parts = [*path.parts[:-1], plain(path.stem), *names[:-1], *(plain(name) for name in names[-1:])]
    return _cut(_encoded("/".join(parts) + parameters))


def plain(name: str) -> str:
    """`name` without its leading `test_`."""
    return name[5:] if name.startswith("test_") and len(name) > 5 else name


def in_words(name: str) -> str:
    """`test_computes_twice` → `computes twice`."""
    return plain(name).replace("_", " ").strip()


def area_of(file: str) -> str:
    """The first folder of `file`, `""` at the top."""
    parts = PurePosixPath(file).parts
    return parts[0] if len(parts) > 1 else ""


def _encoded(text: str) -> str:
    """Percent-encode whitespace, control characters, characters special in URLs, and `.`, `..` and `//`."""
    text = _UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), text)
    text = _DOTS.sub(lambda found: "%2E" * len(found[0]), text)
    return _EMPTY.sub("%2F", text)


def _cut(text: str) -> str:
    if len(text) <= ID_LIMIT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{text[: ID_LIMIT - 17]}~{digest}"
