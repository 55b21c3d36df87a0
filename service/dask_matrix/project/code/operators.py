"""What operators and brackets give, and which methods of Dask's they call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.containers import contained
from dask_matrix.project.code.inferred_values import NOTHING, Kinds, Many, Row, many, of
from dask_matrix.project.code.method_results import COMPUTED

if TYPE_CHECKING:
    from dask_matrix.project.code.file_state import Reading

OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le",
    ast.Gt: "gt", ast.GtE: "ge", ast.Invert: "invert", ast.USub: "neg", ast.UAdd: "pos",
}  # fmt: skip
"""Operators and the methods they call, without the underscores."""
MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
"""The method that the right operand of a comparison is asked by; the others are asked by ``__radd__`` and its like."""


def operated(reading: Reading, node: ast.AST, left: Kinds, operator: ast.AST, right: Kinds) -> Kinds:
    """Return what an operator gives; note the method of Dask's that it calls."""
    name = OPERATORS.get(type(operator))
    if name is None:
        return NOTHING
    first, second = _computed(reading, left), _computed(reading, right)
    for kind in first:
        reading.note(f"{kind}.__{name}__", node)
    for kind in () if first else second:
        reading.note(f"{kind}.__{MIRRORED.get(name, 'r' + name)}__", node)
    lists = frozenset(value for value in left | right if isinstance(value, Many | Row))
    if lists and isinstance(operator, ast.Add | ast.Mult):
        return many(contained(reading, lists))
    return of(*sorted({*first, *second}, key=COMPUTED.index)[:1])


def subscripted(reading: Reading, values: Kinds, method: str, node: ast.AST) -> None:
    """Note ``x[…]`` of what Dask computes."""
    for kind in _computed(reading, values):
        reading.note(f"{kind}.{method}", node)


def _computed(reading: Reading, kinds: Kinds) -> list[str]:
    return [value.kind for value in reading.dasks(kinds) if value.kind in COMPUTED]
