"""Compare warnings between executions: which are new, and which are deprecations."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.records.records import Warned

_VARIABLE = re.compile(r"0x[0-9a-f]+|\btmp\w+|\b[0-9a-f]{8,}\b|\d+")
"""Parts of a warning's text that vary between executions: addresses, tokens, temporary names, ports and counts."""
_DEPRECATION = re.compile(r"(?:Deprecation|Future)Warning$|^pandas\.errors\.Pandas\d+Warning$")
"""Categories that are deprecations: those of Python, of libraries that end in the same words, and of pandas 3."""
DIGITS = 12
_TEST_TOOL = re.compile(r"_?pytest|pytest_\w+|pluggy|dask_matrix|dask_matrix_harness")
"""Packages that run scenarios: pytest, its plugins, and the harness (``dask_matrix.Leak`` is its category for leaks)."""
_SITE_PACKAGES = re.compile(r".*/site-packages/")


def is_of_test_tools(category: str, where: str) -> bool:
    """Whether a warning comes from what runs the scenarios, not from what is under test.

    It does if its class or the file that gave it belongs to pytest, a plugin of pytest or the harness.
    """
    file = _SITE_PACKAGES.sub("", where.replace("\\", "/")).rpartition(":")[0]
    packages = (category.partition(".")[0] if "." in category else "", file.partition("/")[0])
    return any(map(_TEST_TOOL.fullmatch, packages)) or file.endswith("/pytest_plugin.py")


def warning_key(category: str, message: str) -> str:
    """Return the identity of a warning across executions: ``Category: message`` without its variable parts."""
    return f"{category}: {_VARIABLE.sub('#', message)}"


def added_warnings(before: Iterable[Warned], after: Iterable[Warned]) -> list[Warned]:
    """Return the warnings that only the later of two executions gave, without duplicates."""
    old = {warning_key(each.category, each.message) for each in before}
    new = {warning_key(each.category, each.message): each for each in after}
    return [each for key, each in new.items() if key not in old]


def deprecations(warnings: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """Return the deprecations among warnings (category, message, where): sorted digests of their keys, without duplicates.

    Those of the tools that run the scenarios are left out.
    """
    found = {
        _digest(warning_key(category, message))
        for category, message, where in warnings
        if _DEPRECATION.search(category) and not is_of_test_tools(category, where)
    }
    return tuple(sorted(found))


@lru_cache(maxsize=4096)
def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
