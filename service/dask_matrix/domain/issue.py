"""Issue references and their URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORTHAND = re.compile(r"([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})#(\d{1,9})")
_GITHUB = re.compile(r"https://github\.com/([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})/(?:issues|pull)/(\d{1,9})/?")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+")


@dataclass(frozen=True)
class Issue:
    """The name of an issue and its URL; without a URL it is plain text."""

    name: str
    address: str = ""

    @classmethod
    def of(cls, text: str) -> Issue:
        """Read ``dask/dask#1`` or a URL; any other text has no URL."""
        if found := _SHORTHAND.fullmatch(text):
            return cls(text, f"https://github.com/{found[1]}/issues/{found[2]}")
        if found := _GITHUB.fullmatch(text):
            return cls(f"{found[1]}#{found[2]}", text)
        return cls(text, text if _ADDRESS.fullmatch(text) else "")
