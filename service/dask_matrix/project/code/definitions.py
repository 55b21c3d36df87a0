"""Read the user's functions and classes: their parameters, their results and the Dask classes they extend."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.annotations import annotated_values
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.canonical_names import canonical, is_class, is_dask_name
from dask_matrix.project.code.class_members import members
from dask_matrix.project.code.file_state import DeferredFunction
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    UNKNOWN_ARGUMENT,
    DottedName,
    UserClass,
    UserFunction,
    UserInstance,
    Values,
    mapping_of,
    sequence_of,
    single,
    tuple_of,
    union,
)
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.project.code.expressions import Expressions
    from dask_matrix.project.code.file_state import Reading

Function = ast.FunctionDef | ast.AsyncFunctionDef
PROPERTIES = frozenset({"builtins.property", "functools.cached_property"})
FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
"""Decorators of functions whose results pytest passes to parameters of the same name."""


def define(expressions: Expressions, node: Function) -> None:
    """Bind a function to its name; its body is read after the code around it."""
    reading = expressions.reading
    decorators = [(each, expressions.value(each)) for each in node.decorator_list]
    for default in (*node.args.defaults, *node.args.kw_defaults):
        expressions.value(default)
    in_class = reading.scope.kind == "class"
    names = _names(node.decorator_list, [values for _, values in decorators])
    kind = _method_kind(names) if in_class else "function"
    function = UserFunction(_key(reading.scope, node.name), tuple(each.arg for each in _parameters(node.args)), kind)
    reading.deferred.append(DeferredFunction(node, reading.scope, reading.cell, _first_parameter(reading.scope, kind)))
    if names & FIXTURES:
        reading.add_fact(single(function), "fixture", _folder_or_file(reading.file), node.name)
    if not names & {"setter", "deleter"}:
        reading.scope.set(node.name, _decorated(reading, function, decorators, names))


def _names(nodes: list[ast.expr], decorators: list[Values]) -> set[str]:
    """Return the dotted names of decorators, called or not, and the last part of ``@x.setter``."""
    last = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    last |= {node.attr for node in functions if isinstance(node, ast.Attribute)}
    named = {value.name for values in decorators for value in values if isinstance(value, DottedName)}
    return named | {name for name in last if name in {"setter", "deleter"}} | {f"pytest.{name}" for name in last}


def _method_kind(names: set[str]) -> str:
    if "builtins.staticmethod" in names:
        return "static"
    return "class" if "builtins.classmethod" in names else "method"


def _key(scope: Scope, name: str) -> str:
    return f"{scope.key}{name}" if scope.kind == "module" else f"{scope.key}.{name}"


def _first_parameter(scope: Scope, kind: str) -> Values:
    """Return the value of a method's first parameter: an instance, or the class of a class method."""
    if kind not in {"method", "class"}:
        return NO_VALUES
    return single(UserInstance(scope.key) if kind == "method" else UserClass(scope.key))


def _decorated(
    reading: Reading, function: UserFunction, decorators: list[tuple[ast.expr, Values]], names: set[str]
) -> Values:
    """Return the value of a decorated function's name: a property's or Dask decorator's result, or the function."""
    if names & PROPERTIES and function.kind == "method":
        return reading.get_fact("return", function.key) or NO_VALUES
    values = single(function)
    for node, decorator in reversed(decorators):
        dask_instances = frozenset(
            value for value in decorator if not (isinstance(value, DottedName) and not is_dask_name(value.name))
        )
        values = result(reading, dask_instances - _user_values(dask_instances), Call(node, (values,))) or values
    return values


def _user_values(values: Values) -> Values:
    return frozenset(value for value in values if isinstance(value, UserFunction | UserClass))


def _folder_or_file(file: str) -> str:
    """Return the scope of a file's fixtures: the folder of a conftest.py, or else the file itself."""
    folder, _, name = file.rpartition("/")
    return f"{folder}/" if name == "conftest.py" else file


def enter_function(expressions: Expressions, deferred: DeferredFunction) -> None:
    """Enter the scope of a function, with its parameters."""
    reading, node = expressions.reading, deferred.node
    reading.cell = deferred.cell
    key = _key(deferred.scope, node.name)
    scope = Scope(key, deferred.scope)
    reading.scope = deferred.scope
    for parameter in _parameters(node.args):
        scope.names[parameter.arg] = _parameter(expressions, key, parameter)
    for name, default in _defaults(node.args):
        scope.names[name] = scope.names[name] or expressions.value_silently(default)
    if node.args.vararg:
        scope.names[node.args.vararg.arg] = sequence_of(annotated_values(expressions, node.args.vararg.annotation))
    if node.args.kwarg:
        scope.names[node.args.kwarg.arg] = mapping_of(annotated_values(expressions, node.args.kwarg.annotation))
    first = next((each.arg for each in _parameters(node.args)), "")
    if deferred.first and first:
        scope.first, scope.names[first] = first, deferred.first
    reading.add_fact(annotated_values(expressions, node.returns), "return", key)
    reading.scope = scope


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    by_place = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(by_place), reversed(arguments.defaults), strict=False)]
    for parameter, default in (*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if default is not None:
            yield parameter.arg, default


def _parameter(expressions: Expressions, key: str, parameter: ast.arg) -> Values:
    """Return the values of a parameter: from its annotation, else from the calls in the user's code, else a fixture."""
    values = annotated_values(expressions, parameter.annotation)
    if values:
        return values
    reading = expressions.reading
    given = reading.get_fact("parameter", key, parameter.arg) or _fixture(reading, parameter.arg)
    return NO_VALUES if UNKNOWN_ARGUMENT in given else given


def _fixture(reading: Reading, name: str) -> Values:
    """Return the value of the pytest fixture with this name in this file."""
    if not _is_test_file(reading.file):
        return NO_VALUES
    places = [reading.file]
    folder = reading.file
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        places.append(f"{folder}/")
    for place in (*places, "/"):
        for function in reading.get_fact("fixture", place, name) or NO_VALUES:
            if isinstance(function, UserFunction):
                given = [reading.get_fact(kind, function.key) or NO_VALUES for kind in ("return", "yield")]
                return union(given)
    return NO_VALUES


def _is_test_file(file: str) -> bool:
    name = file.rpartition("/")[2]
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def begin_class(expressions: Expressions, node: ast.ClassDef) -> Scope:
    """Start reading a class: add facts about its bases, and return its scope."""
    reading = expressions.reading
    for each in (*node.decorator_list, *(word.value for word in node.keywords)):
        expressions.value(each)
    bases = [_base(expressions, each) for each in node.bases]
    scope = Scope(_key(reading.scope, node.name), reading.scope, "class")
    reading.add_fact(tuple_of(bases), "bases", scope.key)
    for base in union(bases):
        if isinstance(base, DottedName) and is_dask_name(base.name) and is_class(base.name):
            _note_members(reading, canonical(base.name), node)
    return scope


def _base(expressions: Expressions, node: ast.expr) -> Values:
    """Return the values of a base class; ``Base[X]`` is ``Base``."""
    return expressions.value(node.value if isinstance(node, ast.Subscript) else node)


def _note_members(reading: Reading, base: str, node: ast.ClassDef) -> None:
    """Record the members of a Dask class that the user's class overrides, such as a plugin's ``setup``."""
    for statement in node.body:
        if isinstance(statement, Function) and statement.name in (members(base) or ()):
            place = ast.copy_location(ast.Pass(), statement)
            place.end_lineno = statement.lineno
            reading.record_use(f"{base}.{statement.name}", place)
