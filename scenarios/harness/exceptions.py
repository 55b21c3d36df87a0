"""Exceptions as evidence, also those that do not want to be looked at."""

from __future__ import annotations

import traceback
from pathlib import Path

from .text import MESSAGE_LIMIT, shorten


def described(exception: BaseException | None) -> dict[str, str] | None:
    """Qualified type and message."""
    if exception is None:
        return None
    return {"type": type_name(type(exception)), "message": shorten(message(exception), MESSAGE_LIMIT)}


def type_name(kind: type) -> str:
    """`distributed.client.FutureCancelledError`; built-in types without their module, as Python prints them."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def message(exception: BaseException) -> str:
    """`str(exception)`, or what is wrong with it."""
    try:
        return str(exception)
    except BaseException as problem:  # noqa: BLE001 - whatever a scenario raises, the evidence is kept
        return f"<str() of this {type_name(type(exception))} raised {type_name(type(problem))}>"


def plain_traceback(exception: BaseException, since: Path | None = None) -> str:
    """The traceback without pytest's rendering; only from the first frame in the file `since` on, if there is one."""
    frames = traceback.extract_tb(exception.__traceback__)
    first = next((index for index, frame in enumerate(frames) if frame.filename == str(since)), 0)
    lines = traceback.format_list(frames[first:])
    last = f"{type_name(type(exception))}: {message(exception)}"
    return "".join(["Traceback (most recent call last):\n", *lines, last])
