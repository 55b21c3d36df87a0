"""Infer the results of operators and subscripts, and record the Dask methods that they call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.containers import elements
from dask_matrix.project.code.inferred_values import NO_VALUES, SequenceOf, TupleOf, Values, instances_of, sequence_of
from dask_matrix.project.code.method_results import OPERAND_CLASSES

if TYPE_CHECKING:
    from dask_matrix.project.code.file_state import Reading

OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le",
    ast.Gt: "gt", ast.GtE: "ge", ast.Invert: "invert", ast.USub: "neg", ast.UAdd: "pos",
}  # fmt: skip
"""Operator -> the method that it calls, without underscores."""
MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
"""Comparison -> the method called on its right operand; other operators call ``__radd__`` and the like."""


def apply_operator(reading: Reading, node: ast.AST, left: Values, operator: ast.AST, right: Values) -> Values:
    """Return the result of an operator, and record the Dask method that it calls."""
    name = OPERATORS.get(type(operator))
    if name is None:
        return NO_VALUES
    first, second = _operand_classes(reading, left), _operand_classes(reading, right)
    for class_name in first:
        reading.record_use(f"{class_name}.__{name}__", node)
    for class_name in () if first else second:
        reading.record_use(f"{class_name}.__{MIRRORED.get(name, 'r' + name)}__", node)
    lists = frozenset(value for value in left | right if isinstance(value, SequenceOf | TupleOf))
    if lists and isinstance(operator, ast.Add | ast.Mult):
        return sequence_of(elements(reading, lists))
    return instances_of(*sorted({*first, *second}, key=OPERAND_CLASSES.index)[:1])


def record_subscript(reading: Reading, values: Values, method: str, node: ast.AST) -> None:
    """Record ``x[…]`` on a Dask collection."""
    for class_name in _operand_classes(reading, values):
        reading.record_use(f"{class_name}.{method}", node)


def _operand_classes(reading: Reading, values: Values) -> list[str]:
    return [value.class_name for value in reading.dask_instances(values) if value.class_name in OPERAND_CLASSES]
