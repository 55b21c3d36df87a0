"""Exceptions as evidence, also those that do not want to be looked at."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from .text import MESSAGE_LIMIT, shorten

HARNESS = Path(__file__).parent
HEADING = "Traceback (most recent call last):\n"


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


def plain_traceback(exception: BaseException, within: Path | None = None) -> str:
    """The traceback as Python prints it, with what caused it; each part only from its first frame below `within` on.

    pytest's own form is not used: it parses every file that has a frame, which costs more than most scenarios do.
    """
    try:
        told = traceback.TracebackException.from_exception(exception)
        _cut(told, within)
        return "".join(told.format()).rstrip("\n")
    except BaseException:  # noqa: BLE001 - an exception may break the rendering of itself
        frames = "".join(traceback.format_tb(exception.__traceback__))
        return f"{HEADING}{frames}{type_name(type(exception))}: {message(exception)}"


def _cut(told: traceback.TracebackException, within: Path | None) -> None:
    for each in _chain(told):
        ours = (number for number, frame in enumerate(each.stack) if _is_within(frame.filename, within))
        del each.stack[: next(ours, 0)]


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """It, what it was raised from or during, and the exceptions of a group."""
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        each = waiting.pop()
        if each is not None:
            yield each
            waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def _is_within(file: str, within: Path | None) -> bool:
    return within is not None and file.startswith(f"{within}{os.sep}") and not file.startswith(f"{HARNESS}{os.sep}")
