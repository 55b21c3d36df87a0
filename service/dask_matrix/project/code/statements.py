"""Reads statements in the order in which they run, as far as that can be told, one way after the other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.annotations import annotated
from dask_matrix.project.code.attributes import member
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.containers import contained, holding
from dask_matrix.project.code.definitions import define, enter, extend
from dask_matrix.project.code.expressions import Expressions
from dask_matrix.project.code.imports import imports, imports_from
from dask_matrix.project.code.inferred_values import NOTHING, Class, Kinds, Many, Thing, Value, one, union
from dask_matrix.project.code.operators import operated
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import joined
from dask_matrix.project.code.type_narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_matrix.project.code.file_state import Later, Reading
    from dask_matrix.project.code.sources import Source

LEAVES = ast.Return | ast.Raise | ast.Continue | ast.Break
"""Statements after which the lines below them are not reached."""


def read(reading: Reading, source: Source) -> None:
    """Read a file: its own lines first, the bodies of its functions after them."""
    statements = Statements(reading)
    for part in source.parts:
        reading.cell = part.cell
        statements.block(part.tree.body)
    module = reading.scope
    while reading.later:
        statements.body(reading.later.popleft())
    for name, kinds in module.names.items():
        reading.learn(kinds, "global", reading.file, name)


class Statements(Expressions):
    """Reads statements in a reading's present scope."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.loops = 0

    def body(self, later: Later) -> None:
        """Read the body of a function, in its scope."""
        try:
            enter(self, later)
        except RecursionError:
            self._passed_over(later.node)
        else:
            self.block(later.node.body)

    def _passed_over(self, node: ast.stmt) -> None:
        self.reading.skipped.add(f"line {node.lineno}: nested too deeply, and passed over")

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Read statements; tell whether the last of them is one that leaves."""
        for node in body:
            try:
                self.statement(node)
            except RecursionError:
                self._passed_over(node)
        return bool(body) and isinstance(body[-1], LEAVES)

    def statement(self, node: ast.stmt) -> None:
        """Read one statement."""
        read: Callable[[ast.stmt], None] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read:
            read(node)
        else:
            self._children(node)

    def _names(self) -> dict[str, Kinds]:
        return self.reading.scope.names

    def _import(self, node: ast.Import) -> None:
        imports(self.reading, node)

    def _importfrom(self, node: ast.ImportFrom) -> None:
        imports_from(self.reading, node)

    def _assign(self, node: ast.Assign) -> None:
        kinds = self.value(node.value)
        for target in node.targets:
            self.bind(target, kinds)

    def _annassign(self, node: ast.AnnAssign) -> None:
        said = annotated(self, node.annotation)
        kinds = self.value(node.value)
        if node.value or said:
            self.bind(node.target, said or kinds)

    def _augassign(self, node: ast.AugAssign) -> None:
        before, by = self.value(node.target), self.value(node.value)
        lists = [value for value in before if isinstance(value, Many)]
        if lists:
            self.grow(node.target, holding(before, contained(self.reading, by)))
        else:
            self.bind(node.target, operated(self.reading, node, before, node.op, by))

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
        scope = self.reading.scope = extend(self, node)
        self.block(node.body)
        self.reading.scope = outer
        for name, kinds in scope.names.items():
            self.reading.learn(kinds, "attribute", scope.key, name)
        outer.set(node.name, one(Class(scope.key)))

    def _return(self, node: ast.Return) -> None:
        self.reading.learn(self.value(node.value), "return", self._function())

    def _yield(self, node: ast.Yield) -> Kinds:
        self.reading.learn(self.value(node.value), "yield", self._function())
        return NOTHING

    def _yieldfrom(self, node: ast.YieldFrom) -> Kinds:
        self.reading.learn(contained(self.reading, self.value(node.value)), "yield", self._function())
        return NOTHING

    def _function(self) -> str:
        scope = self.reading.scope
        while scope.sort != "function" and scope.above:
            scope = scope.above
        return scope.key

    def _if(self, node: ast.If) -> None:
        self.value(node.test)
        before = dict(self._names())
        ends = []
        for body, holds in ((node.body, True), (node.orelse, False)):
            self._restore({**before, **narrowed(self.reading, self.quiet, node.test, holds=holds)})
            if not self.block(body):
                ends.append(dict(self._names()))
            self._restore(before)
        self._restore(joined(*ends) if ends else before)

    def _restore(self, names: dict[str, Kinds]) -> None:
        scope = self.reading.scope
        scope.names = dict(names)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        kinds = contained(self.reading, self.value(node.iter))
        self._loop(node, lambda: self.bind(node.target, kinds))

    _asyncfor = _for

    def _while(self, node: ast.While) -> None:
        self._loop(node, lambda: self.value(node.test))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], object]) -> None:
        """Read a loop twice: what its last lines give is what its first ones find. Within a loop, once is enough."""
        self.loops += 1
        for _ in range(2 if self.loops == 1 else 1):
            before = dict(self._names())
            begin()
            self.block(node.body)
            self._restore(joined(before, self._names()))
        self.loops -= 1
        self.block(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for each in node.items:
            kinds = self._entered(self.value(each.context_expr), each.context_expr)
            if each.optional_vars:
                self.bind(each.optional_vars, kinds)
        self.block(node.body)

    _asyncwith = _with

    def _entered(self, kinds: Kinds, node: ast.expr) -> Kinds:
        """Return what ``with x as`` gives: what a generator yields, what ``__enter__`` returns, mostly x itself."""
        return union(self._entered_one(value, node) for value in kinds)

    def _entered_one(self, value: Value, node: ast.expr) -> Kinds:
        if isinstance(value, Many):
            return value.items
        if not isinstance(value, Thing):
            return one(value)
        own = [self.reading.know("attribute", value.key, name) for name in ("__enter__", "__aenter__")]
        if not any(own):
            return one(value)
        return union(
            result(self.reading, member(self.reading, one(value), name, node), Call(node))
            for name in ("__enter__", "__aenter__")
        )

    def _try(self, node: ast.Try) -> None:
        before = dict(self._names())
        left = self.block(node.body)
        after = dict(self._names())
        self._restore(after)
        ends = [] if left or self.block(node.orelse) else [dict(self._names())]
        for handler in node.handlers:
            self._restore(joined(before, after))
            self.value(handler.type)
            if handler.name:
                self._names()[handler.name] = NOTHING
            if not self.block(handler.body):
                ends.append(dict(self._names()))
        self._restore(joined(*ends) if ends else after)
        self.block(node.finalbody)

    _trystar = _try

    def _match(self, node: ast.Match) -> None:
        self.value(node.subject)
        before = dict(self._names())
        ends = [before]
        for case in node.cases:
            self._restore(before)
            self._children(case.pattern)
            self.value(case.guard)
            self.block(case.body)
            ends.append(dict(self._names()))
        self._restore(joined(*ends))

    def _assert(self, node: ast.Assert) -> None:
        self.value(node.test)
        self.value(node.msg)
        self._names().update(narrowed(self.reading, self.quiet, node.test, holds=True))
