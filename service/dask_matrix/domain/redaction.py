"""Remove credentials from texts: addresses of package indexes and repositories often contain some."""

from __future__ import annotations

import re

_USER = re.compile(r"(?<=://)[^/?#\s'\"`<>]*@")
"""``user:password@`` or ``token@``, up to the last ``@`` before the path."""
_QUERY = re.compile(r"(://[^?#\s'\"`<>]*)\?[^#\s'\"`<>)]*")
"""A query, which may hold a token under any name."""
_CONDA_TOKEN = re.compile(r"(://[^\s'\"]*?/)t/[^/\s]+/")
"""The token of a conda channel: only in a URL, since a folder may be called ``t`` too."""


def without_secrets(text: str) -> str:
    """Return a text without the secrets of URLs in it: user, password, conda token and query."""
    return _CONDA_TOKEN.sub(r"\1", _QUERY.sub(r"\1", _USER.sub("", text)))
