"""Infer values from type annotations; annotations are not executed, so nothing in them counts as a use."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import instantiate
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    DottedName,
    Values,
    mapping_of,
    sequence_of,
    tuple_of,
    union,
)

if TYPE_CHECKING:
    from dask_matrix.project.code.expressions import Expressions

WRAPPERS = frozenset({"Annotated", "Awaitable", "ClassVar", "Final", "Optional", "ReadOnly", "Required", "Union"})
"""Generic types that mean the type in their brackets, or one of several."""
LAST = frozenset({"Coroutine"})
SEQUENCES = frozenset({
    "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Collection", "Deque", "FrozenSet", "Generator", "Iterable",
    "Iterator", "List", "MutableSequence", "Sequence", "Set", "deque", "frozenset", "list", "set",
})  # fmt: skip
"""Generic types whose elements have the first type in their brackets."""
MAPPINGS = frozenset({"DefaultDict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "dict"})
TUPLES = frozenset({"Tuple", "tuple"})


def annotated_values(expressions: Expressions, node: ast.expr | None) -> Values:
    """Return the possible values of something with this annotation; no values if it has nothing to do with Dask."""
    match node:
        case ast.Constant(str(text)):
            return annotated_values(expressions, _parsed(text))
        case ast.BinOp(left, ast.BitOr(), right):
            return union([annotated_values(expressions, left), annotated_values(expressions, right)])
        case ast.Subscript(generic, inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            return _generic(expressions, generic, parts) if parts else NO_VALUES  # tuple[()] is the empty tuple
        case ast.Name() | ast.Attribute():
            return instantiate(expressions.value_silently(node))
    return NO_VALUES


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _generic(expressions: Expressions, generic: ast.expr, parts: list[ast.expr]) -> Values:
    name = generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", "")
    if name in {"type", "Type"}:
        return frozenset(value for value in expressions.value_silently(parts[0]) if isinstance(value, DottedName))
    inside = [annotated_values(expressions, part) for part in parts]
    if name in WRAPPERS:
        return union(inside[:1] if name == "Annotated" else inside)
    if name in LAST:
        return inside[-1]
    if name in SEQUENCES or (name in TUPLES and isinstance(parts[-1], ast.Constant) and parts[-1].value is Ellipsis):
        return sequence_of(inside[0])
    if name in MAPPINGS:
        return mapping_of(inside[-1])
    return tuple_of(inside) if name in TUPLES else instantiate(expressions.value_silently(generic))
