"""Read statements in the order in which they run, one branch after the other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.annotations import annotated_values
from dask_matrix.project.code.attributes import member
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.containers import elements, with_items
from dask_matrix.project.code.definitions import begin_class, define, enter_function
from dask_matrix.project.code.expressions import Expressions
from dask_matrix.project.code.imports import imports, imports_from
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    SequenceOf,
    UserClass,
    UserInstance,
    Value,
    Values,
    single,
    union,
)
from dask_matrix.project.code.operators import apply_operator
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import merge_branches
from dask_matrix.project.code.type_narrowing import narrow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_matrix.project.code.file_state import DeferredFunction, Reading
    from dask_matrix.project.code.sources import Source

LEAVES = ast.Return | ast.Raise | ast.Continue | ast.Break
"""Statements that leave a block: the lines after them are not reached."""


def read(reading: Reading, source: Source) -> None:
    """Read a file: first its top level, then the bodies of its functions."""
    statements = Statements(reading)
    for part in source.parts:
        reading.cell = part.cell
        statements.block(part.tree.body)
    module = reading.scope
    while reading.deferred:
        statements.body(reading.deferred.popleft())
    for name, values in module.names.items():
        reading.add_fact(values, "global", reading.file, name)


class Statements(Expressions):
    """Reads statements in the current scope of a reading."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.loops = 0

    def body(self, deferred: DeferredFunction) -> None:
        """Read the body of a function in its scope."""
        try:
            enter_function(self, deferred)
        except RecursionError:
            self._skip(deferred.node)
        else:
            self.block(deferred.node.body)

    def _skip(self, node: ast.stmt) -> None:
        self.reading.skipped.add(f"line {node.lineno}: nested too deeply, skipped")

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Read statements; return whether the last one leaves the block."""
        for node in body:
            try:
                self.statement(node)
            except RecursionError:
                self._skip(node)
        return bool(body) and isinstance(body[-1], LEAVES)

    def statement(self, node: ast.stmt) -> None:
        """Read one statement."""
        read: Callable[[ast.stmt], None] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read:
            read(node)
        else:
            self._children(node)

    def _names(self) -> dict[str, Values]:
        return self.reading.scope.names

    def _import(self, node: ast.Import) -> None:
        imports(self.reading, node)

    def _importfrom(self, node: ast.ImportFrom) -> None:
        imports_from(self.reading, node)

    def _assign(self, node: ast.Assign) -> None:
        values = self.value(node.value)
        for target in node.targets:
            self.bind(target, values)

    def _annassign(self, node: ast.AnnAssign) -> None:
        annotation = annotated_values(self, node.annotation)
        values = self.value(node.value)
        if node.value or annotation:
            self.bind(node.target, annotation or values)

    def _augassign(self, node: ast.AugAssign) -> None:
        before, by = self.value(node.target), self.value(node.value)
        lists = [value for value in before if isinstance(value, SequenceOf)]
        if lists:
            self.update_container(node.target, with_items(before, elements(self.reading, by)))
        else:
            self.bind(node.target, apply_operator(self.reading, node, before, node.op, by))

    def _global(self, node: ast.Global) -> None:
        for name in node.names:
            self.reading.scope.declare(name, everywhere=True)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        for name in node.names:
            self.reading.scope.declare(name, everywhere=False)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        define(self, node)

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        outer = self.reading.scope
        scope = self.reading.scope = begin_class(self, node)
        self.block(node.body)
        self.reading.scope = outer
        for name, values in scope.names.items():
            self.reading.add_fact(values, "attribute", scope.key, name)
        outer.set(node.name, single(UserClass(scope.key)))

    def _return(self, node: ast.Return) -> None:
        self.reading.add_fact(self.value(node.value), "return", self._function())

    def _yield(self, node: ast.Yield) -> Values:
        self.reading.add_fact(self.value(node.value), "yield", self._function())
        return NO_VALUES

    def _yieldfrom(self, node: ast.YieldFrom) -> Values:
        self.reading.add_fact(elements(self.reading, self.value(node.value)), "yield", self._function())
        return NO_VALUES

    def _function(self) -> str:
        scope = self.reading.scope
        while scope.kind != "function" and scope.parent:
            scope = scope.parent
        return scope.key

    def _if(self, node: ast.If) -> None:
        self.value(node.test)
        before = dict(self._names())
        branches = []
        for body, is_true in ((node.body, True), (node.orelse, False)):
            self._restore({**before, **narrow(self.reading, self.value_silently, node.test, is_true=is_true)})
            if not self.block(body):
                branches.append(dict(self._names()))
            self._restore(before)
        self._restore(merge_branches(*branches) if branches else before)

    def _restore(self, names: dict[str, Values]) -> None:
        scope = self.reading.scope
        scope.names = dict(names)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        values = elements(self.reading, self.value(node.iter))
        self._loop(node, lambda: self.bind(node.target, values))

    _asyncfor = _for

    def _while(self, node: ast.While) -> None:
        self._loop(node, lambda: self.value(node.test))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], object]) -> None:
        """Read a loop twice, because its first lines see names bound by its last ones; a nested loop only once."""
        self.loops += 1
        for _ in range(2 if self.loops == 1 else 1):
            before = dict(self._names())
            begin()
            self.block(node.body)
            self._restore(merge_branches(before, self._names()))
        self.loops -= 1
        self.block(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for each in node.items:
            values = self._context_value(self.value(each.context_expr), each.context_expr)
            if each.optional_vars:
                self.bind(each.optional_vars, values)
        self.block(node.body)

    _asyncwith = _with

    def _context_value(self, values: Values, node: ast.expr) -> Values:
        """Return the value of ``with x as``: what a generator yields, what ``__enter__`` returns, or x itself."""
        return union(self._context_value_of(value, node) for value in values)

    def _context_value_of(self, value: Value, node: ast.expr) -> Values:
        if isinstance(value, SequenceOf):
            return value.items
        if not isinstance(value, UserInstance):
            return single(value)
        own = [self.reading.get_fact("attribute", value.key, name) for name in ("__enter__", "__aenter__")]
        if not any(own):
            return single(value)
        return union(
            result(self.reading, member(self.reading, single(value), name, node), Call(node))
            for name in ("__enter__", "__aenter__")
        )

    def _try(self, node: ast.Try) -> None:
        before = dict(self._names())
        exits = self.block(node.body)
        after = dict(self._names())
        self._restore(after)
        branches = [] if exits or self.block(node.orelse) else [dict(self._names())]
        for handler in node.handlers:
            self._restore(merge_branches(before, after))
            self.value(handler.type)
            if handler.name:
                self._names()[handler.name] = NO_VALUES
            if not self.block(handler.body):
                branches.append(dict(self._names()))
        self._restore(merge_branches(*branches) if branches else after)
        self.block(node.finalbody)

    _trystar = _try

    def _match(self, node: ast.Match) -> None:
        self.value(node.subject)
        before = dict(self._names())
        branches = [before]
        for case in node.cases:
            self._restore(before)
            self._children(case.pattern)
            self.value(case.guard)
            self.block(case.body)
            branches.append(dict(self._names()))
        self._restore(merge_branches(*branches))

    def _assert(self, node: ast.Assert) -> None:
        self.value(node.test)
        self.value(node.msg)
        self._names().update(narrow(self.reading, self.value_silently, node.test, is_true=True))
