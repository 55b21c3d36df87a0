"""The file that an address is kept in: safe on every system and host, unique, and the same at every export.

A part of a name is what stands between two slashes. Where it is plain (small letters, digits, ``_``, ``.``, single ``-``) it stays
as it is. Any other becomes what is plain of it, ``--``, and a part of its digest, so that no two names meet, not even
on a system that takes ``A`` for ``a``, and none says ``..``.
"""

from __future__ import annotations

import hashlib
import re
from posixpath import dirname, relpath
from urllib.parse import unquote

KINDS = (".html", ".json", ".svg", ".xml", ".txt", ".css", ".js", ".png", ".ico")
"""How names of files end; hosts tell the type of a file by it."""
NAMED_BY_OTHERS = {"scenarios", "cells", "results"}
"""First parts of addresses that end in what somebody else named: it may look like the name of a file, and is none."""
LONGEST = 100
"""Bytes of a part, far below the 255 that file systems take."""
DIGITS = 12
"""Of the digest."""
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_.]*(?:-[a-z0-9_.]+)*")
_OTHERS = re.compile(r"[^a-z0-9_.]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
"""Names that Windows keeps for itself."""


def filed(path: str, query: str = "") -> str:
    """Return the name of the file for an address, relative to the site: ``/scenarios/a/b`` -> ``scenarios/a/b.html``.

    JSON is what lies below ``/api/``; what is named like a file keeps its name; all else is a page. The cells of the row
    ``scenarios/a/b.html`` are ``cells/a/b/KEY.html``: scripts in a page rely on it.
    """
    *folders, last = (unquote(part, errors="backslashreplace") for part in path[1:].split("/"))
    ending = ".json" if folders[:1] == ["api"] else ".html"
    within = folders[2:3] if folders[:2] == ["api", "v1"] else folders[:1]
    stem, dot, kind = last.rpartition(".")
    if stem and not NAMED_BY_OTHERS & set(within) and f".{kind}" in (*KINDS, ".atom"):
        last, ending = stem, ".xml" if kind == "atom" else dot + kind
    if last == "docs" and folders == ["api"]:
        ending = ".html"
    name = folder(f"{last}?{query}" if query else last or "index")
    return "/".join([*map(folder, folders), name + ending])


def folder(text: str) -> str:
    """Return a part that may be a folder: none is named like a file, because there may be such a file beside it."""
    return _hashed(text) if text.endswith(KINDS) else part(text)


def part(text: str) -> str:
    """Return one part of a name."""
    plain = _PLAIN.fullmatch(text) and len(text) <= LONGEST and not text.endswith(".") and not _DEVICES.match(text)
    return text if plain else _hashed(text)


def relative(file: str, other: str) -> str:
    """Return how one file of the site names another."""
    here = dirname(file)
    return relpath(f"/{other}", f"/{here}")


def _hashed(text: str) -> str:
    readable = _OTHERS.sub("-", text.lower()).strip("-._")[: LONGEST // 2].strip("-._") or "x"
    return f"{readable}--{hashlib.sha256(text.encode(errors='backslashreplace')).hexdigest()[:DIGITS]}"
