"""What is deprecated, as told by a decorator or a docstring."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

_CATEGORIES = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
_IN_DOCSTRING = re.compile(r"^\.\. deprecated::\s*(.*)$", re.MULTILINE)
_SAYS_SO = re.compile(r"deprecat|will be removed|renamed|no longer", re.IGNORECASE)
#: Characters kept of a message.
_LONGEST = 300


def deprecation(value: Any) -> str | None:
    """What is told of a deprecated function, class or property: the message of its decorator (PEP 702, or a wrapper that
    warns), or its docstring's `.. deprecated::`. None if it is not deprecated.
    """
    function = _function(value)
    marked = getattr(function, "__deprecated__", None)  # PEP 702
    if isinstance(marked, str):
        return marked[:_LONGEST]
    return _of_wrapper(function) or _of_docstring(value)


def _function(value: Any) -> Any:
    if isinstance(value, (staticmethod, classmethod)):
        return value.__func__
    return value.fget if isinstance(value, property) else value


def _of_docstring(value: Any) -> str | None:
    text = getattr(value, "__doc__", None)
    if not isinstance(text, str) or ".. deprecated::" not in text:
        return None
    found = _IN_DOCSTRING.search(inspect.cleandoc(text))  # an indented one is about a parameter
    return f"since {found.group(1)}".strip()[:_LONGEST] if found else None


def _of_wrapper(function: Any) -> str | None:
    """The message that a wrapper holds in its closure beside the category of its warning, as `dask.utils._deprecated` makes."""
    if not isinstance(function, types.FunctionType) or not hasattr(function, "__wrapped__"):
        return None
    cells = list(_contents(function))
    if not any(isinstance(each, type) and issubclass(each, _CATEGORIES) for each in cells):
        return None
    messages = [each for each in cells if isinstance(each, str) and _SAYS_SO.search(each)]
    return max(messages, key=len)[:_LONGEST] if messages else None


def _contents(function: types.FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
