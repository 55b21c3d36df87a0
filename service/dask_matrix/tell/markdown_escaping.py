"""What others wrote, inside Markdown: GitHub's and GitLab's renderers find nothing in it but text.

Entities are never syntax, unlike a backslash before a pipe, so that no text can leave its cell of a table. What a host
would make a link by itself (a mention, an issue, an address) is parted by a blank of no width.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from dask_matrix.tell.sanitize import MOST, inert

if TYPE_CHECKING:
    from dask_matrix.domain.issue import Issue

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>|~&$]|^[-+=#]|^\d+[.)](?= )")
_LINKED = re.compile(r"@|#(?=\d)|!(?=\d)|\bgh-(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_NOTHING = "\u200b"
_TAME = re.compile(r"[^`|\\]+")
_SAFE_IN_ADDRESS = ":/?#=&%+,;~@-._"
_BACKLINKED = "https://github.com/"
_QUIET = "https://redirect.github.com/"
"""GitHub writes into an issue who linked it; through this host it does not. A thousand pull requests are no news there."""


def text(foreign: str, most: int = MOST) -> str:
    """Return a text as prose."""
    parted = _LINKED.sub(lambda found: found[0] + _NOTHING, inert(foreign, most))
    return _SYNTAX.sub(_entities, parted)


def code(foreign: str, most: int = MOST) -> str:
    """Return a text as code, in entities where backticks would not hold it."""
    line = inert(foreign, most)
    if _TAME.fullmatch(line):
        return f"`{line}`"
    return f"<code>{''.join(each if each.isalnum() else _entities_of(each) for each in line)}</code>" if line else ""


def link(issue: Issue) -> str:
    """Return an issue as a link, if it leads anywhere."""
    if not issue.address:
        return text(issue.name)
    address = issue.address.replace(_BACKLINKED, _QUIET, 1) if issue.address.startswith(_BACKLINKED) else issue.address
    return f"[{_SYNTAX.sub(_entities, issue.name)}]({quote(address, safe=_SAFE_IN_ADDRESS)})"


def _entities(found: re.Match[str]) -> str:
    return _entities_of(found[0])


def _entities_of(characters: str) -> str:
    return "".join(f"&#{ord(each)};" for each in characters)
