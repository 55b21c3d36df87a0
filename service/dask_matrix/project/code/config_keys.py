"""Which configuration keys a call of ``dask.config`` names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = frozenset({"dask.config.get", "dask.config.pop"})
"""Functions that are given one key."""
WRITES = frozenset({"dask.config.set", "dask.config.update_defaults", "dask.config.merge", "dask.config.update"})
"""Functions that are given a dict of keys, or keys as words."""
NO_KEYS = frozenset({"arg", "config", "lock", "priority", "defaults"})
"""Words of these functions that are parameters, not keys."""


def keys(function: str, call: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    """Yield each key that a call names, with dots, and where; nothing for functions that take none."""
    if function in READS:
        yield from (
            (arg.value, arg) for arg in call.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        )
    elif function in WRITES:
        for argument in call.args:
            yield from _of_dict(argument)
        for word in call.keywords:
            yield from _of_word(function, word)


def _of_word(function: str, word: ast.keyword) -> Iterator[tuple[str, ast.AST]]:
    """``array__slicing={…}`` in ``set``; the words of the other functions are their own, with dicts behind them."""
    if word.arg is None or word.arg in NO_KEYS:
        yield from _of_dict(word.value)
    elif function == "dask.config.set":
        key = word.arg.replace("__", ".")
        below = list(_of_dict(word.value, f"{key}."))
        yield from below or [(key, word)]


def _of_dict(node: ast.expr, above: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield the keys of a dict that stands there, those of the dicts in it with the way to them."""
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            below = list(_of_dict(value, f"{above}{key.value}."))
            yield from below or [(f"{above}{key.value}", key)]
