"""What expressions stand for. Reading one notes the uses of Dask in it."""

from __future__ import annotations

import ast
import builtins
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import member, named
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.config_keys import keys
from dask_matrix.project.code.containers import contained, grown, holding, item, part, unpacked
from dask_matrix.project.code.inferred_values import (
    NOTHING,
    PLAIN,
    TEXT,
    Bound,
    Class,
    Kinds,
    Named,
    Thing,
    keyed,
    many,
    of,
    one,
    row,
    union,
)
from dask_matrix.project.code.operators import operated, subscripted
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import Scope
from dask_matrix.project.code.type_narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dask_matrix.project.code.file_state import Reading

IMPORTS = frozenset({"importlib.import_module", "pytest.importorskip", "builtins.__import__"})
"""Functions that give the module they are given the name of."""


class Expressions:
    """Reads expressions in a reading's present scope."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def value(self, node: ast.expr | None) -> Kinds:
        """Return what an expression stands for."""
        kinds = self._unnoted(node)
        if isinstance(node, ast.Name | ast.Attribute):
            for name in sorted(value.name for value in kinds if isinstance(value, Named)):
                self.reading.note(name, node)
        return kinds

    def quiet(self, node: ast.expr | None) -> Kinds:
        """Return what an expression stands for that is never run, as an annotation."""
        self.reading.silent += 1
        try:
            return self.value(node)
        finally:
            self.reading.silent -= 1

    def _unnoted(self, node: ast.expr | None) -> Kinds:
        """Return what an expression stands for; of a dotted name, only what lies before the last dot is noted."""
        if node is None:
            return NOTHING
        read: Callable[[ast.expr], Kinds] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        return read(node) if read else self._children(node)

    def _children(self, node: ast.AST) -> Kinds:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            else:
                self._children(child)
        return NOTHING

    def _constant(self, node: ast.Constant) -> Kinds:
        return of(TEXT) if isinstance(node.value, str) else of(PLAIN)

    def _joinedstr(self, node: ast.JoinedStr) -> Kinds:
        self._children(node)
        return of(TEXT)

    def _name(self, node: ast.Name) -> Kinds:
        if self.reading.scope.home(node.id) is None and hasattr(builtins, node.id):
            return one(Named(f"builtins.{node.id}"))
        return self.reading.lookup(node.id)

    def _attribute(self, node: ast.Attribute) -> Kinds:
        return member(self.reading, self._unnoted(node.value), node.attr, node)

    def _await(self, node: ast.Await) -> Kinds:
        return self.value(node.value)

    def _starred(self, node: ast.Starred) -> Kinds:
        return contained(self.reading, self.value(node.value))

    def _namedexpr(self, node: ast.NamedExpr) -> Kinds:
        kinds = self.value(node.value)
        scope = self.reading.scope
        while scope.sort == "comprehension" and scope.above:
            scope = scope.above
        scope.set(node.target.id, kinds)
        return kinds

    def _tuple(self, node: ast.Tuple) -> Kinds:
        kinds = [self.value(each) for each in node.elts]
        if any(isinstance(each, ast.Starred) for each in node.elts):
            return many(union(kinds))
        return row(kinds)

    def _list(self, node: ast.List | ast.Set) -> Kinds:
        return many(union(self.value(each) for each in node.elts))

    _set = _list

    def _dict(self, node: ast.Dict) -> Kinds:
        for key in node.keys:
            self.value(key)
        return keyed(union(self.value(each) for each in node.values))

    def _ifexp(self, node: ast.IfExp) -> Kinds:
        self.value(node.test)
        ways = []
        for part_of, holds in ((node.body, True), (node.orelse, False)):
            with self.where(node.test, holds=holds):
                ways.append(self.value(part_of))
        return union(ways)

    def _boolop(self, node: ast.BoolOp) -> Kinds:
        """Read ``a and b``: what ``a`` says of names holds in ``b``."""
        kinds = []
        with ExitStack() as conditions:
            for each in node.values:
                kinds.append(self.value(each))
                conditions.enter_context(self.where(each, holds=isinstance(node.op, ast.And)))
        return union(kinds)

    @contextmanager
    def where(self, test: ast.expr, *, holds: bool) -> Iterator[None]:
        """Read on with what a condition says of names, where it holds or where it does not."""
        names = self.reading.scope.names
        said = narrowed(self.reading, self.quiet, test, holds=holds)
        before = {name: names.get(name) for name in said}
        names.update(said)
        try:
            yield
        finally:
            for name, kinds in before.items():
                if kinds is None:
                    names.pop(name, None)
                else:
                    names[name] = kinds

    def _binop(self, node: ast.BinOp) -> Kinds:
        return operated(self.reading, node, self.value(node.left), node.op, self.value(node.right))

    def _compare(self, node: ast.Compare) -> Kinds:
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        return union([operated(self.reading, node, left, operator, right) for left, operator, right in pairs])

    def _unaryop(self, node: ast.UnaryOp) -> Kinds:
        return operated(self.reading, node, self.value(node.operand), node.op, NOTHING)

    def _subscript(self, node: ast.Subscript) -> Kinds:
        values, key = self.value(node.value), self.value(node.slice)
        subscripted(self.reading, values, "__getitem__", node)
        if isinstance(node.slice, ast.Slice):
            return part(values) | item(self.reading, self._dasks(values), many(NOTHING), None)
        return item(self.reading, values, key or self._mask(node.slice), _number(node.slice))

    def _dasks(self, values: Kinds) -> Kinds:
        return frozenset(self.reading.dasks(values))

    def _mask(self, node: ast.expr) -> Kinds:
        """Tell a condition in brackets, which picks rows, from an unknown name."""
        return many(NOTHING) if isinstance(node, ast.Compare | ast.BinOp | ast.UnaryOp) else NOTHING

    def _slice(self, node: ast.Slice) -> Kinds:
        return self._children(node)

    def _lambda(self, node: ast.Lambda) -> Kinds:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.value(default)
        scope = self._inner("lambda")
        for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            if each:
                scope.names[each.arg] = NOTHING
        self.value(node.body)
        self._outer()
        return NOTHING

    def _inner(self, sort: str) -> Scope:
        self.reading.scope = Scope(self.reading.scope.key, self.reading.scope, sort)
        return self.reading.scope

    def _outer(self) -> None:
        self.reading.scope = self.reading.scope.above or self.reading.scope

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Kinds:
        return many(union(self._comprehended(node.generators, [node.elt])))

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp) -> Kinds:
        return keyed(self._comprehended(node.generators, [node.key, node.value])[1])

    def _comprehended(self, generators: Sequence[ast.comprehension], wanted: Sequence[ast.expr]) -> list[Kinds]:
        scope = self._inner("comprehension")
        for each in generators:
            self.bind(each.target, contained(self.reading, self.value(each.iter)))
            for condition in each.ifs:
                self.value(condition)
                scope.names.update(narrowed(self.reading, self.quiet, condition, holds=True))
        kinds = [self.value(each) for each in wanted]
        self._outer()
        return kinds

    def bind(self, target: ast.expr, kinds: Kinds) -> None:
        """Give what an expression stands for to a name, several names, an attribute or a place in a container."""
        match target:
            case ast.Name(name):
                self.reading.scope.set(name, kinds)
            case ast.Tuple(targets) | ast.List(targets):
                self._bind_each(targets, kinds)
            case ast.Starred(inner):
                self.bind(inner, many(kinds))
            case ast.Attribute(value, name):
                self._bind_attribute(self.value(value), name, kinds, target)
            case ast.Subscript(value):
                values = self.value(value)
                self.value(target.slice)
                subscripted(self.reading, values, "__setitem__", target)
                self.grow(value, holding(values, kinds))

    def _bind_each(self, targets: Sequence[ast.expr], kinds: Kinds) -> None:
        if any(isinstance(each, ast.Starred) for each in targets):
            parts = [contained(self.reading, kinds)] * len(targets)
        else:
            parts = unpacked(self.reading, kinds, len(targets))
        for each, its in zip(targets, parts, strict=True):
            self.bind(each, its)

    def _bind_attribute(self, owners: Kinds, name: str, kinds: Kinds, node: ast.AST) -> None:
        for owner in owners:
            if isinstance(owner, Thing | Class):
                self.reading.learn(kinds, "attribute", owner.key, name)
            else:
                member(self.reading, one(owner), name, node)

    def grow(self, node: ast.expr, kinds: Kinds) -> None:
        """Give a name or attribute what its list or dict holds now."""
        if isinstance(node, ast.Name) and self.reading.scope.home(node.id):
            home = self.reading.scope.home(node.id) or self.reading.scope
            home.names[node.id] = kinds
        elif isinstance(node, ast.Attribute):
            owners = self.quiet(node.value)
            self._bind_attribute(frozenset(each for each in owners if isinstance(each, Thing)), node.attr, kinds, node)

    def _call(self, node: ast.Call) -> Kinds:
        called = self.value(node.func)
        given = tuple(self.value(each) for each in node.args)
        words = tuple((each.arg or "", self.value(each.value)) for each in node.keywords)
        for value in called:
            if isinstance(value, Named):
                for key, place in keys(value.name, node):
                    self.reading.note_config(key, place)
        self._grow_list(node.func, called, given)
        return union([self._special(called, node), result(self.reading, called, Call(node, given, words))])

    def _grow_list(self, function: ast.expr, called: Kinds, given: tuple[Kinds, ...]) -> None:
        """``futures.append(x)``: the list holds x from here on."""
        if not isinstance(function, ast.Attribute):
            return
        for value in called:
            if isinstance(value, Bound) and value.owner.kind in {"list", "dict"}:
                new = grown(value.owner.holds, value.name, given)
                if new is not None:
                    self.grow(function.value, new)

    def _special(self, called: Kinds, node: ast.Call) -> Kinds:
        """Return what the calls give that depend on what stands in them: ``getattr``, ``super``, ``import_module``."""
        names = {value.name for value in called if isinstance(value, Named)}
        text = _text(
            node.args[1] if "builtins.getattr" in names and len(node.args) > 1 else next(iter(node.args), None)
        )
        if "builtins.super" in names:
            return frozenset(Thing(value.key, above=True) for value in self._self() if isinstance(value, Thing))
        if text and "builtins.getattr" in names:
            return self._got(node, text)
        return one(named(text)) if text and names & IMPORTS else NOTHING

    def _got(self, node: ast.Call, name: str) -> Kinds:
        """Return what ``getattr(x, "name")`` gives."""
        found = member(self.reading, self.quiet(node.args[0]), name, node)
        for value in found:
            if isinstance(value, Named):
                self.reading.note(value.name, node)
        return found

    def _self(self) -> Kinds:
        """Return what the first parameter of the function around stands for."""
        scope: Scope | None = self.reading.scope
        while scope and not scope.first:
            scope = scope.above
        return scope.names.get(scope.first, NOTHING) if scope else NOTHING


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _number(node: ast.expr) -> int | None:
    """Return the number that stands in brackets; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None
