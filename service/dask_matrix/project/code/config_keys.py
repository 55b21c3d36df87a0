"""Find the configuration keys in calls of ``dask.config``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = frozenset({"dask.config.get", "dask.config.pop"})
"""Functions that take one key."""
WRITES = frozenset({"dask.config.set", "dask.config.update_defaults", "dask.config.merge", "dask.config.update"})
"""Functions that take a dict of keys, or keys as keyword arguments."""
NO_KEYS = frozenset({"arg", "config", "lock", "priority", "defaults"})
"""Keyword arguments of these functions that are parameters, not keys."""


def config_keys(function: str, call: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    """Yield each dotted key in a call, and its node; none for functions that take no keys."""
    if function in READS:
        yield from (
            (arg.value, arg) for arg in call.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        )
    elif function in WRITES:
        for argument in call.args:
            yield from _keys_of_dict(argument)
        for keyword in call.keywords:
            yield from _keys_of_keyword(function, keyword)


def _keys_of_keyword(function: str, keyword: ast.keyword) -> Iterator[tuple[str, ast.AST]]:
    """``array__slicing={…}`` in ``set``; keyword arguments of the other functions are parameters that may be dicts."""
    if keyword.arg is None or keyword.arg in NO_KEYS:
        yield from _keys_of_dict(keyword.value)
    elif function == "dask.config.set":
        key = keyword.arg.replace("__", ".")
        below = list(_keys_of_dict(keyword.value, f"{key}."))
        yield from below or [(key, keyword)]


def _keys_of_dict(node: ast.expr, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield the dotted keys of a dict literal, those of nested dicts included."""
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            below = list(_keys_of_dict(value, f"{prefix}{key.value}."))
            yield from below or [(f"{prefix}{key.value}", key)]
