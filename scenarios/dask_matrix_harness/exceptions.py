"""Render exceptions as evidence, including those whose own rendering fails."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from .text_limits import MESSAGE_LIMIT, shorten

HARNESS = Path(__file__).parent
HEADING = "Traceback (most recent call last):\n"


def described(exception: BaseException | None) -> dict[str, str] | None:
    """The qualified type and the message."""
    if exception is None:
        return None
    return {"type": type_name(type(exception)), "message": shorten(message(exception), MESSAGE_LIMIT)}


def type_name(kind: type) -> str:
    """`distributed.client.FutureCancelledError`; built-in types without their module, as Python prints them."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def message(exception: BaseException) -> str:
    """`str(exception)`, or a note that it raised."""
    try:
        return str(exception)
    except BaseException as problem:  # noqa: BLE001 - evidence must survive any exception
        return f"<str() of this {type_name(type(exception))} raised {type_name(type(problem))}>"


def plain_traceback(exception: BaseException, within: Path | None = None) -> str:
    """The traceback as Python prints it, with its causes; each starts at its first frame in the folder `within`.

    pytest's own style is not used: it parses every file in the traceback, which takes longer than most scenarios.
    """
    try:
        rendered = traceback.TracebackException.from_exception(exception)
        _cut(rendered, within)
        return "".join(rendered.format()).rstrip("\n")
    except BaseException:  # noqa: BLE001 - an exception may break the rendering of itself
        frames = "".join(traceback.format_tb(exception.__traceback__))
        return f"{HEADING}{frames}{type_name(type(exception))}: {message(exception)}"


def _cut(rendered: traceback.TracebackException, within: Path | None) -> None:
    for each in _chain(rendered):
        inside = (number for number, frame in enumerate(each.stack) if _is_within(frame.filename, within))
        del each.stack[: next(inside, 0)]


def _chain(rendered: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """An exception, its causes and contexts, and the members of exception groups."""
    waiting: list[traceback.TracebackException | None] = [rendered]
    while waiting:
        each = waiting.pop()
        if each is not None:
            yield each
            waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def _is_within(file: str, within: Path | None) -> bool:
    return within is not None and file.startswith(f"{within}{os.sep}") and not file.startswith(f"{HARNESS}{os.sep}")
