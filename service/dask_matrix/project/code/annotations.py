"""What annotations say that a name is; they are never run, so nothing in them is a use."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import instances
from dask_matrix.project.code.inferred_values import NOTHING, Kinds, Named, keyed, many, row, union

if TYPE_CHECKING:
    from dask_matrix.project.code.expressions import Expressions

WRAPPERS = frozenset({"Annotated", "Awaitable", "ClassVar", "Final", "Optional", "ReadOnly", "Required", "Union"})
"""Generic types that stand for what is in their brackets, or for one of those."""
LAST = frozenset({"Coroutine"})
SEQUENCES = frozenset({
    "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Collection", "Deque", "FrozenSet", "Generator", "Iterable",
    "Iterator", "List", "MutableSequence", "Sequence", "Set", "deque", "frozenset", "list", "set",
})  # fmt: skip
"""Generic types of which a loop gives what is first in their brackets."""
MAPPINGS = frozenset({"DefaultDict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "dict"})
TUPLES = frozenset({"Tuple", "tuple"})


def annotated(expressions: Expressions, node: ast.expr | None) -> Kinds:
    """Return what something is that is annotated so; nothing for an annotation that says nothing of Dask."""
    match node:
        case ast.Constant(str(text)):
            return annotated(expressions, _parsed(text))
        case ast.BinOp(left, ast.BitOr(), right):
            return union([annotated(expressions, left), annotated(expressions, right)])
        case ast.Subscript(generic, inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            return _generic(expressions, generic, parts)
        case ast.Name() | ast.Attribute():
            return instances(expressions.quiet(node))
    return NOTHING


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _generic(expressions: Expressions, generic: ast.expr, parts: list[ast.expr]) -> Kinds:
    name = generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", "")
    if name in {"type", "Type"}:
        return frozenset(value for value in expressions.quiet(parts[0]) if isinstance(value, Named))
    inside = [annotated(expressions, part) for part in parts]
    if name in WRAPPERS:
        return union(inside[:1] if name == "Annotated" else inside)
    if name in LAST:
        return inside[-1]
    if name in SEQUENCES or (name in TUPLES and isinstance(parts[-1], ast.Constant) and parts[-1].value is Ellipsis):
        return many(inside[0])
    if name in MAPPINGS:
        return keyed(inside[-1])
    return row(inside) if name in TUPLES else instances(expressions.quiet(generic))
