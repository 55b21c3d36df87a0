"""Escape untrusted text for Markdown, so that GitHub and GitLab render it as plain text.

HTML entities are never syntax, unlike a backslash before a pipe, so no text can leave its table cell. A zero-width
space breaks what a host would turn into a link by itself: a mention, an issue, a URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from dask_matrix.tell.sanitize import MAX_LENGTH, sanitize

if TYPE_CHECKING:
    from dask_matrix.domain.issue import Issue

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>|~&$]|^[-+=#]|^\d+[.)](?= )")
_AUTOLINKED = re.compile(r"@|#(?=\d)|!(?=\d)|\bgh-(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
_SAFE_IN_BACKTICKS = re.compile(r"[^`|\\]+")
_SAFE_IN_ADDRESS = ":/?#=&%+,;~@-._"
_GITHUB = "https://github.com/"
_WITHOUT_BACKLINK = "https://redirect.github.com/"
"""GitHub lists in an issue every comment that links to it, but not links through this host: they would be noise there."""


def text(untrusted: str, max_length: int = MAX_LENGTH) -> str:
    """Return a text escaped as prose."""
    escaped = _AUTOLINKED.sub(lambda found: found[0] + _ZERO_WIDTH_SPACE, sanitize(untrusted, max_length))
    return _SYNTAX.sub(_entities, escaped)


def code(untrusted: str, max_length: int = MAX_LENGTH) -> str:
    """Return a text as code: in backticks, or escaped in ``<code>`` if it contains characters that break out of them."""
    line = sanitize(untrusted, max_length)
    if _SAFE_IN_BACKTICKS.fullmatch(line):
        return f"`{line}`"
    return f"<code>{''.join(each if each.isalnum() else _entities_of(each) for each in line)}</code>" if line else ""


def link(issue: Issue) -> str:
    """Return an issue as a link, or as text if it has no address."""
    if not issue.address:
        return text(issue.name)
    address = (
        issue.address.replace(_GITHUB, _WITHOUT_BACKLINK, 1) if issue.address.startswith(_GITHUB) else issue.address
    )
    return f"[{_SYNTAX.sub(_entities, issue.name)}]({quote(address, safe=_SAFE_IN_ADDRESS)})"


def _entities(found: re.Match[str]) -> str:
    return _entities_of(found[0])


def _entities_of(characters: str) -> str:
    return "".join(f"&#{ord(each)};" for each in characters)
