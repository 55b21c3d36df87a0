"""Infer the values of expressions, and record the uses of Dask in them."""

from __future__ import annotations

import ast
import builtins
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import dotted_name, member
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.config_keys import config_keys
from dask_matrix.project.code.containers import elements, item, slice_of, unpack, with_added_arguments, with_items
from dask_matrix.project.code.inferred_values import (
    CONSTANT,
    NO_VALUES,
    STRING,
    BoundMethod,
    DottedName,
    UserClass,
    UserInstance,
    Values,
    instances_of,
    mapping_of,
    sequence_of,
    single,
    tuple_of,
    union,
)
from dask_matrix.project.code.operators import apply_operator, record_subscript
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import Scope
from dask_matrix.project.code.type_narrowing import narrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dask_matrix.project.code.file_state import Reading

IMPORTS = frozenset({"importlib.import_module", "pytest.importorskip", "builtins.__import__"})
"""Functions that import the module named by their argument."""


class Expressions:
    """Reads expressions in the current scope of a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def value(self, node: ast.expr | None) -> Values:
        """Return the possible values of an expression, and record the uses of Dask in it."""
        values = self._value_unrecorded(node)
        if isinstance(node, ast.Name | ast.Attribute):
            for name in sorted(value.name for value in values if isinstance(value, DottedName)):
                self.reading.record_use(name, node)
        return values

    def value_silently(self, node: ast.expr | None) -> Values:
        """Return the possible values of an expression that is not executed, such as an annotation; record nothing."""
        self.reading.silent += 1
        try:
            return self.value(node)
        finally:
            self.reading.silent -= 1

    def _value_unrecorded(self, node: ast.expr | None) -> Values:
        """Return the possible values of an expression; of a dotted name, record only the part before the last dot."""
        if node is None:
            return NO_VALUES
        read: Callable[[ast.expr], Values] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        return read(node) if read else self._children(node)

    def _children(self, node: ast.AST) -> Values:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            else:
                self._children(child)
        return NO_VALUES

    def _constant(self, node: ast.Constant) -> Values:
        return instances_of(STRING) if isinstance(node.value, str) else instances_of(CONSTANT)

    def _joinedstr(self, node: ast.JoinedStr) -> Values:
        self._children(node)
        return instances_of(STRING)

    def _name(self, node: ast.Name) -> Values:
        if self.reading.scope.home(node.id) is None and hasattr(builtins, node.id):
            return single(DottedName(f"builtins.{node.id}"))
        return self.reading.lookup(node.id)

    def _attribute(self, node: ast.Attribute) -> Values:
        return member(self.reading, self._value_unrecorded(node.value), node.attr, node)

    def _await(self, node: ast.Await) -> Values:
        return self.value(node.value)

    def _starred(self, node: ast.Starred) -> Values:
        return elements(self.reading, self.value(node.value))

    def _namedexpr(self, node: ast.NamedExpr) -> Values:
        values = self.value(node.value)
        scope = self.reading.scope
        while scope.kind == "comprehension" and scope.parent:
            scope = scope.parent
        scope.set(node.target.id, values)
        return values

    def _tuple(self, node: ast.Tuple) -> Values:
        values = [self.value(each) for each in node.elts]
        if any(isinstance(each, ast.Starred) for each in node.elts):
            return sequence_of(union(values))
        return tuple_of(values)

    def _list(self, node: ast.List | ast.Set) -> Values:
        return sequence_of(union(self.value(each) for each in node.elts))

    _set = _list

    def _dict(self, node: ast.Dict) -> Values:
        for key in node.keys:
            self.value(key)
        return mapping_of(union(self.value(each) for each in node.values))

    def _ifexp(self, node: ast.IfExp) -> Values:
        self.value(node.test)
        branches = []
        for part_of, is_true in ((node.body, True), (node.orelse, False)):
            with self.assuming(node.test, is_true=is_true):
                branches.append(self.value(part_of))
        return union(branches)

    def _boolop(self, node: ast.BoolOp) -> Values:
        """Read ``a and b``: ``b`` is read with names narrowed by ``a``."""
        values = []
        with ExitStack() as conditions:
            for each in node.values:
                values.append(self.value(each))
                conditions.enter_context(self.assuming(each, is_true=isinstance(node.op, ast.And)))
        return union(values)

    @contextmanager
    def assuming(self, test: ast.expr, *, is_true: bool) -> Iterator[None]:
        """Narrow names by a condition that is true, or that is false."""
        names = self.reading.scope.names
        narrowed_names = narrow(self.reading, self.value_silently, test, is_true=is_true)
        before = {name: names.get(name) for name in narrowed_names}
        names.update(narrowed_names)
        try:
            yield
        finally:
            for name, values in before.items():
                if values is None:
                    names.pop(name, None)
                else:
                    names[name] = values

    def _binop(self, node: ast.BinOp) -> Values:
        return apply_operator(self.reading, node, self.value(node.left), node.op, self.value(node.right))

    def _compare(self, node: ast.Compare) -> Values:
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        return union([apply_operator(self.reading, node, left, operator, right) for left, operator, right in pairs])

    def _unaryop(self, node: ast.UnaryOp) -> Values:
        return apply_operator(self.reading, node, self.value(node.operand), node.op, NO_VALUES)

    def _subscript(self, node: ast.Subscript) -> Values:
        values, key = self.value(node.value), self.value(node.slice)
        record_subscript(self.reading, values, "__getitem__", node)
        if isinstance(node.slice, ast.Slice):
            return slice_of(values) | item(self.reading, self._dasks(values), sequence_of(NO_VALUES), None)
        return item(self.reading, values, key or self._mask(node.slice), _number(node.slice))

    def _dasks(self, values: Values) -> Values:
        return frozenset(self.reading.dask_instances(values))

    def _mask(self, node: ast.expr) -> Values:
        """Return the value of a condition in brackets, which selects rows; no values for anything else."""
        return sequence_of(NO_VALUES) if isinstance(node, ast.Compare | ast.BinOp | ast.UnaryOp) else NO_VALUES

    def _slice(self, node: ast.Slice) -> Values:
        return self._children(node)

    def _lambda(self, node: ast.Lambda) -> Values:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.value(default)
        scope = self._push_scope("lambda")
        for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            if each:
                scope.names[each.arg] = NO_VALUES
        self.value(node.body)
        self._pop_scope()
        return NO_VALUES

    def _push_scope(self, kind: str) -> Scope:
        self.reading.scope = Scope(self.reading.scope.key, self.reading.scope, kind)
        return self.reading.scope

    def _pop_scope(self) -> None:
        self.reading.scope = self.reading.scope.parent or self.reading.scope

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Values:
        return sequence_of(union(self._read_comprehension(node.generators, [node.elt])))

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp) -> Values:
        return mapping_of(self._read_comprehension(node.generators, [node.key, node.value])[1])

    def _read_comprehension(self, generators: Sequence[ast.comprehension], results: Sequence[ast.expr]) -> list[Values]:
        scope = self._push_scope("comprehension")
        for each in generators:
            self.bind(each.target, elements(self.reading, self.value(each.iter)))
            for condition in each.ifs:
                self.value(condition)
                scope.names.update(narrow(self.reading, self.value_silently, condition, is_true=True))
        values = [self.value(each) for each in results]
        self._pop_scope()
        return values

    def bind(self, target: ast.expr, values: Values) -> None:
        """Assign values to a name, several names, an attribute or an item of a container."""
        match target:
            case ast.Name(name):
                self.reading.scope.set(name, values)
            case ast.Tuple(targets) | ast.List(targets):
                self._bind_each(targets, values)
            case ast.Starred(inner):
                self.bind(inner, sequence_of(values))
            case ast.Attribute(value, name):
                self._bind_attribute(self.value(value), name, values, target)
            case ast.Subscript(value):
                containers = self.value(value)
                self.value(target.slice)
                record_subscript(self.reading, containers, "__setitem__", target)
                self.update_container(value, with_items(containers, values))

    def _bind_each(self, targets: Sequence[ast.expr], values: Values) -> None:
        if any(isinstance(each, ast.Starred) for each in targets):
            parts = [elements(self.reading, values)] * len(targets)
        else:
            parts = unpack(self.reading, values, len(targets))
        for each, its in zip(targets, parts, strict=True):
            self.bind(each, its)

    def _bind_attribute(self, owners: Values, name: str, values: Values, node: ast.AST) -> None:
        for owner in owners:
            if isinstance(owner, UserInstance | UserClass):
                self.reading.add_fact(values, "attribute", owner.key, name)
            else:
                member(self.reading, single(owner), name, node)

    def update_container(self, node: ast.expr, values: Values) -> None:
        """Update the values of a name or attribute after its list or dict changed."""
        if isinstance(node, ast.Name) and self.reading.scope.home(node.id):
            home = self.reading.scope.home(node.id) or self.reading.scope
            home.names[node.id] = values
        elif isinstance(node, ast.Attribute):
            owners = self.value_silently(node.value)
            self._bind_attribute(
                frozenset(each for each in owners if isinstance(each, UserInstance)), node.attr, values, node
            )

    def _call(self, node: ast.Call) -> Values:
        called = self.value(node.func)
        arguments = tuple(self.value(each) for each in node.args)
        keywords = tuple((each.arg or "", self.value(each.value)) for each in node.keywords)
        for value in called:
            if isinstance(value, DottedName):
                for key, place in config_keys(value.name, node):
                    self.reading.record_config_key(key, place)
        self._update_list(node.func, called, arguments)
        return union([self._special(called, node), result(self.reading, called, Call(node, arguments, keywords))])

    def _update_list(self, function: ast.expr, called: Values, arguments: tuple[Values, ...]) -> None:
        """``futures.append(x)``: from here on, the list contains x."""
        if not isinstance(function, ast.Attribute):
            return
        for value in called:
            if isinstance(value, BoundMethod) and value.owner.class_name in {"list", "dict"}:
                new = with_added_arguments(value.owner.inner, value.name, arguments)
                if new is not None:
                    self.update_container(function.value, new)

    def _special(self, called: Values, node: ast.Call) -> Values:
        """Return the results of ``getattr``, ``super`` and ``import_module``, which depend on their literals."""
        names = {value.name for value in called if isinstance(value, DottedName)}
        text = _text(
            node.args[1] if "builtins.getattr" in names and len(node.args) > 1 else next(iter(node.args), None)
        )
        if "builtins.super" in names:
            return frozenset(
                UserInstance(value.key, via_super=True) for value in self._self() if isinstance(value, UserInstance)
            )
        if text and "builtins.getattr" in names:
            return self._getattr_result(node, text)
        return single(dotted_name(text)) if text and names & IMPORTS else NO_VALUES

    def _getattr_result(self, node: ast.Call, name: str) -> Values:
        """Return the value of ``getattr(x, "name")``."""
        found = member(self.reading, self.value_silently(node.args[0]), name, node)
        for value in found:
            if isinstance(value, DottedName):
                self.reading.record_use(value.name, node)
        return found

    def _self(self) -> Values:
        """Return the values of the first parameter of the enclosing method."""
        scope: Scope | None = self.reading.scope
        while scope and not scope.first:
            scope = scope.parent
        return scope.names.get(scope.first, NO_VALUES) if scope else NO_VALUES


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _number(node: ast.expr) -> int | None:
    """Return a literal integer, negative ones included; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None
