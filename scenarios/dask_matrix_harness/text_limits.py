"""Limit evidence texts to their head and tail, and make them storable as UTF-8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: Longest traceback of a result: characters, or bytes where a file is read.
TEXT_LIMIT = 64 * 1024
#: Longest message of an exception or a warning, in characters.
MESSAGE_LIMIT = 4 * 1024


def shorten(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text`, cut in the middle if it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    return joined(text[: limit // 2], len(text) - limit // 2 * 2, text[-(limit // 2) :])


def read(path: Path, limit: int = TEXT_LIMIT) -> str:
    """The content of the file `path`, its middle left out unread beyond `limit` bytes; `""` if unreadable."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if size <= limit:
                return decoded(file.read(limit))
            head = file.read(limit // 2)
            file.seek(size - limit // 2)
            return joined(decoded(head), size - limit // 2 * 2, decoded(file.read(limit // 2)))
    except OSError:
        return ""


def decoded(data: bytes) -> str:
    """`data` as UTF-8, what is not UTF-8 replaced."""
    return data.decode("utf-8", "replace")


def storable(value: Any) -> Any:
    """`value` with storable texts: lone surrogates are replaced, NUL becomes U+2400."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\u2400")
    if isinstance(value, dict):
        return {storable(key): storable(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(entry) for entry in value]
    return value


def joined(head: str, left_out: int, tail: str) -> str:
    """Head and tail of a text, with a line between them that says how much is left out."""
    return f"{head}\n[... {left_out} characters left out ...]\n{tail}"
