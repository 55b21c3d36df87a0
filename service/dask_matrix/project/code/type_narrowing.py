"""Narrow names by conditions: in ``if isinstance(x, dd.DataFrame)``, ``x`` is a data frame."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import instantiate
from dask_matrix.project.code.inferred_values import DottedName, SequenceOf, TupleOf, Values, union

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


def narrow(
    reading: Reading, value_silently: Callable[[ast.expr], Values], test: ast.expr, *, is_true: bool
) -> dict[str, Values]:
    """Return the values of names where a condition is true, or where it is false."""
    match test:
        case ast.UnaryOp(ast.Not(), inner):
            return narrow(reading, value_silently, inner, is_true=not is_true)
        case ast.BoolOp(ast.And(), parts) if is_true:
            return {
                name: its for each in parts for name, its in narrow(reading, value_silently, each, is_true=True).items()
            }
        case ast.BoolOp(ast.Or(), parts):
            branches = [narrow(reading, value_silently, each, is_true=is_true) for each in parts]
            return (
                _narrow_any(branches) if is_true else {name: its for branch in branches for name, its in branch.items()}
            )
        case ast.Call(ast.Name("isinstance"), [ast.Name(name), classes]):
            return _narrow_isinstance(reading, name, value_silently(classes), is_true=is_true)
    return {}


def _narrow_any(branches: list[dict[str, Values]]) -> dict[str, Values]:
    """Return the values of the names that every one of the conditions narrows."""
    names = set.intersection(*(set(branch) for branch in branches))
    return {name: union(branch[name] for branch in branches) for name in names}


def _narrow_isinstance(reading: Reading, name: str, classes: Values, *, is_true: bool) -> dict[str, Values]:
    inner = [value.items for value in classes if isinstance(value, SequenceOf)]
    rows = [part for value in classes if isinstance(value, TupleOf) for part in value.items]
    found = instantiate(union([classes, *inner, *rows]))
    if is_true:
        return {name: found} if found or _are_not_dask(classes) else {}
    before = reading.lookup(name)
    return {name: before - found} if before & found else {}


def _are_not_dask(classes: Values) -> bool:
    """Whether all classes are NumPy's or pandas': their instances are not Dask's."""
    return bool(classes) and all(
        isinstance(value, DottedName) and value.name.startswith(("numpy.", "pandas.")) for value in classes
    )
