"""What a condition says of the names in it: in ``if isinstance(x, dd.DataFrame)``, what ``x`` is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import instances
from dask_matrix.project.code.inferred_values import Kinds, Many, Named, Row, union

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


def narrowed(reading: Reading, quiet: Callable[[ast.expr], Kinds], test: ast.expr, *, holds: bool) -> dict[str, Kinds]:
    """Return what names stand for where a condition holds, or where it does not."""
    match test:
        case ast.UnaryOp(ast.Not(), inner):
            return narrowed(reading, quiet, inner, holds=not holds)
        case ast.BoolOp(ast.And(), parts) if holds:
            return {name: its for each in parts for name, its in narrowed(reading, quiet, each, holds=True).items()}
        case ast.BoolOp(ast.Or(), parts):
            ways = [narrowed(reading, quiet, each, holds=holds) for each in parts]
            return _of_any(ways) if holds else {name: its for way in ways for name, its in way.items()}
        case ast.Call(ast.Name("isinstance"), [ast.Name(name), classes]):
            return _of_classes(reading, name, quiet(classes), holds=holds)
    return {}


def _of_any(ways: list[dict[str, Kinds]]) -> dict[str, Kinds]:
    """Return what is known of the names that each of the conditions says something of."""
    names = set.intersection(*(set(way) for way in ways))
    return {name: union(way[name] for way in ways) for name in names}


def _of_classes(reading: Reading, name: str, classes: Kinds, *, holds: bool) -> dict[str, Kinds]:
    inner = [value.items for value in classes if isinstance(value, Many)]
    rows = [part for value in classes if isinstance(value, Row) for part in value.items]
    found = instances(union([classes, *inner, *rows]))
    if holds:
        return {name: found} if found or _are_plain(classes) else {}
    before = reading.lookup(name)
    return {name: before - found} if before & found else {}


def _are_plain(classes: Kinds) -> bool:
    """Tell whether the classes are NumPy's or pandas': an object of one is none of Dask's."""
    return bool(classes) and all(
        isinstance(value, Named) and value.name.startswith(("numpy.", "pandas.")) for value in classes
    )
