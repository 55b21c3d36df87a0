"""Map addresses to file names that are safe on every system and host, unique, and the same in every export.

A path component of plain characters (lower-case letters, digits, ``_``, ``.``, single ``-``) is kept. Any other becomes its
plain characters, ``--``, and a part of its digest, so that names never collide, not even on a case-insensitive file
system, and ``..`` never occurs.
"""

from __future__ import annotations

import hashlib
import re
from posixpath import dirname, relpath
from urllib.parse import unquote

KINDS = (".html", ".json", ".svg", ".xml", ".txt", ".css", ".js", ".png", ".ico")
"""File name extensions, from which hosts derive the content type."""
NAMED_BY_OTHERS = {"scenarios", "cells", "results"}
"""First components of addresses that end in a user-chosen name, which may look like a file name but is not."""
LONGEST = 100
"""Maximum length of a component, far below the 255 bytes that file systems allow."""
DIGITS = 12
"""Hex digits of the digest in a name."""
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_.]*(?:-[a-z0-9_.]+)*")
_OTHERS = re.compile(r"[^a-z0-9_.]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
"""Names that Windows reserves."""


def file_name(path: str, query: str = "") -> str:
    """Return the file name for an address, relative to the site: ``/scenarios/a/b`` -> ``scenarios/a/b.html``.

    Addresses below ``/api/`` are JSON, those with a known extension keep it, all others are pages. The cells of the scenario
    ``scenarios/a/b.html`` are ``cells/a/b/KEY.html``: scripts in a page rely on it.
    """
    *folders, last = (unquote(each, errors="backslashreplace") for each in path[1:].split("/"))
    ending = ".json" if folders[:1] == ["api"] else ".html"
    resource_path = folders[2:3] if folders[:2] == ["api", "v1"] else folders[:1]
    stem, dot, kind = last.rpartition(".")
    if stem and not NAMED_BY_OTHERS & set(resource_path) and f".{kind}" in (*KINDS, ".atom"):
        last, ending = stem, ".xml" if kind == "atom" else dot + kind
    if last == "docs" and folders == ["api"]:
        ending = ".html"
    name = safe_folder(f"{last}?{query}" if query else last or "index")
    return "/".join([*map(safe_folder, folders), name + ending])


def safe_folder(text: str) -> str:
    """Return a component for a folder: it never has a file extension, because a file of that name may exist too."""
    return _hashed(text) if text.endswith(KINDS) else safe_component(text)


def safe_component(text: str) -> str:
    """Return one component of a file name."""
    plain = _PLAIN.fullmatch(text) and len(text) <= LONGEST and not text.endswith(".") and not _DEVICES.match(text)
    return text if plain else _hashed(text)


def relative(file: str, other: str) -> str:
    """Return the relative path from one file of the site to another."""
    here = dirname(file)
    return relpath(f"/{other}", f"/{here}")


def _hashed(text: str) -> str:
    readable = _OTHERS.sub("-", text.lower()).strip("-._")[: LONGEST // 2].strip("-._") or "x"
    return f"{readable}--{hashlib.sha256(text.encode(errors='backslashreplace')).hexdigest()[:DIGITS]}"
